import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeInitializer } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { Reader } from "../lib/preservica/reader.js";
import { coreNode, helper, until } from "../support/helper.js";

const load = createRequire(__filename);
const at = { x: 10, y: 10, z: "tab0" };

/** A Node-RED of the test helper with our own nodes beside a sandbox Preservica of its own. */
export class PreservicaStage {
  readonly #got = new Map<string, LifecycleMessage[]>();
  #web: RequestListener = (_request, response) => response.writeHead(503).end();
  /** Serves what nodes put on Node-RED's HTTP side; the test helper makes it anew at each load and serves it nowhere. */
  readonly #server: Server = createServer((request, response) => this.#web(request, response));
  #login = { username: "", password: "" };
  private constructor(
    readonly sandbox: Sandbox,
    readonly reader: Reader,
    readonly folder: string,
  ) {}

  static async open(seed: "full" | "empty" = "full", settings: Record<string, unknown> = {}): Promise<PreservicaStage> {
    const folder = mkdtempSync(join(tmpdir(), "preservica-nodes-"));
    const sandbox = await startSandbox({ dataDir: join(folder, "sandbox"), systems: ["preservica"], seed });
    const stage = new PreservicaStage(sandbox, new Reader(sandbox.url("preservica")), folder);
    const { username = "", password = "" } = sandbox.ready.preservica ?? {};
    stage.as(username, password);
    await stage.change({ ingestMs: 0, indexDelayMs: 0, asyncMs: 20, ...settings });
    await new Promise<void>((done) => {
      helper.startServer(done);
    });
    await new Promise<void>((done) => stage.#server.listen(0, "127.0.0.1", done));
    return stage;
  }

  /** Address of Node-RED's HTTP side. */
  get web(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The account of the connection from the next load on. */
  as(username: string, password: string): void {
    this.#login = { username, password };
  }

  async change(settings: Record<string, unknown>): Promise<void> {
    await this.sandbox.kernel.settings.change("preservica", settings);
  }

  /** Deploys one node of a type, with a sink at each output, a Catch, a store and a connection. */
  async deploy(type: string, config: Record<string, unknown>, outputs: number, credentials = {}): Promise<void> {
    this.#got.clear();
    const sinks = Array.from({ length: outputs }, (_, port) => `sink${port}`);
    const flow = [
      { id: "tab0", type: "tab", label: "test" },
      { id: "store0", type: "lifecycle-store", file: "test.db", retentionDays: 90 },
      {
        id: "archive0",
        type: "preservica-connection",
        key: "archive",
        url: this.sandbox.url("preservica"),
        tenant: "ALDER",
        rate: 0,
      },
      {
        id: "node0",
        type,
        store: "store0",
        connection: "archive0",
        ...config,
        ...at,
        wires: sinks.map((sink) => [sink]),
      },
      { id: "caught", type: "catch", scope: null, ...at, wires: [["errors"]] },
      ...[...sinks, "errors"].map((id) => ({ id, type: "helper", ...at })),
    ];
    const modules = ["lifecycle-store", "preservica-connection", type].map(
      (name) => load(`../../nodes/${name}/${name}.js`) as NodeInitializer,
    );
    const side: NodeInitializer = (RED) => {
      this.#web = RED.httpNode;
    };
    helper.settings({ userDir: this.folder });
    await helper.load([side, ...modules, coreNode("common/25-catch")], flow, {
      archive0: this.#login,
      node0: credentials,
    });
    for (const id of [...sinks, "errors"]) {
      const list: LifecycleMessage[] = [];
      this.#got.set(id, list);
      helper.getNode(id).on("input", (msg) => list.push(msg as LifecycleMessage));
    }
  }

  send(msg: Record<string, unknown>): void {
    helper.getNode("node0").receive(msg);
  }

  /** What came to an output (by number) or to Catch (`errors`). */
  got(where: number | "errors"): LifecycleMessage[] {
    return this.#got.get(where === "errors" ? "errors" : `sink${where}`) ?? [];
  }
  /** The next message, from now on, of any output or Catch. */
  async ask(msg: Record<string, unknown>): Promise<{ from: number | "errors"; msg: LifecycleMessage }> {
    const before = new Map([...this.#got].map(([id, list]) => [id, list.length]));
    const arrived = () => [...this.#got].find(([id, list]) => list.length > (before.get(id) ?? 0));
    this.send(msg);
    await until(() => arrived() !== undefined);
    const [id = "", list = []] = arrived() ?? [];
    return { from: id === "errors" ? "errors" : Number(id.slice(4)), msg: list[before.get(id) ?? 0] ?? {} };
  }

  /** An asset as a fetch in OTMM would send it, of the seeded archive asset with that number. */
  seeded(number: number, version = "1"): LifecycleAsset {
    const original = `${String(number).padStart(4, "0")}${"a0c1e2b3".repeat(4)}0000`;
    return { key: `otmm:dam:${original}`, version, name: `seed ${number}`, ids: {}, fields: {}, content: [] };
  }
  async refOf(number: number): Promise<string> {
    const { key, version } = this.seeded(number);
    const [ref = ""] = await this.reader.byIdentifier("OTMM-Asset", `${key.split(":")[2]}#v${version}`);
    return ref;
  }

  /** A plain-text PUT, as a person's client would make it. */
  async putText(path: string, body: string): Promise<void> {
    const answer = await fetch(`${this.sandbox.url("preservica")}${path}`, {
      method: "PUT",
      headers: { "Preservica-Access-Token": await this.reader.login(), "Content-Type": "text/plain" },
      body,
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async unload(): Promise<void> {
    await helper.unload();
  }
  async close(): Promise<void> {
    await new Promise<void>((done) => {
      helper.stopServer(done);
    });
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The code of what Catch got. */
export function codeOf(msg: LifecycleMessage): string {
  const error: unknown = msg["error"];
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
export function messageOf(msg: LifecycleMessage): string {
  const error: unknown = msg["error"];
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
}
