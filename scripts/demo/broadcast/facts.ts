import { type BroadcastValues, loadManifest, type MovingAsset } from "../../../sandbox/seed/manifest.js";
import { type ArchiveFacts, type Before, gatherFor, look, refOf, type Show } from "../campaign/facts.js";
import type { Stage } from "../stage.js";

export type Programme = MovingAsset<BroadcastValues>;

/** One event of the flow's timeline, as the admin API tells it. */
interface Told {
  type: string;
  outcome: string;
  detail?: Record<string, unknown>;
}

/** What the checks of scenario 4 look at. */
export interface BroadcastFacts extends ArchiveFacts<BroadcastValues> {
  timeline(originalId: string): Promise<Told[]>;
}

const STATUS = "BCT.FIELD.TX STATUS";
/** More than 2 GiB. */
export const isLarge = ({ size }: Pick<Programme, "size">): boolean => size > 2 ** 31;

/** The programmes with a large master are planned only: they stay in OTMM. */
export async function planLarge(stage: Stage): Promise<void> {
  const otmm = await stage.otmm();
  for (const { assetId } of loadManifest().scenarios["4"].mustMove.filter(isLarge))
    await otmm.edit(assetId, { [STATUS]: "PLN" });
}

/** Programmes that were not aired when the run began stay, with all their clips. */
function aired(facts: ArchiveFacts<BroadcastValues>): ArchiveFacts<BroadcastValues> {
  const isPlanned = ({ assetId }: Programme): boolean => facts.before.otmm.get(assetId)?.fields[STATUS] === "PLN";
  const staying = facts.good.filter(isPlanned).map(({ assetId, originalId, version, name, group }) => {
    return { assetId, originalId, version, name, group, reason: "not aired", extraVersion: false };
  });
  return { ...facts, good: facts.good.filter((asset) => !isPlanned(asset)), bad: [...facts.bad, ...staying] };
}

export const BROADCAST = "urn:clc:schema:broadcast:1";
export const LIFECYCLE = "urn:clc:schema:lifecycle:1";
export const DUBLIN_CORE = "http://www.openarchives.org/OAI/2.0/oai_dc/";

/** Presses Run, waits for the end, and gathers what the checks need. */
export async function broadcast(stage: Stage, show: Show): Promise<BroadcastFacts> {
  const before = await look(stage);
  await stage.control("POST", "clock", { advance: 2000 });
  await stage.run((counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found));
  return await broadcastFacts(stage, before, show);
}

/** Waits until the newest run has ended, and gathers what the checks need. */
export async function broadcastFacts(
  stage: Stage,
  before: Before,
  show: Show = () => undefined,
): Promise<BroadcastFacts> {
  return {
    ...aired(await gatherFor(loadManifest().scenarios["4"], stage, before, show)),
    timeline: async (originalId) => {
      const asset = encodeURIComponent(`otmm:dam:${originalId}`);
      const answer = await stage.nodeRed.admin(
        "GET",
        `content-lifecycle/stores/${stage.storeId}/timeline?asset=${asset}`,
      );
      return ((await answer.json()) as { timeline: Told[] }).timeline;
    },
  };
}

/** The first XML document of a schema on the archived asset. */
export async function fragment(
  facts: ArchiveFacts<BroadcastValues>,
  asset: Programme,
  schema: string,
): Promise<string> {
  return (await facts.preservica.asset(await refOf(facts, asset))).fragments[schema]?.[0] ?? "<none/>";
}

/** The programme that the manifest has for a case. */
export function find(facts: BroadcastFacts, is: (asset: Programme) => boolean): Programme {
  const found = facts.good.find(is);
  if (found === undefined) throw new Error("the manifest names no such programme");
  return found;
}
