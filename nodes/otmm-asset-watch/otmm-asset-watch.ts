import type { Node, NodeAPI, NodeDef } from "node-red";
import { registerWatchNode } from "../../lib/runtime/index.js";
import { otmmOf } from "../shared/clients.js";
import { migrate } from "./config.js";
import { AssetWatch } from "./look.js";

/** Looks for changed assets again and again, from a kept cursor, and sends each change once. */
function register(RED: NodeAPI): void {
  function OtmmAssetWatchNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const watch = new AssetWatch(config);
    registerWatchNode({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      intervalMs: config.intervalSeconds * 1000,
      maxUnacknowledged: config.maxUnacknowledged,
      poll: async (round) => await watch.look(otmmOf(RED, config.connection), round),
    });
  }
  RED.nodes.registerType("otmm-asset-watch", OtmmAssetWatchNode);
}

export = register;
