import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type NodeRed, type NodeRedMajor, type NodeRedUser, PACKAGE_ROOT, startNodeRed } from "../node-red.js";
import { ask } from "./readers/http.js";
import { OtmmReader } from "./readers/otmm.js";
import { PreservicaReader } from "./readers/preservica.js";

/** What the sandbox says when it is ready. */
export interface SandboxReady {
  control: string;
  otmm: { url: string; username: string; password: string };
  preservica: { url: string; tenant: string; username: string; password: string };
}
export interface RunCounts {
  found: number;
  done: number;
  refused: number;
  failed: number;
  waiting: number;
  running: number;
}
export interface RunView {
  id: string;
  queue: string;
  nodeType: string;
  state: string;
  /** Milliseconds since 1970, by Node-RED's clock. */
  started: number;
  counts: RunCounts;
}
export interface JobView {
  id: string;
  queue: string;
  nodeType: string;
  assetKey: string;
  assetVersion: string;
  assetName: string;
  run: string;
  state: string;
  error?: { code: string; message: string };
}
export type FlowNode = { id: string; type: string; [name: string]: unknown };

/** Environment under which the example flows find the sandbox; the flows themselves hold only the names. */
export function flowEnvironment(ready: SandboxReady, sandboxNow: number): Record<string, string> {
  return {
    OTMM_URL: ready.otmm.url,
    OTMM_USERNAME: ready.otmm.username,
    OTMM_PASSWORD: ready.otmm.password,
    PRESERVICA_URL: ready.preservica.url,
    PRESERVICA_TENANT: ready.preservica.tenant,
    PRESERVICA_USERNAME: ready.preservica.username,
    PRESERVICA_PASSWORD: ready.preservica.password,
    SANDBOX_CLOCK_OFFSET_MS: String(sandboxNow - Date.now()),
  };
}

/** Node.js arguments that put a Node-RED on the sandbox's clock. */
export const CLOCK_ARGS = ["--require", join(PACKAGE_ROOT, "dist/scripts/clock.cjs")];

