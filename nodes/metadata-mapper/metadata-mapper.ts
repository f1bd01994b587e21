import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { type JobContext, type Outcome, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import type { MappingResult } from "../../lib/mapping/index.js";
import { canonicalJson } from "../../lib/store/chain.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";
import { contextOf } from "../shared/context.js";
import { profileOf } from "../shared/profile.js";
import { zoneOf } from "../shared/zone.js";
import { type MetadataMapperConfig, migrate } from "./config.js";

/** Output that mapped assets leave by, and the one of those that the profile rejects. */
const MAPPED = 0;
const REJECTED = 1;
const WARNED = "metadata modification";
/** Events of an asset that are looked through for the same warnings. */
const MOST_KNOWN = 10_000;

/** Profile and version as they were when the message was taken in, for the job's record. */
interface Settings extends JsonObject {
  profile: string;
  version: string;
  lossReport: boolean;
}

/** Applies a mapping profile to each asset; every problem of an asset at once. */
function register(RED: NodeAPI): void {
  function MetadataMapperNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const map = mapperOf(RED, this, config);

    registerJobNode<Settings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      async settings() {
        const { profile } = profileOf(RED, config.profile).mapping();
        return { profile: profile.name, version: profile.version, lossReport: config.lossReport };
      },
      async work(job) {
        const result = await map(job.msg.asset, job.msg, job.run);
        if (result.ok) await noteWarnings(job, result, await storeOf(RED, config.store));
        return outcomeOf(job, result);
      },
      async plan(msg, settings) {
        const result = await map(msg.asset, msg, "dry-run");
        return { msg: mapped(msg, result, settings.lossReport), planned: [], port: result.ok ? MAPPED : REJECTED };
      },
    });
  }
  RED.nodes.registerType("metadata-mapper", MetadataMapperNode);
}

type Map = (asset: LifecycleAsset, msg: LifecycleMessage, run: string) => Promise<MappingResult>;

function mapperOf(RED: NodeAPI, node: Node, config: MetadataMapperConfig): Map {
  return async (asset, msg, run) => {
    const holder = profileOf(RED, config.profile);
    const mapping = holder.mapping();
    holder.keepSample(asset);
    const zone = zoneOf(asset);
    const input = { asset, msg, now: new Date().toISOString(), run, ...(zone === undefined ? {} : { zone }) };
    return mapping.needs.length === 0 ? mapping.apply(input) : await mapping.applyAsync(input, contextOf(RED, node));
  };
}

function outcomeOf(job: JobContext<Settings>, result: MappingResult): Outcome {
  const msg = mapped(job.msg, result, job.settings.lossReport);
  if (result.ok) return { kind: "done", outputs: [{ port: MAPPED, msg }] };
  const errors = result.problems.filter(({ level }) => level === "error");
  const named = errors.slice(0, 3).map(({ row, message }) => `row ${row}: ${message}`);
  const more = errors.length > 3 ? ` (${errors.length - 3} more)` : "";
  return { kind: "refused", reason: `${named.join("; ")}${more}`, outputs: [{ port: REJECTED, msg }] };
}

/**
 * What was mapped in spite of a doubt stays on the asset's timeline: a message is gone with the run. The same doubts
 * about the same version are told once, however often it is mapped.
 */
async function noteWarnings(
  job: JobContext<Settings>,
  { problems }: MappingResult,
  store: LifecycleStore,
): Promise<void> {
  const warnings = problems.map(({ row, message }) => `row ${row}: ${message}`);
  if (warnings.length === 0) return;
  const { key, version } = job.msg.asset;
  const detail = { profile: `${job.settings.profile} ${job.settings.version}`, warnings };
  const known = (await store.timeline(key, MOST_KNOWN)).some(
    (one) => one.type === WARNED && one.assetVersion === version && canonicalJson(one.detail) === canonicalJson(detail),
  );
  if (!known) job.event({ type: WARNED, basis: "witnessed", object: key, outcome: "warning", detail });
}

/** The message with what the mapper made; other targets that stand on the asset already stay. */
function mapped(
  msg: LifecycleMessage & { asset: LifecycleAsset },
  result: MappingResult,
  lossReport: boolean,
): LifecycleMessage & { asset: LifecycleAsset } {
  return {
    ...msg,
    asset: { ...msg.asset, metadata: { ...msg.asset.metadata, ...result.metadata } },
    ...(result.problems.length > 0 ? { problems: result.problems } : {}),
    ...(lossReport && result.lost.length > 0 ? { lost: result.lost } : {}),
  };
}

export = register;
