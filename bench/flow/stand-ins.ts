import { fork } from "node:child_process";
import { archive } from "./archive.js";
import { dam, type DamOptions } from "./dam.js";
import { listenLean } from "./lean-server.js";

/** Both stand-ins in one child process; `stand-ins.js <warm> <assets> <bytes>`. */
export interface StandIns {
  dam: string;
  archive: string;
  /** Of the child process. */
  pid: number | undefined;
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
    pid: child.pid,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

async function serve(options: DamOptions): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  process.send?.({ dam: await listenLean(dam(options)), archive: await listenLean(archive()) });
}

if (require.main === module) {
  const [warm = 0, assets = 0, bytes = 0] = process.argv.slice(2).map(Number);
  void serve({ warm, assets, bytes });
}
