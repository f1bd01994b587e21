import type { LifecycleStore } from "../../lib/store/types.js";
import { exportAsset, premisOf, reportOf } from "../../lib/timeline/index.js";
import type { LifecycleQueryConfig } from "./config.js";

/** What is asked of one asset. */
export type AssetQuestion = Pick<LifecycleQueryConfig, "format" | "zone"> & {
  mode: "report" | "timeline" | "location";
};

/** The answer for `msg.payload`, about an asset that the store knows. */
export async function answerFor(store: LifecycleStore, asset: string, question: AssetQuestion): Promise<unknown> {
  const zone = question.zone === "" ? Intl.DateTimeFormat().resolvedOptions().timeZone : question.zone;
  if (question.mode === "timeline" && question.format !== "object")
    return await documentOf(store, asset, question.format);
  const report = await reportOf(store, asset, zone);
  switch (question.mode) {
    case "report":
      return report;
    case "timeline":
      return { asset, ids: report.ids, timeline: report.timeline, gaps: report.gaps };
    case "location":
      return { asset, ids: report.ids, location: report.location };
  }
}

async function documentOf(store: LifecycleStore, asset: string, format: "json" | "premis"): Promise<string> {
  const identities = (await store.find(asset)).filter(({ assetKey }) => assetKey === asset);
  if (format === "premis")
    return premisOf({ assetKey: asset, identities, events: await store.timeline(asset, 1_000_000) });
  const frames = await store.frames(asset);
  return JSON.stringify(exportAsset(asset, identities, frames, await store.head(), new Date()), null, 2);
}
