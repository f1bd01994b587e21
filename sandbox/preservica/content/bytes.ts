import type { SandboxAnswer, StoredBytes } from "../../kernel/types.js";
import type { Call } from "../http/call.js";

/** Bytes as an answer; takes one Range of the request (RFC 7233), whole otherwise. */
export function contentAnswer(call: Call, bytes: StoredBytes, filename: string, mediaType: string): SandboxAnswer {
  const headers: Record<string, string> = {
    "content-type": mediaType,
    "accept-ranges": "bytes",
    "content-disposition": disposition(filename),
  };
  const range = rangeOf(call.request.headers.range, bytes.size);
  if (range === "whole")
    return { status: 200, headers: { ...headers, "content-length": String(bytes.size) }, body: bytes };
  if (range === "outside") return { status: 416, headers: { "content-range": `bytes */${bytes.size}` }, body: "" };
  headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${bytes.size}`;
  headers["content-length"] = String(range.end - range.start);
  return { status: 206, headers, body: bytes, range };
}

/** `attachment` with the name in quotes, and in UTF-8 beside when it is not plain ASCII. */
function disposition(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\]/gu, "_");
  const extended = ascii === filename ? "" : `; filename*=UTF-8''${encodeURIComponent(filename)}`;
  return `attachment; filename="${ascii}"${extended}`;
}

/** A single byte range, end exclusive. A header that is not understood, or asks for several ranges, is read over as the RFC allows. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | "whole" | "outside" {
  const found = /^bytes=(\d*)-(\d*)$/u.exec(header ?? "");
  if (!found || (found[1] === "" && found[2] === "")) return "whole";
  if (found[1] === "") {
    const last = Math.min(Number(found[2]), size);
    return last === 0 ? "outside" : { start: size - last, end: size };
  }
  const start = Number(found[1]);
  const end = found[2] === "" ? size : Math.min(Number(found[2]) + 1, size);
  if (start >= size) return "outside";
  return end <= start ? "whole" : { start, end };
}
