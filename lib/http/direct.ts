import { request as httpRequest, type Agent as HttpAgent, type IncomingMessage } from "node:http";
import { request as httpsRequest, type Agent as HttpsAgent } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Method } from "./types.js";

/** One call as it goes on the wire. */
export interface WireCall {
  url: string;
  method: Method;
  headers: Record<string, string>;
  data: Buffer | undefined;
  signal: AbortSignal;
}
export interface WireAnswer {
  status: number;
  headers: unknown;
  data: unknown;
}

/**
 * Sends a call without proxy, by Node.js alone: most calls are small, and a client library costs as much as all the
 * rest of such a call. Redirects are answers. Compressed bodies are unpacked.
 *
 * @throws the error of Node.js, with its `code`
 */
export function sendDirect(call: WireCall, http: HttpAgent, https: HttpsAgent): Promise<WireAnswer> {
  const { url, method, data, signal } = call;
  // Node.js states no length of its own for the body of a DELETE; without one the server takes the body for a next request.
  const length = data === undefined ? {} : { "Content-Length": String(data.byteLength) };
  const headers = { "Accept-Encoding": "gzip, deflate, br", ...length, ...call.headers };
  return new Promise((resolve, reject) => {
    const heard = (answer: IncomingMessage): void => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, data: unpacked(answer, method) });
    };
    const request = url.startsWith("https:")
      ? httpsRequest(url, { method, headers, agent: https, signal }, heard)
      : httpRequest(url, { method, headers, agent: http, signal }, heard);
    // Stays after the answer has begun: what breaks later is told by the body's stream.
    request.on("error", reject);
    request.end(data);
  });
}

function unpacked(answer: IncomingMessage, method: Method): Readable {
  const { statusCode: status } = answer;
  if (method === "HEAD" || status === 204 || status === 304) return answer;
  const unpacker = unpackerOf(answer.headers["content-encoding"]);
  // A broken or cut body ends the unpacked stream with its error; the callback is only there so that nothing is thrown.
  return unpacker === undefined ? answer : pipeline(answer, unpacker, () => undefined);
}

function unpackerOf(encoding = "") {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
