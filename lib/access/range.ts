/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The one range that a request asks for (RFC 9110, 14.2).
 *
 * @returns `whole` without a header, for several ranges, and for what is not understood; `outside` when none of it exists
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "whole" | "outside" {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (parts === null || (parts[1] === "" && parts[2] === "")) return "whole";
  const [, first = "", last = ""] = parts;
  if (first === "") {
    const wanted = Number(last);
    if (wanted === 0 || size === 0) return "outside";
    return { start: Math.max(0, size - wanted), end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size) return "outside";
  return end < start ? "whole" : { start, end };
}
