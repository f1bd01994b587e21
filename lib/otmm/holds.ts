import type { LifecycleAsset } from "../messages/asset.js";
import { asLifecycleError } from "../messages/error.js";
import type { HoldAnswer } from "../systems/port.js";
import { loadAsset, loadAssets, loadVersions } from "./assets.js";
import type { OtmmGateway } from "./gateway.js";
import type { OtmmAsset, OtmmHolds } from "./types.js";

/**
 * Holds by the configured field, on any version of the asset, read now and from the assets themselves: the search
 * only finds the versions, its index may lag. Everything that goes wrong is `unknown`, told apart by whether it may pass.
 */
export async function holdsOn(gateway: OtmmGateway, asset: LifecycleAsset): Promise<HoldAnswer> {
  const at = new Date().toISOString();
  const unknown = (why: string): HoldAnswer => ({ state: "unknown", system: "otmm", at, why });
  const { holds } = gateway.options;
  if (holds === undefined) {
    return unknown(
      "OTMM has no holds of its own, and the connection names neither a hold field nor declares that there is none.",
    );
  }
  if (holds === "none") return { state: "clear", system: "otmm", at };
  const id = asset.ids.otmm;
  if (id === undefined || id.connection !== gateway.options.connection)
    return unknown("The asset carries no id of this OTMM connection.");
  try {
    const versions = await everyVersion(gateway, id.assetId, id.originalAssetId);
    const answers = versions.map((version) => holdOf(version, holds));
    const matters = [...new Set(answers.flatMap((answer) => (answer.state === "held" ? answer.matters : [])))];
    if (answers.some((answer) => answer.state === "held")) return { state: "held", system: "otmm", at, matters };
    const blind = answers.find((answer) => answer.state === "blind");
    return blind === undefined ? { state: "clear", system: "otmm", at } : unknown(blind.why);
  } catch (thrown) {
    const error = asLifecycleError(thrown);
    return { ...unknown(error.message), ...(error.retryable ? { passing: true } : {}) };
  }
}

async function everyVersion(gateway: OtmmGateway, assetId: string, originalAssetId: string): Promise<OtmmAsset[]> {
  const asked = await loadAsset(gateway, assetId, {});
  const others = (await loadVersions(gateway, originalAssetId, { detail: "system" }))
    .map((version) => version.assetId)
    .filter((id) => id !== assetId);
  return [asked, ...(await loadAssets(gateway, others, { detail: "metadata" }))];
}

type FieldAnswer = { state: "clear" } | { state: "held"; matters: string[] } | { state: "blind"; why: string };

function holdOf(asset: OtmmAsset, holds: Exclude<OtmmHolds, "none">): FieldAnswer {
  const field = asset.metadata?.find((element) => element.id === holds.fieldId);
  if (field === undefined) {
    return {
      state: "blind",
      why: `Version ${asset.version} (${asset.assetId}) shows no field "${holds.fieldId}": its model lacks it, or the connection's user may not see it.`,
    };
  }
  const held = field.values.some((one) =>
    holds.values.some((value) => value === String(one.value ?? "") || value === one.display?.trim()),
  );
  if (!held) return { state: "clear" };
  const matters =
    asset.metadata
      ?.find((element) => element.id === holds.matterFieldId)
      ?.values.flatMap((one) => one.display ?? one.value ?? []) ?? [];
  return { state: "held", matters: matters.length === 0 ? ["(matter not named)"] : matters.map(String) };
}
