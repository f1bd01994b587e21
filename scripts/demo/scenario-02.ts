import { loadManifest } from "../../sandbox/seed/manifest.js";
import { access, bytes, folder, present, tag, title } from "./campaign/archive-checks.js";
import { gatherFor, look } from "./campaign/facts.js";
import { again, nothingElse, reconciles, shown, strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import {
  folders,
  identifiers,
  type ProductFacts,
  reasons,
  retention,
  shared,
  successor,
  successorFolder,
  values,
} from "./products/checks.js";

export type { ProductFacts } from "./products/checks.js";

/** Scenario 2: assets of discontinued and replaced products go from OTMM to Preservica, one folder per product. */
export const productRetirement: Scenario<ProductFacts> = {
  number: 2,
  title: "discontinued and replaced products go from OTMM to Preservica",
  example: "otmm-preservica/02-product-retirement.json",
  async play(stage, show) {
    const before = await look(stage);
    await stage.control("POST", "clock", { advance: 2000 });
    await stage.run((counts) => show("assets", counts.found - counts.running - counts.waiting, counts.found));
    return gatherFor(loadManifest().scenarios["2"], stage, before, show);
  },
  checks: [
    present,
    folder,
    title,
    values,
    folders,
    successor,
    retention,
    tag,
    identifiers,
    bytes,
    access,
    shared,
    shown,
    nothingElse,
    reasons,
    reconciles,
    again,
    successorFolder,
    strict,
  ],
};
