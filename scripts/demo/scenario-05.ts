import { strict } from "./campaign/run-checks.js";
import type { Scenario } from "./check.js";
import { destroyed, expired, held, olderRun, reimport, versions } from "./status/change-checks.js";
import { access, events, identity, location, retention, synced } from "./status/entry-checks.js";
import { campaignFlow, REQUEST_PAGE, SECRET, type StatusFacts, syncStatus } from "./status/facts.js";
import { again, contradiction, ownWrites, untouched, webhooks } from "./status/run-checks.js";

export type { StatusFacts } from "./status/facts.js";

/** Scenario 5: OTMM shows what the archive says of each archived asset, whoever changes it where. */
export const preservationStatus: Scenario<StatusFacts> = {
  number: 5,
  title: "OTMM shows the state in the archive",
  example: "otmm-preservica/05-preservation-status-sync.json",
  stage: {
    beside: campaignFlow,
    env: { PRESERVICA_WEBHOOK_SECRET: SECRET, ARCHIVE_REQUEST_PAGE: REQUEST_PAGE },
  },
  play: syncStatus,
  checks: [
    identity,
    location,
    access,
    retention,
    events,
    synced,
    held,
    expired,
    destroyed,
    versions,
    reimport,
    webhooks,
    ownWrites,
    untouched,
    olderRun,
    contradiction,
    again,
    strict,
  ],
};
