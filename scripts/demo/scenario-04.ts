import {
  clips,
  contract,
  embargo,
  identifiers,
  masters,
  programme,
  retention,
  together,
  transmission,
} from "./broadcast/checks.js";
import { broadcast, type BroadcastFacts, planLarge } from "./broadcast/facts.js";
import { alone, clipsShown, later, reasons } from "./broadcast/run-checks.js";
import { folder, present, tag } from "./campaign/archive-checks.js";
import { again, nothingElse, reconciles, shown, strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";

export type { BroadcastFacts } from "./broadcast/facts.js";

/** Scenario 4: aired and published programmes go from OTMM to Preservica, final master and clips in one asset each. */
export const broadcastMasters: Scenario<BroadcastFacts> = {
  number: 4,
  title: "aired programmes go from OTMM to Preservica, master and clip in one asset",
  example: "otmm-preservica/04-broadcast-masters.json",
  lighten: planLarge,
  play: broadcast,
  checks: [
    present,
    together,
    masters,
    clips,
    folder,
    programme,
    transmission,
    contract,
    embargo,
    tag,
    retention,
    identifiers,
    shown,
    clipsShown,
    nothingElse,
    reasons,
    alone,
    reconciles,
    again,
    later,
    strict,
  ],
};
