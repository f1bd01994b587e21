import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { asLifecycleError, LifecycleError } from "../../lib/messages/error.js";
import { registerJobRoutes, type StoreHolder } from "../../lib/runtime/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { FILE_NAME, migrate } from "./config.js";

const FOLDER = "content-lifecycle";
const DAY_MS = 86_400_000;

type StoreNode = Node & StoreHolder;

/** Opens the store on first use, prunes it once a day, closes it with the node. */
function register(RED: NodeAPI): void {
  function LifecycleStoreNode(this: StoreNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    let opened: Promise<LifecycleStore> | undefined;

    this.store = () => {
      opened ??= open(RED.settings.userDir ?? ".", config.file).catch((thrown: unknown) => {
        opened = undefined;
        throw thrown;
      });
      return opened;
    };
    const prune = async (): Promise<void> => {
      if (config.retentionDays === 0 || opened === undefined) return;
      await (await opened).prune(Date.now() - config.retentionDays * DAY_MS);
    };
    const timer = setInterval(() => {
      prune().catch((thrown: unknown) => this.warn(asLifecycleError(thrown).message));
    }, DAY_MS).unref();

    this.on("close", (_removed: boolean, done: () => void) => {
      clearInterval(timer);
      const closing = opened === undefined ? Promise.resolve() : opened.then((store) => store.close());
      closing.then(done, done);
    });
  }
  RED.nodes.registerType("lifecycle-store", LifecycleStoreNode);
  registerJobRoutes(RED);
}

async function open(userDir: string, file: string): Promise<LifecycleStore> {
  if (!FILE_NAME.test(file)) {
    throw new LifecycleError("NOT_CONFIGURED", `"${file}" is no plain file name for the lifecycle store.`);
  }
  const folder = join(userDir, FOLDER);
  await mkdir(folder, { recursive: true });
  // Loaded on first use: packages that only list the nodes do not pay for it, and old Node.js gets a clear error.
  const { openStore } = await import("../../lib/store/index.js");
  return await openStore(join(folder, file));
}

export = register;
