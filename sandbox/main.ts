import { parseArgs } from "node:util";
import { startSandbox } from "./start.js";

const USAGE = "usage: sandbox --port 18080 --data DIR";

/** The command: starts the sandbox, prints one line of JSON when it is ready, ends on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "18080" }, data: { type: "string", default: ".sandbox" } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_531)
    throw new Error(`--port must be a number from 0 to 65531. ${USAGE}`);
  const sandbox = await startSandbox({ port, dataDir: values.data });
  let ending = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      sandbox.close().then(() => process.exit(0), fail);
    });
  }
  process.stdout.write(`${JSON.stringify(sandbox.ready)}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`sandbox: ${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE")
    return `port ${port ?? "?"} is taken by another program; choose other ports with --port (five in a row are used)`;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `${error.message}. ${USAGE}`;
  return error.message;
}

main().catch(fail);
