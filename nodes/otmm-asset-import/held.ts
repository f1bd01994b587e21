import { LifecycleError } from "../../lib/messages/error.js";
import type { OtmmAsset, OtmmClient } from "../../lib/otmm/index.js";

/** What holds an asset that is to get a new version, in words; undefined when OTMM says that nothing does. */
export async function heldBy(otmm: OtmmClient, target: OtmmAsset): Promise<string | undefined> {
  const answer = await otmm.holds(otmm.toLifecycleAsset(target));
  switch (answer.state) {
    case "clear":
      return undefined;
    case "held":
      return answer.matters.join(", ");
    case "unknown":
      return `not known, which counts as held (${answer.why})`;
  }
}

/** A hold forbids change (RECORDS.md 3), and a new version is one. @throws LifecycleError ON_HOLD */
export async function mustBeFree(otmm: OtmmClient, target: OtmmAsset): Promise<void> {
  const held = await heldBy(otmm, target);
  if (held === undefined) return;
  throw new LifecycleError("ON_HOLD", `"${target.name}" gets no new version, it is held: ${held}.`, {
    system: "otmm",
    details: { assetId: target.assetId },
  });
}
