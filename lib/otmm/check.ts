import { asLifecycleError } from "../messages/error.js";
import { loadAsset, searchPage } from "./assets.js";
import { contentOf, touch } from "./content.js";
import { rootFolders } from "./folders.js";
import type { OtmmGateway } from "./gateway.js";
import type { OtmmAsset, OtmmCheck } from "./types.js";
import { segment } from "../http/index.js";

/** What a user lacks who may not read, in the words of OTMM's administration (docs/permissions.md). */
const MISSING = {
  search: "Assets cannot be searched: the user needs read access to them by their security policies.",
  folders: "The user needs the functional right FOLDERS.VIEW and read access to the folders.",
  metadata: "The user needs the permission to view the asset and its metadata by a security policy of the asset.",
} as const;

/**
 * What the connection can do, as far as reading tells: nothing is written or locked. Later checks are left out when an
 * earlier one failed.
 */
export async function checkConnection(gateway: OtmmGateway, signal: AbortSignal | undefined): Promise<OtmmCheck[]> {
  const checks: OtmmCheck[] = [];
  /** @param missing what the user lacks when OTMM answers 403 */
  const run = async (
    name: OtmmCheck["name"],
    missing: string,
    work: () => Promise<Omit<OtmmCheck, "name">>,
  ): Promise<boolean> => {
    try {
      checks.push({ name, ...(await work()) });
    } catch (thrown) {
      signal?.throwIfAborted();
      const { status, message } = asLifecycleError(thrown);
      checks.push({
        name,
        state: "missing",
        message: status === 403 && missing !== "" ? `${missing} (${message})` : message,
      });
    }
    return checks.at(-1)?.state === "ok";
  };
  const loggedIn = await run("login", "", async () => {
    const user = await gateway.session.user();
    await touch(gateway, signal);
    const role = user.roleName === undefined ? "" : `, role ${user.roleName}`;
    return { state: "ok", message: `Logged in as ${user.loginName ?? "the connection's user"}${role}.` };
  });
  if (!loggedIn) return checks;
  let sample: OtmmAsset | undefined;
  const searched = await run("search", MISSING.search, async () => {
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
  await run("folders", MISSING.folders, () => checkFolders(gateway, signal));
  if (!searched || sample === undefined) return checks;
  const { assetId } = sample;
  let asset: OtmmAsset | undefined;
  await run("metadata", MISSING.metadata, async () => {
    asset = await loadAsset(gateway, assetId, { signal });
    const fields = asset.metadata?.length ?? 0;
    return fields > 0
      ? { state: "ok", message: `Metadata can be read (${fields} fields of "${asset.name}").` }
      : { state: "missing", message: `"${asset.name}" shows no metadata. ${MISSING.metadata}` };
  });
  if (asset === undefined) return checks;
  const loaded = asset;
  await run("download", "", () => checkDelivery(gateway, loaded, MASTERS, signal));
  await run("preview", "", () => checkDelivery(gateway, loaded, PREVIEWS, signal));
  await run("edit", "", async () => checkEdit(gateway, loaded));
  await run("holds", "", async () => checkHolds(gateway, loaded));
  return checks;
}

async function checkFolders(gateway: OtmmGateway, signal: AbortSignal | undefined): Promise<Omit<OtmmCheck, "name">> {
  const folders = await rootFolders(gateway, { signal });
  return folders.length > 0
    ? { state: "ok", message: `Folders can be read (${folders.length} at the top).` }
    : { state: "unknown", message: `No folder is visible at the top. ${MISSING.folders}` };
}

/** A kind of file that OTMM delivers, and the functional right that it takes. */
interface Delivered {
  role: "preservation" | "access";
  what: string;
  right: string;
}
const MASTERS: Delivered = { role: "preservation", what: "Masters", right: "ASSET.DOWNLOAD" };
const PREVIEWS: Delivered = { role: "access", what: "Previews", right: "ASSET.DOWNLOAD_PREVIEW" };

async function checkDelivery(
  gateway: OtmmGateway,
  asset: OtmmAsset,
  { role, what, right }: Delivered,
  signal: AbortSignal | undefined,
): Promise<Omit<OtmmCheck, "name">> {
  const content = contentOf(asset).find((one) => one.role === role)?.content;
  if (content?.id === undefined)
    return { state: "unknown", message: `"${asset.name}" has no such file; ${what.toLowerCase()} were not tried.` };
  const answer = await gateway.call({
    method: "HEAD",
    path: `/renditions/${segment(content.id)}`,
    allow: [403, 404, 405],
    signal,
  });
  if (answer.status === 403)
    return {
      state: "missing",
      message: `${what} cannot be downloaded: the user needs the functional right ${right} and the permission to view content.`,
    };
  if (answer.status >= 300)
    return {
      state: "unknown",
      message: `OTMM answered the trial download of "${asset.name}" with HTTP ${answer.status}.`,
    };
  return { state: "ok", message: `${what} can be downloaded (tried with "${asset.name}").` };
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
