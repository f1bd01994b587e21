import type { SandboxAnswer } from "../../kernel/types.js";
import { archiveState } from "../archive.js";
import { restoreExpiry } from "../assumptions.js";
import { bucketOf, xmlBody, type Call, type S3Settings } from "../call.js";
import { S3Error } from "../errors.js";
import { ARCHIVED_CLASSES, type ObjectVersion, type Restore } from "../model.js";
import { versionOf } from "./get.js";

const TIERS = ["Expedited", "Standard", "Bulk"] as const;

/** RestoreObject: 202 when it begins, 200 when the copy is there already (its expiry moves), 409 while it runs (a faster tier speeds it up). */
export async function restoreObject(call: Call): Promise<SandboxAnswer> {
  const bucket = bucketOf(call);
  const version = versionOf(call, bucket);
  if (!ARCHIVED_CLASSES.has(version.storageClass)) {
    throw new S3Error("InvalidObjectState", {
      message: "Restore is not allowed for the object's current storage class",
      fields: { StorageClass: version.storageClass },
    });
  }
  const { days, tier } = await wanted(call, version);
  const now = call.store.now();
  const state = archiveState(version, now);
  const restore = nextRestore(call, version, state, days, tier, now);
  await call.store.changeVersion(bucket.name, call.key, version.id, (changed) => {
    changed.restore = restore;
  });
  return { status: state === "restored" ? 200 : 202 };
}

function nextRestore(
  call: Call,
  version: ObjectVersion,
  state: string,
  days: number,
  tier: Restore["tier"],
  now: Date,
): Restore {
  const before = version.restore;
  if (before && state === "restored") return { ...before, days, expires: restoreExpiry(now, days).toISOString() };
  if (before && state === "restoring") {
    if (TIERS.indexOf(tier) >= TIERS.indexOf(before.tier) || days !== before.days)
      throw new S3Error("RestoreAlreadyInProgress");
  }
  const ready = new Date(now.getTime() + delay(call.settings, version.storageClass, tier));
  return {
    requested: now.toISOString(),
    ready: ready.toISOString(),
    expires: restoreExpiry(ready, days).toISOString(),
    days,
    tier,
  };
}

async function wanted(call: Call, version: ObjectVersion): Promise<{ days: number; tier: Restore["tier"] }> {
  const body = await xmlBody(call, "RestoreRequest");
  const days = Number(body.text("Days"));
  if (!Number.isInteger(days) || days < 1) throw new S3Error("MalformedXML");
  const tierText = body.child("GlacierJobParameters")?.text("Tier") ?? body.text("Tier") ?? "Standard";
  const tier = TIERS.find((known) => known === tierText);
  if (!tier) throw new S3Error("MalformedXML");
  if (tier === "Expedited" && version.storageClass === "DEEP_ARCHIVE") {
    throw new S3Error("InvalidArgument", { message: "Retrieval option is not supported by this storage class" });
  }
  if (tier === "Expedited" && !call.settings.expeditedAvailable)
    throw new S3Error("GlacierExpeditedRetrievalNotAvailable");
  return { days, tier };
}

function delay(settings: S3Settings, storageClass: string, tier: Restore["tier"]): number {
  if (storageClass === "DEEP_ARCHIVE")
    return tier === "Bulk" ? settings.deepRestoreBulkMs : settings.deepRestoreStandardMs;
  return { Expedited: settings.restoreExpeditedMs, Standard: settings.restoreStandardMs, Bulk: settings.restoreBulkMs }[
    tier
  ];
}
