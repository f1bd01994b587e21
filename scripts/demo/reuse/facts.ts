import { loadManifest, type ReuseDerivative, type ReuseRequest } from "../../../sandbox/seed/manifest.js";
import { type Before, look, type Show } from "../campaign/facts.js";
import type { OtmmReader } from "../readers/otmm.js";
import type { PreservicaReader } from "../readers/preservica.js";
import type { RunView, Stage } from "../stage.js";
import { follow, linkFrom } from "./page.js";

/** One event of the flow's timeline, as the admin API tells it. */
export interface Told {
  type: string;
  at: string;
  outcome: string;
  agent: string;
  object?: string;
  detail?: Record<string, unknown>;
}
/** One request that the sandbox's Preservica answered. */
export interface Logged {
  n: number;
  method: string;
  path: string;
  bytes: number;
}

/** What the checks of scenario 6 look at. */
export interface ReuseFacts {
  stage: Stage;
  otmm: OtmmReader;
  preservica: PreservicaReader;
  requests: ReuseRequest[];
  derivatives: ReuseDerivative[];
  before: Before;
  /** Runs of both buttons, withdrawn requests included. */
  runs: RunView[];
  /** Links that were good an hour ago, by name of the asset. */
  hourOld: Map<string, string>;
  /** What Preservica was asked for from before the first request until the links were followed. */
  served(): Promise<Logged[]>;
  /** Number of the log's last entry that `served` tells. */
  until: number;
  timeline(originalId: string): Promise<Told[]>;
  assets: number;
}

/** Fields that people and the flow write, without their common beginning. */
export const FIELD = {
  status: "ACME.FIELD.REUSE STATUS",
  decision: "ACME.FIELD.REUSE DECISION",
  decided: "ACME.FIELD.REUSE DECIDED ON",
  link: "ACME.FIELD.ARCHIVE LINK",
  originAsset: "ACME.FIELD.ORIGIN ASSET ID",
  originArchive: "ACME.FIELD.ORIGIN ARCHIVE ID",
  source: "ACME.FIELD.IMPORT SOURCE",
  archiveId: "ACME.FIELD.ARCHIVE ID",
} as const;

export const granted = ({ requests }: ReuseFacts): ReuseRequest[] =>
  requests.filter(({ outcome }) => outcome === "granted");
export const refused = ({ requests }: ReuseFacts): ReuseRequest[] =>
  requests.filter(({ outcome }) => outcome !== "granted" && outcome !== "not requested");

/** Presses a button of the flow by its name and waits until every asset of the runs that it starts is in a final state. */
export async function press(stage: Stage, name: string, show: Show = () => undefined): Promise<RunView[]> {
  const button = stage.flow.find((node) => node.type === "inject" && node["name"] === name);
  if (button === undefined) throw new Error(`the example has no button "${name}"`);
  const known = new Set((await stage.runs()).map(({ id }) => id));
  await stage.nodeRed.inject(button.id);
  const runs: RunView[] = [];
  for (const _started of (button["wires"] as string[][]).flat()) {
    const run = await stage.settled(
      ({ id }) => !known.has(id),
      ({ found, running, waiting }) => show(name, found - running - waiting, found),
    );
    known.add(run.id);
    runs.push(run);
  }
  return runs;
}
export const REQUESTS = "Answer requests";
export const DERIVATIVES = "Take derivatives back";

/** Address of an asset's request page, as OTMM shows it, at the Node-RED that runs now. */
export async function pageOf(facts: Pick<ReuseFacts, "otmm" | "stage">, assetId: string): Promise<string> {
  const { fields } = await facts.otmm.asset(assetId);
  return here(facts.stage, String(fields[FIELD.link]));
}
/** The same path at the Node-RED that runs now: a restart of the stage takes another port. */
export function here(stage: Stage, address: string): string {
  const { pathname } = new URL(address);
  return `${stage.nodeRed.url}${pathname}`;
}

/** Requests are answered, links are followed, derivatives come back; an hour later Node-RED has been restarted. */
export async function reuse(stage: Stage, show: Show): Promise<ReuseFacts> {
  const { requests, derivatives } = loadManifest().scenarios["6"];
  const before = await look(stage);
  const from = (await log(stage, 0)).last;
  await stage.control("POST", "clock", { advance: 2000 });
  const runs = await press(stage, REQUESTS, show);
  const otmm = await stage.otmm();
  const hourOld = new Map<string, string>();
  for (const { name, assetId } of requests.filter(({ outcome }) => outcome === "granted")) {
    const link = await linkFrom(await pageOf({ otmm, stage }, assetId));
    await follow(link);
    hourOld.set(name, link);
  }
  await stage.control("POST", "clock", { advance: 2000 });
  runs.push(...(await press(stage, DERIVATIVES, show)));
  const until = (await log(stage, from)).last;
  await stage.control("POST", "clock", { advance: 3_600_000 });
  await stage.nodeRed.stop();
  await stage.restart();
  const facts: ReuseFacts = {
    stage,
    otmm: await stage.otmm(),
    preservica: await stage.preservica(),
    requests,
    derivatives,
    before,
    runs,
    hourOld,
    until,
    served: async () => (await log(stage, from)).entries.filter(({ n }) => n <= facts.until),
    timeline: async (originalId) => {
      const asset = encodeURIComponent(`otmm:dam:${originalId}`);
      const path = `content-lifecycle/stores/${stage.storeId}/timeline?asset=${asset}`;
      const answer = await stage.nodeRed.admin("GET", path);
      return ((await answer.json()) as { timeline: Told[] }).timeline;
    },
    assets: requests.length + derivatives.length,
  };
  return facts;
}

/** Preservica's part of the sandbox's request log. */
export async function log(stage: Stage, since: number): Promise<{ last: number; entries: Logged[] }> {
  const path = `log?system=preservica&since=${since}&limit=100000`;
  return (await stage.control("GET", path)) as { last: number; entries: Logged[] };
}
