import { mkdtemp, rm } from "node:fs/promises";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  SandboxAnswer,
  SandboxContext,
  SandboxRequest,
  SimulatorFactory,
  StoredBytes,
} from "../../sandbox/kernel/types.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";

/** State of the echo simulator. */
export interface EchoState {
  items: Record<string, { text: string; count: number }>;
  order: string[];
}

/** Content that the echo simulator serves: 3 MB that nobody stored. */
export const CONTENT: StoredBytes = { kind: "generated", seed: 7, size: 3_000_000 };

/** A simulator without a vendor: answers what the tests of the kernel ask. */
export const echoSimulator: SimulatorFactory = async (context) => {
  const state = await context.state<EchoState>("echo", () => ({ items: {}, order: [] }));
  const settings = context.settings({ greeting: "hello", delayMs: 0, list: ["a"] });
  const handlers: Record<string, (request: SandboxRequest, context: SandboxContext) => Promise<SandboxAnswer>> = {
    "POST items": async (incoming) => {
      const text = await incoming.text();
      await state.update((value) => {
        const item = (value.items[text] ??= { text, count: 0 });
        item.count += 1;
        value.order.push(text);
      });
      context.changed();
      return { status: 201, body: text };
    },
    "GET content": async (incoming) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? "");
      return range
        ? { status: 206, body: CONTENT, range: { start: Number(range[1]), end: Number(range[2]) + 1 } }
        : { status: 200, body: CONTENT };
    },
    "GET hello": async () => ({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: `${settings.greeting} world`,
    }),
    "POST echo": async (incoming) => ({ status: 200, body: await incoming.body(1_000_000) }),
    "POST form": async (incoming) => ({ status: 200, body: JSON.stringify([...(await incoming.form())]) }),
    "POST parts": async (incoming) => {
      const parts = await incoming.multipart();
      const told = parts.map(async (part) => ({
        name: part.name,
        filename: part.filename,
        contentType: part.contentType,
        kind: part.bytes.kind,
        size: part.bytes.size,
        sha256: await context.files.digest(part.bytes, "sha256"),
        text: part.bytes.size < 100 ? await part.text() : undefined,
      }));
      return { status: 200, body: JSON.stringify(await Promise.all(told)) };
    },
  };
  return {
    handle: async (incoming) => {
      incoming.setUser("tester");
      const handler = handlers[`${incoming.method} ${incoming.segments[0] ?? ""}`];
      if (handler) return handler(incoming, context);
      incoming.refuse(`no ${incoming.method} ${incoming.path}`);
      return { status: 404, body: "no such thing" };
    },
    state: () => state.value,
    summary: () => ({ Items: Object.keys(state.value.items).length, Greeting: settings.greeting }),
    ready: () => ({ username: "tester", password: "test" }),
    close: async () => undefined,
  };
};

export interface KernelStage {
  sandbox: Sandbox;
  dataDir: string;
  /** Base URL of the echo simulator. */
  url: string;
  /** Calls the control API and gives back status and JSON. */
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

export async function kernelStage(): Promise<KernelStage> {
  const dataDir = await mkdtemp(join(tmpdir(), "sandbox-kernel-"));
  const sandbox = await startSandbox({ dataDir, factories: { otmm: echoSimulator } });
  return {
    sandbox,
    dataDir,
    url: sandbox.url("otmm"),
    control: async (method, path, body) => {
      const answer = await fetch(sandbox.control + path, {
        method,
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const parsed: unknown = text === "" ? {} : JSON.parse(text);
      return { status: answer.status, body: { ...(parsed as object) } };
    },
    close: async () => {
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What arrived of an answer, also when the connection broke. */
export interface Arrived {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Error code of the connection; undefined when the answer was complete. */
  error: string | undefined;
  /** Milliseconds from the request until the end. */
  ms: number;
}

/** A request that keeps what arrived, where fetch would throw it away. */
export function arrived(
  url: string,
  options: { method?: string; body?: Buffer; giveUpAfterMs?: number } = {},
): Promise<Arrived> {
  const started = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status: number | undefined;
    let headers: IncomingHttpHeaders = {};
    const end = (error?: string): void => {
      clearTimeout(timer);
      resolve({ status, headers, body: Buffer.concat(chunks), error, ms: performance.now() - started });
    };
    const call = request(url, { method: options.method ?? "GET", agent: false }, (answer) => {
      status = answer.statusCode;
      headers = answer.headers;
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => end());
      answer.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    });
    call.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    const timer = setTimeout(() => call.destroy(new Error("gave up")), options.giveUpAfterMs ?? 5000);
    call.end(options.body);
  });
}
