import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** One request, complete. */
export interface LeanRequest {
  method: string;
  /** Path and query as they stand in the request line. */
  target: string;
  /** `http://` and the host that was asked. */
  origin: string;
  body: Buffer;
}
export interface LeanAnswer {
  /** Default 200. */
  status?: number;
  type: string;
  /** More header lines, each ending with CRLF. */
  headers?: string;
  body: string | Buffer;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const REASONS: Record<number, string> = { 200: "OK", 404: "Not Found" };

/**
 * The least that an HTTP client can talk to: connections that are kept, bodies with `Content-Length`, one write for each
 * answer. It shares the machine with what is measured, so it must cost next to nothing; a general server costs several
 * times as much.
 *
 * @returns its address
 */
export function listenLean(answer: (request: LeanRequest) => LeanAnswer): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, answer));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function serve(socket: Socket, answer: (request: LeanRequest) => LeanAnswer): void {
  let parts: Buffer[] = [];
  let have = 0;
  /** Bytes of head and body together; 0 while the head is not complete. */
  let wanted = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    parts.push(chunk);
    have += chunk.length;
    while (have > 0 && have >= wanted) {
      const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, have);
      parts = [bytes];
      const headEnd = bytes.indexOf(END_OF_HEAD);
      if (headEnd < 0) return;
      const head = bytes.toString("latin1", 0, headEnd);
      const bodyStart = headEnd + END_OF_HEAD.length;
      wanted = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (have < wanted) return;
      const [method = "", target = ""] = head.slice(0, head.indexOf("\r\n")).split(" ", 2);
      const origin = `http://${/\r\nhost: *([^\r]+)/i.exec(head)?.[1] ?? "127.0.0.1"}`;
      send(socket, answer({ method, target, origin, body: bytes.subarray(bodyStart, wanted) }));
      have -= wanted;
      parts = have === 0 ? [] : [bytes.subarray(wanted)];
      wanted = 0;
    }
  });
}

function send(socket: Socket, { status = 200, type, headers = "", body }: LeanAnswer): void {
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\nContent-Type: ${type}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  if (typeof body === "string") {
    socket.write(head + body);
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}
