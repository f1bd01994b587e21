import { asLifecycleError } from "../messages/error.js";
import { loadAsset, searchPage } from "./assets.js";
import { contentOf, touch } from "./content.js";
import type { OtmmGateway } from "./gateway.js";
import type { OtmmAsset, OtmmCheck } from "./types.js";
import { segment } from "../http/index.js";

/**
 * What the connection can do, as far as reading tells: nothing is written or locked. Later checks are left out when an
 * earlier one failed.
 */
export async function checkConnection(gateway: OtmmGateway, signal: AbortSignal | undefined): Promise<OtmmCheck[]> {
  const checks: OtmmCheck[] = [];
  const run = async (name: OtmmCheck["name"], work: () => Promise<Omit<OtmmCheck, "name">>): Promise<boolean> => {
    try {
      checks.push({ name, ...(await work()) });
    } catch (thrown) {
      signal?.throwIfAborted();
      checks.push({ name, state: "missing", message: asLifecycleError(thrown).message });
    }
    return checks.at(-1)?.state === "ok";
  };
  const loggedIn = await run("login", async () => {
    const user = await gateway.session.user();
    await touch(gateway, signal);
    const role = user.roleName === undefined ? "" : `, role ${user.roleName}`;
    return { state: "ok", message: `Logged in as ${user.loginName ?? "the connection's user"}${role}.` };
  });
  if (!loggedIn) return checks;
  let sample: OtmmAsset | undefined;
  const searched = await run("search", async () => {
    const page = await searchPage(gateway, { detail: "system", limit: 25 }, { signal });
    const current = page.items.filter((asset) => !asset.deleted && !asset.expired);
    // An entry whose file was released says nothing of downloads.
    sample = current.find(({ size }) => size !== undefined && size > 0) ?? current[0] ?? page.items[0];
    return sample === undefined
      ? {
          state: "unknown",
          message: "The search works but finds no asset; the user may lack permissions on all of them.",
        }
      : { state: "ok", message: `The search works and finds ${page.total ?? page.items.length} assets.` };
  });
  if (!searched || sample === undefined) return checks;
  const { assetId } = sample;
  let asset: OtmmAsset | undefined;
  await run("metadata", async () => {
    asset = await loadAsset(gateway, assetId, { signal });
    const fields = asset.metadata?.length ?? 0;
    return fields > 0
      ? { state: "ok", message: `Metadata can be read (${fields} fields of "${asset.name}").` }
      : { state: "missing", message: `"${asset.name}" shows no metadata; the user needs the permission to view it.` };
  });
  if (asset === undefined) return checks;
  const loaded = asset;
  await run("download", () => checkDownload(gateway, loaded, signal));
  await run("edit", async () => checkEdit(gateway, loaded));
  await run("holds", async () => checkHolds(gateway, loaded));
  return checks;
}

async function checkDownload(
  gateway: OtmmGateway,
  asset: OtmmAsset,
  signal: AbortSignal | undefined,
): Promise<Omit<OtmmCheck, "name">> {
  const master = contentOf(asset).find(({ role }) => role === "preservation")?.content;
  if (master?.id === undefined)
    return { state: "unknown", message: `"${asset.name}" has no file; download was not tried.` };
  const answer = await gateway.call({
    method: "HEAD",
    path: `/renditions/${segment(master.id)}`,
    allow: [403, 404, 405],
    signal,
  });
  if (answer.status === 403)
    return {
      state: "missing",
      message:
        "Masters cannot be downloaded: the user needs the functional right ASSET.DOWNLOAD and the permission to view content.",
    };
  if (answer.status >= 300)
    return {
      state: "unknown",
      message: `OTMM answered the trial download of "${asset.name}" with HTTP ${answer.status}.`,
    };
  return { state: "ok", message: `Masters can be downloaded (tried with "${asset.name}").` };
}

function checkEdit(gateway: OtmmGateway, asset: OtmmAsset): Omit<OtmmCheck, "name"> {
  const key = gateway.assumptions.permissions.edit.find((name) => asset.permissions[name] !== undefined);
  if (key === undefined)
    return {
      state: "unknown",
      message: "OTMM does not say whether metadata can be edited; the first update will show.",
    };
  return asset.permissions[key] === true
    ? { state: "ok", message: `Metadata of "${asset.name}" can be edited (${key}).` }
    : {
        state: "missing",
        message: `Metadata of "${asset.name}" cannot be edited: the user needs the permission ${key} by a security policy of the asset.`,
      };
}

function checkHolds(gateway: OtmmGateway, asset: OtmmAsset): Omit<OtmmCheck, "name"> {
  const { holds } = gateway.options;
  if (holds === undefined)
    return {
      state: "missing",
      message: "Neither a hold field nor the declaration that there is none: every asset counts as held.",
    };
  if (holds === "none") return { state: "ok", message: "Declared: OTMM has no holds." };
  return asset.metadata?.some((element) => element.id === holds.fieldId) === true
    ? { state: "ok", message: `Holds are read from "${holds.fieldId}".` }
    : {
        state: "unknown",
        message: `"${asset.name}" has no field "${holds.fieldId}"; assets without it count as held.`,
      };
}
