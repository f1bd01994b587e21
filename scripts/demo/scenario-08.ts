import { bytes, present } from "./campaign/archive-checks.js";
import { strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import { departments, fourIds, page } from "./lifecycle/asking-checks.js";
import { again, archive, erased, gaps, left, person, rights, status, wholeLife } from "./lifecycle/checks.js";
import { BRAND, LEGAL, PAGE_AUTH, RECORDS } from "./lifecycle/departments.js";
import { type LifecycleFacts, liveOn } from "./lifecycle/facts.js";
import { basis, chain, json, premis } from "./lifecycle/proof-checks.js";

export type { LifecycleFacts } from "./lifecycle/facts.js";

/** Scenario 8: one timeline of each asset, from creation to archive, for every department. */
export const assetLifecycle: Scenario<LifecycleFacts> = {
  number: 8,
  title: "an asset's life from creation to archive is one timeline",
  example: "otmm-preservica/08-asset-lifecycle.json",
  users: [RECORDS, BRAND, LEGAL],
  settings: PAGE_AUTH,
  play: liveOn,
  checks: [
    present,
    bytes,
    wholeLife,
    fourIds,
    departments,
    page,
    rights,
    person,
    status,
    archive,
    gaps,
    left,
    basis,
    json,
    premis,
    chain,
    erased,
    again,
    strict,
  ],
};
