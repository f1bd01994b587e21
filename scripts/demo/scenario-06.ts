import { strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import { again, copies, derived, nothingElse, once, out, settled } from "./reuse/derivatives.js";
import { reuse, type ReuseFacts } from "./reuse/facts.js";
import { bytes, ended, masters, ranges, reconsidered, takenBack, withdrawn } from "./reuse/links.js";
import { answered, closed, reasons, told, unsigned } from "./reuse/requests.js";

export type { ReuseFacts } from "./reuse/facts.js";

/** Scenario 6: archived content is asked for in OTMM; access copies are given out, derivatives come back, masters stay. */
export const archiveAccessAndReuse: Scenario<ReuseFacts> = {
  number: 6,
  title: "archived content is asked for in OTMM, and derivatives come back",
  example: "otmm-preservica/06-archive-access-and-reuse.json",
  play: reuse,
  checks: [
    masters,
    answered,
    reasons,
    closed,
    bytes,
    ranges,
    ended,
    withdrawn,
    takenBack,
    reconsidered,
    told,
    unsigned,
    copies,
    derived,
    out,
    once,
    nothingElse,
    settled,
    again,
    strict,
  ],
};
