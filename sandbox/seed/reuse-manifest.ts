import { createHash } from "node:crypto";
import { SEED_ASSETS, type SeedAsset, type SeedFile } from "../preservica/seed/archived.js";
import { assetRef, seededBytes } from "../preservica/seed/seed.js";
import { md5Of } from "./contents.js";
import type { Manifest, ReuseDerivative, ReuseRequest } from "./manifest.js";
import { assetId, fileSpecOf } from "./otmm/asset.js";
import { derivativeRecords, requestIds, type DerivativeSpec, type RequestSpec } from "./otmm/reuse.js";

/** The lists of scenario 6, worked out from the seeds of both systems. */
export function reuseLists(
  requests: readonly RequestSpec[],
  derivatives: readonly DerivativeSpec[],
): Manifest["scenarios"]["6"] {
  const sizes = new Map(derivativeRecords(derivatives).map(({ id, master }) => [id, master?.size ?? 0]));
  return {
    requests: requests.map((spec) => requestOf(spec)),
    derivatives: derivatives.map((spec) => derivativeOf(spec, derivatives, requests, sizes)),
  };
}

function requestOf(spec: RequestSpec): ReuseRequest {
  const { id, originalId } = requestIds(spec);
  const version = spec.version ?? 1;
  const archived = SEED_ASSETS.find(({ source }) => source === `${originalId}#v${version}`);
  return {
    assetId: id,
    originalId,
    version,
    name: spec.name,
    wanted: spec.wanted ?? null,
    outcome: spec.outcome,
    archiveRef: archived === undefined ? null : assetRef(archived.source),
    access: archived === undefined ? null : accessOf(archived),
    masters: archived?.preservation.map((file) => sha256(seededBytes(archived, file))) ?? [],
  };
}

function accessOf(archived: SeedAsset): ReuseRequest["access"] {
  const file: SeedFile | undefined = archived.access[0]?.[0];
  if (file === undefined) return null;
  const bytes = seededBytes(archived, file);
  return { name: file.name, size: bytes.length, sha256: sha256(bytes) };
}

function derivativeOf(
  spec: DerivativeSpec,
  all: readonly DerivativeSpec[],
  requests: readonly RequestSpec[],
  sizes: ReadonlyMap<string, number>,
): ReuseDerivative {
  const id = assetId(spec.key);
  const twin = all.find(({ key }) => key === spec.sameAs);
  const origin = requests.find(({ key }) => key === spec.origin);
  const named = spec.values["ACME.FIELD.ORIGIN ASSET ID"];
  return {
    assetId: id,
    originalId: id,
    name: spec.name,
    outcome: spec.outcome,
    origin: origin === undefined ? (typeof named === "string" ? named : null) : requestIds(origin).id,
    sameAs: twin === undefined ? null : assetId(twin.key),
    size: sizes.get(id) ?? 0,
    md5: md5Of(fileSpecOf(twin ?? spec)),
  };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
