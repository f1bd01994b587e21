import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the wire answers instead of the system: a status with everything of the request in the body, as careless servers do. */
export interface Echo {
  /** Part of method, path and query. */
  match: RegExp;
  status: number;
  times: number;
}

/**
 * Stands between Node-RED and a system: passes everything on, remembers every secret that it sees (sessions, tokens,
 * cookies, passwords, in headers and bodies), and can echo requests as errors.
 */
export class Wire {
  readonly secrets = new Set<string>();
  readonly echoes: Echo[] = [];
  echoed = 0;
  readonly #target: URL;
  readonly #server: Server;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => void this.#pass(request, response));
  }
  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    this.#learnHeaders(request.headers);
    const echo = this.echoes.find(({ match, times }) => times > 0 && match.test(line));
    if (echo !== undefined) {
      echo.times -= 1;
      await this.#echo(request, response, line, echo.status);
      return;
    }
    const onward = send(
      {
        host: this.#target.hostname,
        port: this.#target.port,
        method: request.method,
        path: request.url,
        headers: request.headers,
        agent: false,
      },
      (answer) => {
        this.#learnHeaders(answer.headers);
        if (/session|token|ticket/i.test(request.url ?? "")) this.#learnBody(answer);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => response.destroy());
    request.pipe(onward);
  }

  async #echo(request: IncomingMessage, response: ServerResponse, line: string, status: number): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).subarray(0, 2000).toString("latin1");
    const said = `${line}\n${JSON.stringify(request.headers)}\n${request.rawHeaders.join("\n")}\n${body}`;
    this.echoed += 1;
    response
      .writeHead(status, { "content-type": "application/json", "x-request-id": "echo-1" })
      .end(JSON.stringify({ exception_body: { message: said }, message: said, error: said }));
  }

  #learnHeaders(headers: IncomingMessage["headers"]): void {
    for (const [name, value] of Object.entries(headers)) {
      // Preservica's progress token names an ingest; it lets nobody in.
      if (!/cookie|token|authorization|x-requested-by|ticket/i.test(name) || /progress/i.test(name)) continue;
      for (const text of [value].flat()) this.#learn(name, text ?? "");
    }
  }
  #learn(name: string, text: string): void {
    const bare = text.replace(/^(Bearer|Basic)\s+/i, "");
    const pairs = name === "set-cookie" ? [bare.split(";")[0] ?? ""] : bare.split(";");
    const values = /cookie/i.test(name) ? pairs.map((pair) => pair.slice(pair.indexOf("=") + 1).trim()) : [bare];
    // What lets somebody in is long.
    for (const value of values) if (value.length >= 8) this.secrets.add(value);
    const basic = /^Basic\s+(.+)$/i.exec(text)?.[1];
    if (basic !== undefined) this.secrets.add(Buffer.from(basic, "base64").toString("utf8"));
  }
  #learnBody(answer: IncomingMessage): void {
    const parts: Buffer[] = [];
    answer.on("data", (part: Buffer) => parts.push(part));
    answer.once("end", () => {
      const text = Buffer.concat(parts).toString("utf8");
      for (const [, value] of text.matchAll(
        /"(?:token|refresh-token|message_digest|ticket|access_token|id)"\s*:\s*"([^"]{16,})"/g,
      )) {
        if (value !== undefined) this.secrets.add(value);
      }
    });
  }
}
