import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Major versions of Node-RED that the package promises to work in. */
export type NodeRedMajor = 4 | 5;
export const NODE_RED_MAJORS: readonly NodeRedMajor[] = [5, 4];

/** The package's root folder, seen from dist/scripts. */
export const PACKAGE_ROOT = resolve(__dirname, "../..");

export interface NodeRedUser {
  username: string;
  password: string;
  /** One permission of Node-RED, e.g. `*` or `read`, or several. */
  permissions: string | string[];
}

export interface NodeRedOptions {
  version: NodeRedMajor;
  /** Default: any free port. */
  port?: number;
  /** Kept between runs when given; else a temporary folder that `stop` removes. */
  userDir?: string;
  /** Extra variables of the process, for `${NAME}` in flows. */
  env?: Record<string, string>;
  /** Flows written before the start; with credentials inside, use `deploy` instead. */
  flows?: object[];
  /** Users of the admin API; absent = no adminAuth. */
  users?: NodeRedUser[];
  /** The first of the users signs in after the start; calls of the admin API are then made as this person. */
  signIn?: boolean;
  /** Extra settings.js members, as JSON. */
  settings?: Record<string, unknown>;
  /** Extra arguments for Node.js, e.g. `--require`. */
  execArgv?: string[];
  /** Package folder that is linked into the user directory. Default: this repository. */
  packageRoot?: string;
}

/** A real Node-RED in a process of its own, with the built package installed by link. */
export interface NodeRed {
  readonly url: string;
  readonly version: NodeRedMajor;
  readonly userDir: string;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves when `pattern` was printed, also when that was before the call (from character `from` on). */
  waitFor(pattern: RegExp, timeoutMs?: number, from?: number): Promise<void>;
  /** A call of the admin API. @throws Error with status and body when the answer is not 2xx */
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Replaces all flows (credentials may stand as `credentials` on an entry). Resolves when they are started. */
  deploy(flows: readonly object[], type?: "full" | "nodes" | "flows" | "reload"): Promise<void>;
  /** Presses an inject node. */
  inject(id: string): Promise<void>;
  /** Ends it as a person would (SIGTERM, flows are closed); removes a temporary user directory. */
  stop(): Promise<void>;
  /** Ends it as a power cut would (SIGKILL); the user directory stays for the next start. */
  kill(): Promise<void>;
}

const START_MS = 60_000;

/** Starts Node-RED on a free port of 127.0.0.1. Resolves when flows are started and the editor answers. */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRed> {
  const temporary = options.userDir === undefined;
  const userDir = options.userDir ?? mkdtempSync(join(tmpdir(), "node-red-"));
  const port = options.port ?? (await freePort());
  linkPackage(userDir, options.packageRoot ?? PACKAGE_ROOT);
  writeSettings(userDir, port, options);
  if (options.flows !== undefined) writeFileSync(join(userDir, "flows.json"), JSON.stringify(options.flows));

  const red = join(PACKAGE_ROOT, "node_modules", `node-red-${options.version}`, "red.js");
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    [...(options.execArgv ?? []), red, "-u", userDir, "-s", join(userDir, "settings.js")],
    {
      cwd: userDir,
      // Flows that tell people an address take it from here; elsewhere it is the public one.
      env: { ...process.env, NODE_RED_HOME: "", FLOWS_URL: url, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const console_ = collect(child);
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };

  let person: Record<string, string> = {};
  const admin: NodeRed["admin"] = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}/${path}`, {
      method,
      headers: { "content-type": "application/json", ...person, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  try {
    await console_.waitFor(/Started flows|Waiting for missing types/, START_MS);
    await console_.waitFor(/Server now running at/, START_MS);
    const [user] = options.users ?? [];
    if (options.signIn === true && user !== undefined) person = { authorization: `Bearer ${await token(admin, user)}` };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }

  return {
    url,
    version: options.version,
    userDir,
    process: child,
    output: console_.text,
    waitFor: console_.waitFor,
    admin,
    async deploy(flows, type = "full") {
      const from = console_.text().length;
      await admin("POST", "flows", flows, { "Node-RED-Deployment-Type": type });
      await console_.waitFor(/Started (modified )?(flows|nodes)|Waiting for missing types/, START_MS, from);
    },
    async inject(id) {
      await admin("POST", `inject/${id}`, {});
    },
    async stop() {
      await end("SIGTERM");
      if (temporary) rmSync(userDir, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
  };
}

/** Signs a person in, as the editor's log-in page does. */
async function token(admin: NodeRed["admin"], { username, password, permissions }: NodeRedUser): Promise<string> {
  const body = {
    client_id: "node-red-admin",
    grant_type: "password",
    scope: [permissions].flat().join(" "),
    username,
    password,
  };
  const answer = await admin("POST", "auth/token", body);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Makes the package visible as an installed module of the user directory. */
function linkPackage(userDir: string, packageRoot: string): void {
  const link = join(userDir, "node_modules", "@content-lifecycle", "node-red");
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(packageRoot, link, "dir");
}

function writeSettings(userDir: string, port: number, options: NodeRedOptions): void {
  const settings: Record<string, unknown> = {
    uiHost: "127.0.0.1",
    uiPort: port,
    flowFile: "flows.json",
    credentialSecret: "content-lifecycle",
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, palette: { editable: false, catalogues: [] } },
    externalModules: { palette: { allowInstall: false } },
    logging: { console: { level: "info", metrics: false, audit: false } },
    ...options.settings,
  };
  const users = options.users === undefined ? "" : adminAuth(options.users);
  writeFileSync(
    join(userDir, "settings.js"),
    `module.exports = Object.assign(${JSON.stringify(settings, null, 2)}, {${users}});\n`,
  );
}

function adminAuth(users: NodeRedUser[]): string {
  return `
  adminAuth: {
    type: "credentials",
    users: async (name) => ${JSON.stringify(users)}.map(({ username, permissions }) => ({ username, permissions })).find((user) => user.username === name) ?? null,
    authenticate: async (name, password) => {
      const user = ${JSON.stringify(users)}.find((user) => user.username === name && user.password === password);
      return user ? { username: user.username, permissions: user.permissions } : null;
    },
  }`;
}

function collect(child: ChildProcess): { text(): string; waitFor: NodeRed["waitFor"] } {
  let text = "";
  const listeners = new Set<() => void>();
  const heard = (chunk: Buffer): void => {
    text += chunk.toString("utf8");
    for (const listener of listeners) listener();
  };
  child.stdout?.on("data", heard);
  child.stderr?.on("data", heard);
  child.once("exit", () => listeners.forEach((listener) => listener()));

  const waitFor: NodeRed["waitFor"] = (pattern, timeoutMs = 30_000, from = 0) =>
    new Promise((done, fail) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        listeners.delete(look);
        act();
      };
      const timer = setTimeout(
        () =>
          finish(() => fail(new Error(`Node-RED did not print ${pattern} in ${timeoutMs} ms:\n${text.slice(-4000)}`))),
        timeoutMs,
      );
      const look = (): void => {
        if (pattern.test(text.slice(from))) finish(done);
        else if (child.exitCode !== null || child.signalCode !== null) {
          finish(() => fail(new Error(`Node-RED ended before it printed ${pattern}:\n${text.slice(-4000)}`)));
        }
      };
      listeners.add(look);
      look();
    });
  return { text: () => text, waitFor };
}

/** Free ports are looked for below those that outgoing connections take by themselves. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** The first of `count` neighbouring ports that are free now. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = FIRST_PORT + Math.floor(Math.random() * (PORTS - count));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
