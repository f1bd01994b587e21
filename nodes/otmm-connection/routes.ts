import type { NodeAPI } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { OtmmCheck, OtmmField, OtmmFolder } from "../../lib/otmm/index.js";
import { adminRoute, type AdminRequest, READ } from "../../lib/runtime/index.js";
import { otmmOf } from "../shared/clients.js";
import { isStored } from "../shared/configuration.js";

/** What the forms ask through a deployed connection: its test, folders, fields, and one asset as sample. */
export function registerOtmmRoutes(RED: NodeAPI): void {
  const client = ({ params }: AdminRequest) => otmmOf(RED, params["id"] ?? "");

  adminRoute(RED, "get", "otmm-connection/:id/test", READ, async (request) =>
    reportOf(await client(request).testConnection()),
  );

  adminRoute(RED, "get", "otmm-connection/:id/folders", READ, async (request) => {
    const { parent } = request.query;
    const otmm = client(request);
    const folders =
      typeof parent === "string" && parent !== "" ? await otmm.subfolders(parent) : await otmm.rootFolders();
    return { folders: folders.map(shownFolder) };
  });

  adminRoute(RED, "get", "otmm-connection/:id/fields", READ, async (request) => {
    const { fields } = await client(request).metadataFields();
    return { fields: fields.flatMap(shownFields) };
  });

  adminRoute(RED, "post", "otmm-connection/:id/asset", READ, async (request) => {
    const id = isStored(request.body) ? request.body["id"] : undefined;
    if (typeof id !== "string" || id === "") throw new LifecycleError("INVALID_INPUT", "Give the id of an asset.");
    const otmm = client(request);
    return { asset: otmm.toLifecycleAsset(await otmm.asset(id)) };
  });
}

/** As the form shows it: `unknown` is neither fine nor a fault. */
function reportOf(checks: readonly OtmmCheck[]) {
  return {
    ok: checks.every(({ state }) => state !== "missing"),
    checks: checks.map(({ name, state, message }) => ({
      what: name,
      ok: state === "ok",
      unknown: state === "unknown",
      text: message,
    })),
  };
}

/** A folder whose number of subfolders OTMM does not say may have some. */
function shownFolder({ id, name, folders }: OtmmFolder) {
  return { id, name, hasChildren: folders !== 0 };
}

/** A table is shown by itself and by its columns. */
function shownFields({ id, label, type, category, columns }: OtmmField) {
  const group = category === undefined ? {} : { group: category };
  const inside = (columns ?? []).map((column) => ({
    id: column.id,
    label: `${label}: ${column.label}`,
    type: "column",
    ...group,
  }));
  return [{ id, label, type, ...group }, ...inside];
}