/** Starts the sandbox's own command in a process of its own; resolves with its ready line. */
export async function startSandboxProcess(
  dataDir: string,
  port = 0,
): Promise<{ ready: SandboxReady; child: ChildProcess; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [join(PACKAGE_ROOT, "dist/sandbox/main.js"), "--port", String(port), "--data", dataDir],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
    child.once("exit", (code) => reject(new Error(`The sandbox ended with code ${code} before it was ready.`)));
  });
  return {
    ready: JSON.parse(line) as SandboxReady,
    child,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The flow of an example file with the credentials that the editor would ask for, as references to the environment. */
export function exampleFlow(file: string): FlowNode[] {
  const nodes = JSON.parse(readFileSync(join(PACKAGE_ROOT, "examples", file), "utf8")) as FlowNode[];
  return nodes.map((node) => (node.type in CREDENTIALS ? { ...node, credentials: CREDENTIALS[node.type] } : node));
}
/** Configuration nodes that several examples share come once. */
function merged(nodes: readonly FlowNode[]): FlowNode[] {
  return [...new Map(nodes.toReversed().map((node) => [node.id, node])).values()].toReversed();
}
const CREDENTIALS: Record<string, Record<string, string>> = {
  "otmm-connection": { username: "${OTMM_USERNAME}", password: "${OTMM_PASSWORD}" },
  "preservica-connection": { username: "${PRESERVICA_USERNAME}", password: "${PRESERVICA_PASSWORD}" },
};

async function startOn(
  options: StageOptions,
  folder: string,
  ready: SandboxReady,
  env: Record<string, string> = {},
): Promise<NodeRed> {
  const { now } = JSON.parse((await ask(`${ready.control}/clock`)).text) as { now: string };
  return startNodeRed({
    version: options.version ?? 5,
    userDir: join(folder, "node-red"),
    env: { ...flowEnvironment(ready, Date.parse(now)), ...options.env, ...env },
    execArgv: [...CLOCK_ARGS, ...(options.execArgv ?? [])],
    ...(options.users === undefined ? {} : { users: options.users, signIn: true }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
}

export interface StageOptions {
  /** Example below `examples/`. */
  example: string;
  /** Further flows that stand beside it. */
  beside?: () => FlowNode[];
  /** Further variables of Node-RED's environment. */
  env?: Record<string, string>;
  version?: NodeRedMajor;
  execArgv?: string[];
  /** Persons of Node-RED's admin API; the first signs in and deploys. Absent: Node-RED knows nobody. */
  users?: NodeRedUser[];
  /** Further members of settings.js, as JSON. */
  settings?: Record<string, unknown>;
}

/** Sandbox and a real Node-RED with one example flow deployed, in folders of their own. */
export class Stage {
  readonly folder: string;
  readonly ready: SandboxReady;
  readonly flow: FlowNode[];
  nodeRed: NodeRed;
  readonly #options: StageOptions;
  readonly #stopSandbox: () => Promise<void>;

  private constructor(
    options: StageOptions,
    folder: string,
    ready: SandboxReady,
    flow: FlowNode[],
    nodeRed: NodeRed,
    stop: () => Promise<void>,
  ) {
    this.#options = options;
    this.folder = folder;
    this.ready = ready;
    this.flow = flow;
    this.nodeRed = nodeRed;
    this.#stopSandbox = stop;
  }

  static async open(options: StageOptions): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "stage-"));
    const { ready, stop } = await startSandboxProcess(join(folder, "sandbox"));
    try {
      const flow = merged([...exampleFlow(options.example), ...(options.beside?.() ?? [])]);
      const nodeRed = await startOn(options, folder, ready);
      try {
        await nodeRed.deploy(flow);
      } catch (error) {
        await nodeRed.stop();
        throw error;
      }
      return new Stage(options, folder, ready, flow, nodeRed, stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Starts Node-RED again on the same user directory, after it was killed or stopped. */
  async restart(env: Record<string, string> = {}): Promise<void> {
    this.nodeRed = await startOn(this.#options, this.folder, this.ready, env);
  }

  get storeId(): string {
    return this.#only("lifecycle-store").id;
  }

  otmm(): Promise<OtmmReader> {
    return OtmmReader.login(this.ready.otmm);
  }
  preservica(): Promise<PreservicaReader> {
    return PreservicaReader.login(this.ready.preservica);
  }
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const { text } = await ask(`${this.ready.control}/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return text === "" ? undefined : JSON.parse(text);
  }

  async runs(): Promise<RunView[]> {
    const answer = await this.nodeRed.admin("GET", `content-lifecycle/stores/${this.storeId}/runs?limit=1000`);
    return ((await answer.json()) as { runs: RunView[] }).runs;
  }
  async jobs(query = ""): Promise<JobView[]> {
    const found: JobView[] = [];
    for (;;) {
      const after = found.at(-1)?.id ?? "";
      const answer = await this.nodeRed.admin(
        "GET",
        `content-lifecycle/stores/${this.storeId}/jobs?limit=1000&after=${after}&${query}`,
      );
      const { jobs } = (await answer.json()) as { jobs: JobView[] };
      found.push(...jobs);
      if (jobs.length < 1000) return found;
    }
  }

  /** Presses the inject node of this name. */
  async press(name: string): Promise<void> {
    const found = this.flow.find((node) => node.type === "inject" && node["name"] === name);
    if (found === undefined) throw new Error(`The example has no inject node "${name}".`);
    await this.nodeRed.inject(found.id);
  }

  /** Presses the flow's Run and resolves when every asset of the run is in a final state. */
  async run(onCounts: (counts: RunCounts) => void, limitMs = 600_000): Promise<RunView> {
    return this.runOf(this.#only("inject").id, () => true, onCounts, limitMs);
  }

  /** As `run`, for any inject node; `which` tells its run from those that begin meanwhile by themselves. */
  async runOf(
    inject: string,
    which: (run: RunView) => boolean,
    onCounts: (counts: RunCounts) => void,
    limitMs = 600_000,
  ): Promise<RunView> {
    const before = new Set((await this.runs()).map(({ id }) => id));
    await this.nodeRed.inject(inject);
    return this.settled((run) => !before.has(run.id) && which(run), onCounts, limitMs);
  }

  /** Resolves when the newest run that `which` accepts has ended and nothing of it moves any more. */
  async settled(
    which: (run: RunView) => boolean,
    onCounts: (counts: RunCounts) => void,
    limitMs = 600_000,
  ): Promise<RunView> {
    const end = Date.now() + limitMs;
    for (;;) {
      const run = (await this.runs()).find(which);
      if (run !== undefined) {
        onCounts(run.counts);
        if (run.state === "failed")
          throw new Error(`The run failed; Node-RED said:\n${this.nodeRed.output().slice(-2000)}`);
        if (run.state === "done" && run.counts.running + run.counts.waiting === 0) return run;
      }
      if (Date.now() > end) {
        throw new Error(
          `The run did not end in ${limitMs / 1000} s: ${JSON.stringify(run?.counts)}\n${this.nodeRed.output().slice(-2000)}`,
        );
      }
      await pause(250);
    }
  }

  async close(): Promise<void> {
    await this.nodeRed.stop();
    await this.#stopSandbox();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #only(type: string): FlowNode {
    const found = this.flow.find((node) => node.type === type);
    if (found === undefined) throw new Error(`The example has no ${type} node.`);
    return found;
  }
}
