import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ask } from "./demo/readers/http.js";
import { CLOCK_ARGS, exampleFlow, flowEnvironment, startSandboxProcess } from "./demo/stage.js";
import { PACKAGE_ROOT, startNodeRed } from "./node-red.js";
import { peopleLines, sandboxPeople } from "./people.js";

/**
 * `npm start [-- --users]`: the sandbox and a Node-RED with all scenario flows open; state is kept in the data folder.
 * With `--users` people sign in, as releases and approvals need.
 */

const SYSTEMS = 5;

async function free(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

/** @throws Error that names the port and the option to change it */
async function demandFree(first: number, count: number, option: string): Promise<void> {
  for (let port = first; port < first + count; port += 1) {
    if (!(await free(port))) throw new Error(`Port ${port} is taken; choose another with ${option} NUMBER.`);
  }
}

/** All scenario flows; configuration nodes that they share come once. */
function scenarioFlows(): { id: string }[] {
  const flows = new Map<string, { id: string }>();
  for (const family of ["otmm-preservica", "s3-ecm"]) {
    const folder = join(PACKAGE_ROOT, "examples", family);
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort()) {
      for (const node of exampleFlow(`${family}/${file}`)) if (!flows.has(node.id)) flows.set(node.id, node);
    }
  }
  return [...flows.values()];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "1880" },
      "sandbox-port": { type: "string", default: "18080" },
      data: { type: "string", default: join(PACKAGE_ROOT, ".sandbox") },
      "node-red": { type: "string", default: "5" },
      users: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  const sandboxPort = Number(values["sandbox-port"]);
  await demandFree(port, 1, "--port");
  await demandFree(sandboxPort, SYSTEMS, "--sandbox-port");
  const data = resolve(values.data);
  const userDir = join(data, "node-red");
  mkdirSync(userDir, { recursive: true });

  const sandbox = await startSandboxProcess(join(data, "systems"), sandboxPort);
  try {
    const { now } = JSON.parse((await ask(`${sandbox.ready.control}/clock`)).text) as { now: string };
    const fresh = !existsSync(join(userDir, "flows.json"));
    const people = values.users ? sandboxPeople() : undefined;
    const nodeRed = await startNodeRed({
      version: values["node-red"] === "4" ? 4 : 5,
      port,
      userDir,
      env: flowEnvironment(sandbox.ready, Date.parse(now)),
      execArgv: CLOCK_ARGS,
      ...(people === undefined ? {} : { users: people, signIn: true }),
    });
    // A person's own changes survive a restart: the flows are laid once.
    if (fresh) await nodeRed.deploy(scenarioFlows());
    process.stdout.write(
      [
        "",
        `  Node-RED with the example flows   ${nodeRed.url}`,
        `  The sandbox's systems, live       ${sandbox.ready.control}`,
        `  Kept in                           ${data}`,
        "",
        ...(people === undefined
          ? [
              "  Nobody signs in, so nothing is released or destroyed; `npm start -- --users` starts with people who do.",
            ]
          : peopleLines(people)),
        "",
        "  Open Node-RED, press the button of Run, watch the archive fill. Ctrl-C ends both.",
        "",
      ].join("\n"),
    );
    await new Promise<void>((ended) => {
      process.once("SIGINT", ended);
      process.once("SIGTERM", ended);
      nodeRed.process.once("exit", ended);
      sandbox.child.once("exit", ended);
    });
    await nodeRed.stop();
  } finally {
    await sandbox.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
