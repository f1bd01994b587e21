import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { findEntity, readStatus, withoutStatus, withStatus } from "../../lib/preservica/index.js";
import { registerJobNode, storeOf } from "../../lib/runtime/index.js";
import type { JsonObject } from "../../lib/store/types.js";
import { preservicaOf } from "../shared/clients.js";
import { wordsIn } from "../shared/configuration.js";
import { migrate, type PreservicaStatusConfig } from "./config.js";
import { copiesOf, noteArchivedBytes } from "./known-bytes.js";

const STATUS = 0;
const NOT_ARCHIVED = 1;

type WithAsset = LifecycleMessage & { asset: LifecycleAsset };

/** Tells of one asset what the archive says of it now. */
function register(RED: NodeAPI): void {
  function PreservicaStatusNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });

    registerJobNode<JsonObject>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      async settings() {
        preservicaOf(RED, config.connection);
        return {};
      },
      async work(job) {
        job.stage("reading");
        return { kind: "done", outputs: [await look(RED, config, job.msg, noteArchivedBytes)] };
      },
      async plan(msg) {
        return { ...(await look(RED, config, msg, () => Promise.resolve())), planned: [] };
      },
    });
  }
  RED.nodes.registerType("preservica-status", PreservicaStatusNode);
}

/** The reference that the source states for this very version. A check-in copies it to the next one, which it is not about. */
function claimedBy(
  { fields, ids }: LifecycleAsset,
  { referenceField, versionField }: PreservicaStatusConfig,
): string | undefined {
  const [reference, version] = [fields[referenceField], fields[versionField]];
  if (reference?.type !== "text" || version?.type !== "text") return undefined;
  return version.value === ids.otmm?.assetId ? reference.value : undefined;
}

async function look(
  RED: NodeAPI,
  config: PreservicaStatusConfig,
  msg: WithAsset,
  note: typeof noteArchivedBytes,
): Promise<{ port: number; msg: LifecycleMessage }> {
  const preservica = preservicaOf(RED, config.connection);
  const store = await storeOf(RED, config.store);
  const types = { asset: config.identifierAsset, original: config.identifierOriginal };
  const found = await findEntity(preservica, msg.asset, types, claimedBy(msg.asset, config));
  const status = found.found
    ? await readStatus(preservica, found.ref, wordsIn({ tags: config.openTags }, "tags"))
    : undefined;
  if (status !== undefined) {
    await note(store, preservica.connection, msg.asset, status);
    return {
      port: STATUS,
      msg: { ...msg, asset: withStatus(msg.asset, status, preservica.connection), payload: status },
    };
  }
  const why = found.found ? `the archive does not know the reference ${found.ref}` : found.why;
  const earlier = found.found ? [] : found.earlier;
  const copies = await copiesOf(store, preservica, msg.asset);
  return {
    port: NOT_ARCHIVED,
    msg: {
      ...msg,
      asset: withoutStatus(msg.asset, copies ?? []),
      payload: {
        archived: false,
        why,
        earlier,
        ...(copies === undefined ? {} : { copies }),
        asOf: new Date().toISOString(),
      },
    },
  };
}

export = register;
