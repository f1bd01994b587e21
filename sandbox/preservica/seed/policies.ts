import { nameBasedRef } from "../ids.js";
import type { LegalHold, RetentionPolicy } from "../model.js";

/** Retention policies of the seed (SEED-DATA.md section 2.2). References are the same after every reset. */
export const SEED_POLICIES: readonly RetentionPolicy[] = [
  eventBased("Campaign 5 years after end", 5),
  eventBased("Campaign 10 years after end", 10),
  eventBased("Product 10 years after last unit", 10),
  eventBased("Medical device 15 years", 15),
  eventBased("Broadcast contract end plus 6", 6),
  { ...base("Heritage permanent"), restriction: "DELETE" },
  {
    ...base("Ingest plus 6 years"),
    startDateField: "xip.created",
    period: 6,
    periodUnit: "YEAR",
    restriction: "DELETE",
  },
  {
    ...base("Retired policy 2015"),
    startDateField: "lcy.retention_start",
    period: 3,
    periodUnit: "YEAR",
    assignable: false,
  },
  { ...base("LH: MAT-2026-017"), description: "Legal hold, matter MAT-2026-017", restriction: "DELETE" },
];

function base(name: string): RetentionPolicy {
  return { ref: policyRef(name), name, description: name, securityTag: "open", assignable: true };
}

function eventBased(name: string, years: number): RetentionPolicy {
  return {
    ...base(name),
    startDateField: "lcy.retention_start",
    period: years,
    periodUnit: "YEAR",
    expiryAction: "REVIEW",
    expiryParameters: JSON.stringify({ EmailAddress: ["records@example.org"] }),
    restriction: "DELETE",
  };
}

/** Reference of a seeded policy. */
export function policyRef(name: string): string {
  return nameBasedRef(`policy:${name}`);
}

/** Two matters; one asset of the seed is under both. */
export const SEED_HOLDS: readonly LegalHold[] = ["MAT-2026-017", "MAT-2026-021"].map((name) => ({
  ref: holdRef(name),
  name,
  description: `Legal matter ${name}`,
  user: "manager.one",
  created: "2026-09-01T08:00:00.000Z",
}));

/** Reference of a seeded legal hold. */
export function holdRef(name: string): string {
  return nameBasedRef(`hold:${name}`);
}
