import { loadManifest } from "../../sandbox/seed/manifest.js";
import { access, bytes, present, tag, title } from "./campaign/archive-checks.js";
import { gatherFor, look } from "./campaign/facts.js";
import { again, nothingElse, reconciles, shown, strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import {
  appraisal,
  closedOff,
  digitisation,
  type HeritageFacts,
  hierarchy,
  identifiers,
  mods,
  permanent,
  provenance,
  reasons,
  rights,
} from "./heritage/checks.js";
import { described } from "./heritage/folders.js";

export type { HeritageFacts } from "./heritage/checks.js";

/** Scenario 3: appraised selections of a museum's collection go from OTMM to Preservica, with MODS and the hierarchy. */
export const heritagePreservation: Scenario<HeritageFacts> = {
  number: 3,
  title: "selected heritage objects go from OTMM to Preservica",
  example: "otmm-preservica/03-heritage-preservation.json",
  async play(stage, show) {
    const before = await look(stage);
    await stage.control("POST", "clock", { advance: 2000 });
    await stage.run((counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found));
    return gatherFor(loadManifest().scenarios["3"], stage, before, show);
  },
  checks: [
    present,
    hierarchy,
    described,
    title,
    mods,
    provenance,
    digitisation,
    rights,
    appraisal,
    closedOff,
    tag,
    permanent,
    identifiers,
    bytes,
    access,
    shown,
    nothingElse,
    reasons,
    reconciles,
    again,
    strict,
  ],
};
