import { fork } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { archive } from "./archive.js";
import { dam, type DamOptions } from "./dam.js";

/** Both stand-ins in one child process; `stand-ins.js <warm> <assets> <bytes>`. */
export interface StandIns {
  dam: string;
  archive: string;
  close(): Promise<void>;
}

export async function startStandIns({ warm, assets, bytes }: DamOptions): Promise<StandIns> {
  const child = fork(__filename, [String(warm), String(assets), String(bytes)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  const urls = await new Promise<{ dam: string; archive: string }>((resolve, reject) => {
    child.once("message", (message: { dam: string; archive: string }) => resolve(message));
    child.once("exit", (code) => reject(new Error(`the stand-ins ended (${String(code)})`)));
  });
  return {
    ...urls,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

async function serve(options: DamOptions): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  process.send?.({ dam: await listen(dam(options)), archive: await listen(archive()) });
}

if (require.main === module) {
  const [warm = 0, assets = 0, bytes = 0] = process.argv.slice(2).map(Number);
  void serve({ warm, assets, bytes });
}
