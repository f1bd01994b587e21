import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}
export type StubRoute = (request: { url: URL; token: string; body: string; method: string }) => StubAnswer;

/** A Preservica that answers what a test says: for behaviour of tokens, hosts and odd answers that a faithful sandbox cannot show. */
export class Stub {
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly routes = new Map<string, StubRoute>();
  readonly seen: { method: string; path: string; token: string }[] = [];
  /** Tokens that the server takes; every login makes one more. */
  readonly live = new Set<string>();
  logins = 0;
  refreshes = 0;
  /** Answers a login instead of the usual. */
  login: StubRoute | undefined;
  /** Does a refresh work? */
  refreshWorks = true;

  get url(): string {
    const address = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.on("GET /api/entity/versiondetails/version", () =>
      xml("<VersionResponse><CurrentVersion>9.1.0</CurrentVersion></VersionResponse>"),
    );
    return this;
  }

  on(route: string, answer: StubRoute): this {
    this.routes.set(route, answer);
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? "/", this.url);
    const token = String(request.headers["preservica-access-token"] ?? "");
    const method = request.method ?? "";
    this.seen.push({ method, path: url.pathname, token });
    const answer = this.#answer({ url, token, body, method });
    response.writeHead(answer.status ?? 200, answer.headers ?? {});
    response.end(answer.body ?? "");
  }

  #answer(request: Parameters<StubRoute>[0]): StubAnswer {
    const name = `${request.method} ${request.url.pathname}`;
    if (name === "POST /api/accesstoken/login") {
      this.logins += 1;
      return this.login?.(request) ?? this.#token();
    }
    if (name === "POST /api/accesstoken/refresh") {
      this.refreshes += 1;
      return this.refreshWorks ? this.#token() : json({ success: false, message: "refresh.failed" }, 401);
    }
    if (!this.live.has(request.token)) return json({ success: false, message: "Unauthorized" }, 401);
    return this.routes.get(name)?.(request) ?? { status: 404, body: "not found" };
  }

  #token(): StubAnswer {
    const token = `token-${this.live.size + 1}-${this.logins}-${this.refreshes}`;
    this.live.add(token);
    return json({
      success: true,
      token,
      "refresh-token": `refresh-${token}`,
      validFor: 15,
      user: "svc",
      tenant: "TEN",
      roles: [],
    });
  }
}

export function xml(body: string, status = 200): StubAnswer {
  return { status, headers: { "content-type": "application/xml" }, body };
}
export function json(body: unknown, status = 200): StubAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
