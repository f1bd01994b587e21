import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { type JobContext, type Outcome, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import type { MappingResult } from "../../lib/mapping/index.js";
import { canonicalJson } from "../../lib/store/chain.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { contextOf } from "../shared/context.js";
import { profileOf } from "../shared/profile.js";
import { zoneOf } from "../shared/zone.js";
import { type MetadataMapperConfig, migrate } from "./config.js";
import { profileChange, profileTitle, type ProfileUsed, profileUsed } from "./profile-used.js";

/** Output that mapped assets leave by, and the one of those that the profile rejects. */
const MAPPED = 0;
const REJECTED = 1;
const WARNED = "metadata modification";
/** Events of an asset that are looked through for the same warnings. */
const MOST_KNOWN = 10_000;

/** Profile and version as they were when the message was taken in, for the job's record. */
interface Settings extends ProfileUsed {
  lossReport: boolean;
}

/** What came of mapping, and the profile that did it. */
interface Mapped {
  result: MappingResult;
  used: ProfileUsed;
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
        return { ...profileUsed(profileOf(RED, config.profile).mapping()), lossReport: config.lossReport };
      },
      async work(job) {
        const { result, used } = await map(job.msg.asset, job.msg, job.run);
        const change = profileChange(job.settings, used);
        if (result.ok) await noteWarnings(job, result, used, change, await storeOf(RED, config.store));
        return outcomeOf(job, result, change);
      },
      async plan(msg, settings) {
        const { result } = await map(msg.asset, msg, "dry-run");
        return { msg: mapped(msg, result, settings.lossReport), planned: [], port: result.ok ? MAPPED : REJECTED };
      },
    });
  }
  RED.nodes.registerType("metadata-mapper", MetadataMapperNode);
}

type Map = (asset: LifecycleAsset, msg: LifecycleMessage, run: string) => Promise<Mapped>;

function mapperOf(RED: NodeAPI, node: Node, config: MetadataMapperConfig): Map {
  return async (asset, msg, run) => {
    const holder = profileOf(RED, config.profile);
    const mapping = holder.mapping();
    holder.keepSample(asset);
    const zone = zoneOf(asset);
    const input = { asset, msg, now: new Date().toISOString(), run, ...(zone === undefined ? {} : { zone }) };
    const result =
      mapping.needs.length === 0 ? mapping.apply(input) : await mapping.applyAsync(input, contextOf(RED, node));
    return { result, used: profileUsed(mapping) };
  };
}

function outcomeOf(job: JobContext<Settings>, result: MappingResult, change: string | undefined): Outcome {
  const msg = mapped(job.msg, result, job.settings.lossReport);
  if (result.ok) return { kind: "done", outputs: [{ port: MAPPED, msg }] };
  const errors = result.problems.filter(({ level }) => level === "error");
  const named = errors.slice(0, 3).map(({ row, message }) => `row ${row}: ${message}`);
  const more = errors.length > 3 ? ` (${errors.length - 3} more)` : "";
  const by = change === undefined ? "" : ` (${change})`;
  return { kind: "refused", reason: `${named.join("; ")}${more}${by}`, outputs: [{ port: REJECTED, msg }] };
}

/**
 * What was mapped in spite of a doubt stays on the asset's timeline: a message is gone with the run. So does that it was
 * mapped by another profile than stood when it was taken in. The same about the same version is told once, however often
 * it is mapped.
 */
async function noteWarnings(
  job: JobContext<Settings>,
  { problems }: MappingResult,
  used: ProfileUsed,
  change: string | undefined,
  store: LifecycleStore,
): Promise<void> {
  const doubts = problems.map(({ row, message }) => `row ${row}: ${message}`);
  const warnings = change === undefined ? doubts : [change, ...doubts];
  if (warnings.length === 0) return;
  const { key, version } = job.msg.asset;
  const detail = { profile: profileTitle(used), warnings };
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
