import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { asLifecycleError, LifecycleError } from "../../lib/messages/error.js";
import { registerJobRoutes, type StoreHolder } from "../../lib/runtime/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { FILE_NAME, migrate } from "./config.js";

const FOLDER = "content-lifecycle";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type StoreNode = Node & StoreHolder;

/** Opens the store on first use, prunes and anchors it once a day, closes it with the node. */
function register(RED: NodeAPI): void {
  function LifecycleStoreNode(this: StoreNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const userDir = RED.settings.userDir ?? ".";
    let closing = false;
    let opened: Promise<LifecycleStore> | undefined;

    this.store = () => {
      if (opened === undefined) {
        opened = open(userDir, config.file).catch((thrown: unknown) => {
          opened = undefined;
          throw thrown;
        });
        void opened.then(anchor, () => undefined);
      }
      return opened;
    };
    /** What is wrong with the anchor is no reason for a flow to stop. */
    const anchor = async (): Promise<void> => {
      if (config.anchor === "off" || opened === undefined) return;
      try {
        const { takeDailyAnchor } = await import("../../lib/timeline/index.js");
        const file = config.anchor === "file" ? anchorFile(userDir, config.anchorFile) : undefined;
        await takeDailyAnchor(await opened, file, new Date());
      } catch (thrown) {
        if (!closing) this.error(`The daily anchor was not taken: ${asLifecycleError(thrown).message}`);
      }
    };
    const prune = async (): Promise<void> => {
      if (config.retentionDays === 0 || opened === undefined) return;
      await (await opened).prune(Date.now() - config.retentionDays * DAY_MS);
    };
    const timer = setInterval(() => {
      prune().catch((thrown: unknown) => this.warn(asLifecycleError(thrown).message));
    }, DAY_MS).unref();
    const anchoring = setInterval(() => void anchor(), HOUR_MS).unref();

    this.on("close", (_removed: boolean, done: () => void) => {
      closing = true;
      clearInterval(timer);
      clearInterval(anchoring);
      const closed = opened === undefined ? Promise.resolve() : opened.then((store) => store.close());
      closed.then(done, done);
    });
  }
  RED.nodes.registerType("lifecycle-store", LifecycleStoreNode);
  registerJobRoutes(RED);
}

/** @throws LifecycleError NOT_CONFIGURED */
function anchorFile(userDir: string, path: string): string {
  if (path.trim() === "")
    throw new LifecycleError("NOT_CONFIGURED", "The lifecycle store names no file for its anchors.");
  return resolve(userDir, path.trim());
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
