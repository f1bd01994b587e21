import type { Node, NodeAPI, NodeDef } from "node-red";
import { sharedPool } from "../../lib/content/index.js";
import { type IngestDeps, ingest, type IngestSettings, planIngest } from "../../lib/preservica/index.js";
import type { ContentRef } from "../../lib/messages/asset.js";
import { registerJobNode } from "../../lib/runtime/index.js";
import { systems } from "../../lib/systems/registry.js";
import { preservicaOf } from "../shared/clients.js";
import { migrate, type PreservicaIngestConfig } from "./config.js";

/** Preserves one asset version at a time, durably: package, upload, wait, verify. */
function register(RED: NodeAPI): void {
  function PreservicaIngestNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const settings = settingsOf(config);
    const name = config.name || this.id;
    // Looked up for each job: a partial deploy may replace the connection under a node that stays.
    const deps = (): IngestDeps => ({
      preservica: preservicaOf(RED, config.connection),
      contentPool: sharedPool(),
      systems,
    });

    registerJobNode<IngestSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      async settings() {
        preservicaOf(RED, config.connection);
        return settings;
      },
      work: async (job) => await ingest(job, deps()),
      async plan(msg, planned) {
        const stop = new AbortController();
        const plan = await planIngest(name, msg.asset, planned, deps(), stop.signal);
        const ids = { ...msg.asset.ids, preservica: { connection: deps().preservica.connection, ref: plan.ref } };
        const content = msg.asset.content.map(withPlannedDigest);
        return { msg: { ...msg, asset: { ...msg.asset, ids, content } }, planned: plan.planned };
      },
    });
  }
  RED.nodes.registerType("preservica-ingest", PreservicaIngestNode);
}

/** A dry run has no digest of the archived copy: nodes behind it, which write it down, get a placeholder as for ids. */
function withPlannedDigest(ref: ContentRef): ContentRef {
  return { ...ref, fixity: [...ref.fixity, { algorithm: "SHA-256", value: "dry-run:sha-256", by: "target" }] };
}

function settingsOf(config: PreservicaIngestConfig): IngestSettings {
  return {
    identifiers: { asset: config.identifierAsset, original: config.identifierOriginal },
    versionSeparator: "#v",
    ...(config.folder === "" ? {} : { folder: config.folder }),
    folderTag: config.folderTag,
    way: config.way,
    verify: config.verify,
    links: Object.fromEntries(config.links.map(({ type, relation }) => [type, relation])),
    firstLookMs: config.firstLookSeconds * 1000,
    longestLookMs: config.longestLookSeconds * 1000,
  };
}

export = register;
