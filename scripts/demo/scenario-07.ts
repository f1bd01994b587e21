import { bytes, present, tag } from "./campaign/archive-checks.js";
import { again, nothingElse, strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import { findable, holds, kept, order, policy, released, settled } from "./transfer/checks.js";
import { transfer, type TransferFacts } from "./transfer/facts.js";
import { receipts } from "./transfer/papers.js";
import { reasons } from "./transfer/reasons.js";

export type { TransferFacts } from "./transfer/facts.js";

/** Scenario 7: assets whose period is over go into the archive, then OTMM's copy is released with a transfer receipt. */
export const retentionTransfer: Scenario<TransferFacts> = {
  number: 7,
  title: "due assets go into the archive, and OTMM's copy is released",
  example: "otmm-preservica/07-retention-transfer.json",
  users: [{ username: "records", password: "records-of-the-demo", permissions: "*" }],
  play: transfer,
  checks: [
    present,
    policy,
    holds,
    tag,
    bytes,
    released,
    findable,
    kept,
    receipts,
    order,
    nothingElse,
    reasons,
    settled,
    again,
    strict,
  ],
};
