import type { Node, NodeAPI, NodeDef } from "node-red";
import { registerRunNode } from "../../lib/runtime/index.js";
import { otmmOf } from "../shared/clients.js";
import { zoneOfConnection } from "../shared/zone.js";
import { migrate } from "./config.js";
import { readAssets } from "./page.js";
import { type FetchSettings, settingsOf } from "./settings.js";

/** A message starts a run that finds assets page by page and sends each one that is accepted. */
function register(RED: NodeAPI): void {
  function OtmmAssetFetchNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    registerRunNode<FetchSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      maxUnacknowledged: config.maxUnacknowledged,
      settings: async (msg) =>
        await settingsOf(RED, this, config, zoneOfConnection(otmmOf(RED, config.connection).connection), msg),
      page: async (run) => {
        const otmm = otmmOf(RED, config.connection);
        return await readAssets(otmm, config, zoneOfConnection(otmm.connection), run);
      },
    });
  }
  RED.nodes.registerType("otmm-asset-fetch", OtmmAssetFetchNode);
}

export = register;
