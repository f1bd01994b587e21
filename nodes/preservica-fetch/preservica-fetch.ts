import type { Node, NodeAPI, NodeDef } from "node-red";
import { registerRunNode } from "../../lib/runtime/index.js";
import { preservicaOf } from "../shared/clients.js";
import { migrate } from "./config.js";
import { PageReader } from "./page.js";
import { type FetchSettings, settingsOf } from "./settings.js";

/** A message starts a run that finds assets of the archive page by page and sends each one. */
function register(RED: NodeAPI): void {
  function PreservicaFetchNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const reader = new PageReader();
    registerRunNode<FetchSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      maxUnacknowledged: config.maxUnacknowledged,
      settings: async (msg) => await settingsOf(RED, this, config, preservicaOf(RED, config.connection), msg),
      page: async (run) => await reader.page(preservicaOf(RED, config.connection), config, run),
    });
  }
  RED.nodes.registerType("preservica-fetch", PreservicaFetchNode);
}

export = register;
