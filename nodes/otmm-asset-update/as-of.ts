import type { OtmmClient } from "../../lib/otmm/index.js";
import type { Changes } from "./changes.js";

/**
 * Does OTMM show a later reading already? Two readings of the same source may overtake each other on their way; the
 * earlier one must not undo the later.
 *
 * @param asOf id of the field that says when the values were read; empty = nobody says
 */
export async function isOutdated(
  otmm: OtmmClient,
  assetId: string,
  changes: Changes,
  asOf: string,
  signal: AbortSignal,
): Promise<boolean> {
  const read = secondOf(changes[asOf]);
  if (asOf === "" || read === undefined) return false;
  const [asset] = await otmm.assetsByIds([assetId], { detail: "full", fields: [asOf], signal });
  if (asset === undefined) return false;
  const field = otmm.toLifecycleAsset(asset, { fields: [asOf] }).fields[asOf];
  const shown = field !== undefined && "value" in field ? secondOf(field.value) : undefined;
  return shown !== undefined && read < shown;
}

/** OTMM keeps whole seconds. */
function secondOf(value: unknown): number | undefined {
  const instant = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : Math.floor(instant / 1000);
}
