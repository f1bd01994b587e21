import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { NodeAPI } from "node-red";
import { LifecycleError } from "../messages/error.js";
import { isZone } from "../retention/zone.js";
import type { AssetIdentity, ErasureTarget, LifecycleStore } from "../store/types.js";
import { assetWith, reportOf } from "../timeline/index.js";
import { type AdminRequest, adminRoute, READ, textOf, WRITE } from "./admin-route.js";
import { storeOf } from "./store-of.js";

/** Answers for the timeline of a store: finds assets, tells their lives, takes anchors and backups, erases. */
export function registerTimelineRoutes(RED: NodeAPI): void {
  const at = (request: AdminRequest): Promise<LifecycleStore> => storeOf(RED, request.params["id"] ?? "");

  adminRoute(RED, "get", "stores/:id/find", READ, async (request) => ({
    assets: grouped(await (await at(request)).find(wanted(request, "id"))),
  }));

  adminRoute(RED, "get", "stores/:id/timeline", READ, async (request) => {
    const id = wanted(request, "asset");
    const store = await at(request);
    const asset = await assetWith(store, id);
    if (asset === undefined) throw new LifecycleError("NOT_FOUND", `No asset of this store carries the id "${id}".`);
    return await reportOf(store, asset, zoneOf(request));
  });

  adminRoute(RED, "get", "stores/:id/anchors", READ, async (request) => ({
    anchors: await (await at(request)).anchors(),
  }));

  adminRoute(RED, "post", "stores/:id/anchors", WRITE, async (request) => ({
    anchor: (await (await at(request)).anchor()) ?? null,
  }));

  adminRoute(RED, "post", "stores/:id/backup", WRITE, async (request) => {
    const store = await at(request);
    // The name is made here: no path of the request reaches the disk.
    const folder = join(RED.settings.userDir ?? ".", "content-lifecycle", "backups");
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${basename(store.id, ".db")}-${new Date().toISOString().replaceAll(/[-:.]/g, "")}.db`);
    await store.backup(file);
    return { file };
  });

  adminRoute(RED, "post", "stores/:id/erase", WRITE, async (request) => {
    if (!request.agent.startsWith("user:")) {
      throw new LifecycleError("DENIED", "Erasing is done by a person: switch on adminAuth in Node-RED and sign in.");
    }
    const { target, reason } = erasureOf(request.body);
    return { erased: await (await at(request)).erase(target, request.agent, reason) };
  });
}

function wanted(request: AdminRequest, name: string): string {
  const value = textOf(request.query, name);
  if (value === undefined)
    throw new LifecycleError("INVALID_INPUT", `The query must name ${name}, e.g. ?${name}=otmm:dam:1a2b.`);
  return value;
}

function zoneOf(request: AdminRequest): string {
  const zone = textOf(request.query, "zone") ?? "UTC";
  if (!isZone(zone)) throw new LifecycleError("INVALID_INPUT", `"${zone}" is no IANA time zone.`);
  return zone;
}

type Id = Omit<AssetIdentity, "assetKey">;

function grouped(identities: readonly AssetIdentity[]): { asset: string; ids: Id[] }[] {
  const assets = new Map<string, Id[]>();
  for (const { assetKey, ...id } of identities) assets.set(assetKey, [...(assets.get(assetKey) ?? []), id]);
  return [...assets].map(([asset, ids]) => ({ asset, ids }));
}

function erasureOf(body: unknown): { target: ErasureTarget; reason: string } {
  const given: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const { asset, seq, reason } = given;
  if (typeof reason === "string" && reason.trim() !== "") {
    if (typeof asset === "string" && asset !== "" && seq === undefined) return { target: { asset }, reason };
    if (typeof seq === "number" && Number.isSafeInteger(seq) && asset === undefined) return { target: { seq }, reason };
  }
  throw new LifecycleError(
    "INVALID_INPUT",
    'The body must name what to erase and why, e.g. {"asset":"otmm:dam:1a2b","reason":"request 4711"} or {"seq":17,"reason":"…"}.',
  );
}
