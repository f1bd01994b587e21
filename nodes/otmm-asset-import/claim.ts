import type { OtmmAsset, OtmmClient } from "../../lib/otmm/index.js";
import { FINAL_STATES, type LifecycleStore } from "../../lib/store/types.js";
import { alone } from "../shared/alone.js";
import type { ImportSettings } from "./settings.js";

type Known = { job?: string; assetId?: string };

function nameOf(otmm: OtmmClient, marker: string): string {
  return `import:${otmm.connection}:${marker}`;
}

/** What was made of this very content before: as our store knows, else as OTMM's search finds it by the source field. */
export async function imported(
  store: LifecycleStore,
  otmm: OtmmClient,
  settings: ImportSettings,
  signal?: AbortSignal,
): Promise<OtmmAsset | undefined> {
  const known: Known | undefined = await store.cursor(nameOf(otmm, settings.marker));
  const call = signal === undefined ? {} : { signal };
  const [kept] =
    known?.assetId === undefined ? [] : await otmm.assetsByIds([known.assetId], { detail: "full", ...call });
  if (kept !== undefined && !kept.deleted) return kept;
  const found = await otmm.importing.byField(settings.sourceField, settings.marker, call);
  if (found === undefined || settings.becomes.kind === "asset") return found;
  // A version of another asset was made of the same content: that is another wish.
  const target = await otmm.asset(settings.becomes.target, { fields: [], ...call });
  return found.originalAssetId === target.originalAssetId ? found : undefined;
}

/** Takes the content for one job, so that two runs do not import it side by side. @returns false while another job has it */
export async function claim(store: LifecycleStore, otmm: OtmmClient, marker: string, job: string): Promise<boolean> {
  const name = nameOf(otmm, marker);
  return await alone(`${store.id} ${name}`, async () => {
    const known: Known | undefined = await store.cursor(name);
    if (known?.job !== undefined && known.job !== job) {
      const other = await store.job(known.job);
      if (other !== undefined && !FINAL_STATES.includes(other.state)) return false;
    }
    await store.setCursor(name, { ...known, job });
    return true;
  });
}

export async function keep(store: LifecycleStore, otmm: OtmmClient, marker: string, assetId: string): Promise<void> {
  await store.setCursor(nameOf(otmm, marker), { assetId });
}
