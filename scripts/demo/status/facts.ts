import {
  type CampaignValues,
  loadManifest,
  type ReuseRequest,
  type StayingAsset,
} from "../../../sandbox/seed/manifest.js";
import { type ArchiveFacts, look, refOf, type Show } from "../campaign/facts.js";
import type { OtmmView } from "../readers/otmm.js";
import { Archivist } from "../readers/archivist.js";
import { exampleFlow, type FlowNode, type JobView, type RunCounts, type RunView, type Stage } from "../stage.js";
import { actWhileDown, actWhileUp, contradict, type DownActs, NEW_TAG, signIn } from "./acts.js";
import { allShow, ENTRY, until } from "./shown.js";
import type { Cast } from "./cast.js";
import { callBacks, type CallBacks, EVENTS_NODE, quiet, TRIGGERS } from "./webhooks.js";

/** What the checks of scenario 5 look at; `good` is what is archived, `bad` what must not change. */
export interface StatusFacts extends ArchiveFacts<CampaignValues> {
  stage: Stage;
  archivist: Archivist;
  cast: Cast;
  /** Entries of an older archive run, which only a full run brings into step, and others that claim to be. */
  older: ReuseRequest[];
  /** Reference in the archive by `sourceId`, as it was before anything was destroyed. */
  refs: Map<string, string>;
  down: DownActs;
  called: CallBacks;
  subscribed: string[];
  /** OTMM before the full run, to compare with what that leaves. */
  settled: Map<string, OtmmView>;
  fullRun: RunView;
  jobs: JobView[];
  runs: RunView[];
}

/** Inject nodes: of this example, and of the campaign archive that stands beside it. */
const RUN = "ca05000000000011";
const ARCHIVE_RUN = "ca01000000000011";
export const SECRET = "webhook-secret-of-the-demo";
export const REQUEST_PAGE = "https://archive.example.org/request";
const CAMPAIGN = "LUM-2024-ETE";
/** Of a running campaign: never archived. */
const RUNNING = "AF-2026-WIN";

/** The flow that archives the campaign whose status is shown: scenario 1 for this campaign alone. */
export function campaignFlow(): FlowNode[] {
  const only = { field: "ACME.FIELD.CAMPAIGN CODE", operator: "is", value: CAMPAIGN, valueType: "str" };
  return exampleFlow("otmm-preservica/01-campaign-archive.json").map((node) =>
    Array.isArray(node["conditions"]) ? { ...node, conditions: [...(node["conditions"] as object[]), only] } : node,
  );
}

/** OTMM shows an archive id, of another asset or of an earlier version. */
export const MADE_UP: readonly ReuseRequest["outcome"][] = ["never archived", "version not archived"];
const { "1": lists, "6": reuse } = loadManifest().scenarios;
const older = reuse.requests.filter(({ archiveRef, outcome }) => archiveRef !== null || MADE_UP.includes(outcome));
const archived = lists.mustMove.filter(({ group }) => group === CAMPAIGN);
/** Everything else of scenario 1, its due campaign too: never archived here. */
const neverArchived: StayingAsset[] = [
  ...lists.mustNotMove,
  ...lists.mustMove
    .filter(({ group }) => group !== CAMPAIGN)
    .map(({ assetId, originalId, version, name, group }) => {
      const reason = "campaign not archived";
      return { assetId, originalId, version, name, group, reason, extraVersion: false };
    }),
];

function cast(): Cast {
  const [tagged, moved, expiring, held, versioned, copied, destroyed] = archived.filter(
    ({ neverReleased, links, tag, version, storedMd5, md5 }) =>
      !neverReleased && links.length === 0 && tag !== NEW_TAG && version === 1 && storedMd5 === md5,
  );
  if (!tagged || !moved || !expiring || !held || !versioned || !copied || !destroyed)
    throw new Error("the manifest names too few assets for this scenario");
  return { tagged, moved, expiring, held, destroyed, versioned, copied };
}

/** Archives the campaigns, then lets people change both systems while the flow runs and while it is down. */
export async function syncStatus(stage: Stage, show: Show): Promise<StatusFacts> {
  const counted =
    (label: string) =>
    ({ found, running, waiting }: RunCounts): void =>
      show(label, found - running - waiting, found);
  const { otmm, preservica } = await signIn(stage);
  const archivist = new Archivist(stage.ready.preservica);
  const players = cast();
  const [claimed, bystander] = lists.mustNotMove.filter(({ group }) => group === RUNNING);
  const claim = await contradict(otmm, claimed?.assetId ?? "");
  const before = await look(stage);
  await stage.control("POST", "clock", { advance: 2000 });
  await until("the first look at the archive", async () =>
    (await stage.runs()).some(({ queue, state }) => queue === "sync-events" && state === "done"),
  );
  const address = `${stage.nodeRed.url}/content-lifecycle/preservica-events/${EVENTS_NODE}`;
  for (const trigger of TRIGGERS) await archivist.subscribe(address, trigger, SECRET);

  const run = await stage.runOf(ARCHIVE_RUN, ({ queue }) => queue === "campaign-fetch", counted("archived"));
  const facts = { stage, preservica, otmm, good: archived, bad: neverArchived, run, before, assets: archived.length };
  const refs = new Map<string, string>();
  for (const asset of archived) refs.set(asset.sourceId, await refOf(facts, asset));
  await allShow(otmm, archived, (entry) => entry[ENTRY.syncedOn] !== undefined, show);

  const people = { stage, otmm, preservica, archivist, cast: players, refs };
  await actWhileUp(people);
  const called = await callBacks(stage, otmm, address, SECRET, refs.get(players.copied.sourceId) ?? "");
  const subscribed = await archivist.subscriptions(address);
  const { otmm: again, preservica: later, ...down } = await actWhileDown(people, claim, bystander?.assetId ?? "");

  await quiet(stage);
  const settled = new Map((await again.all()).map((asset) => [asset.id, asset]));
  await stage.control("POST", "clock", { advance: 2000 });
  const fullRun = await stage.runOf(RUN, ({ queue }) => queue === "sync-fetch", counted("full run"));
  const [jobs, runs] = [await stage.jobs(), await stage.runs()];
  // What a check spoils would be put right again by the flow.
  await stage.nodeRed.stop();
  return {
    ...facts,
    otmm: again,
    preservica: later,
    archivist,
    cast: players,
    older,
    refs,
    down,
    called,
    subscribed,
    settled,
    fullRun,
    jobs,
    runs,
  };
}
