import { randomUUID } from "node:crypto";
import { quoted, sendForm } from "../content/index.js";
import type { OnBytes, Opener, ReadResult } from "../content/types.js";
import { failure, segment } from "../http/index.js";
import { text, within } from "../http/shape.js";
import type { FixityAlgorithm } from "../messages/asset.js";
import { loadAsset, loadVersions, searchPage } from "./assets.js";
import { metadataFields, type ModelTypes } from "./fields.js";
import { folderAssets } from "./folders.js";
import { type OtmmGateway } from "./gateway.js";
import { setState } from "./lock.js";
import { encodeChange } from "./new-value.js";
import type { CallOptions, OtmmAsset, OtmmCursor, OtmmNewValue } from "./types.js";

export interface ImportFile {
  name: string;
  mediaType: string;
  size: number;
  open: Opener;
  algorithms: readonly FixityAlgorithm[];
  expected?: Partial<Record<FixityAlgorithm, string>>;
  onBytes?: OnBytes;
  signal: AbortSignal;
}
/** What an uploaded file becomes: an asset of its own. */
export interface NewAsset {
  folderId: string;
  modelId: string;
  policyIds: readonly string[];
  values: Readonly<Record<string, OtmmNewValue>>;
}
/** What an uploaded file becomes: the next version of an asset that is checked out to us. */
export interface CheckIn {
  assetId: string;
}
/** `open`: not committed yet. */
export type ImportState = { state: "open" | "running" | "done" } | { state: "failed"; why: string };

/**
 * New assets and new versions in three steps: begin, upload, commit; then the job goes on by itself.
 *
 * @see fact sheet 6.2, 6.3, 6.4
 */
export interface Importing {
  /** @returns id of the import job, which belongs to our session until it is committed */
  begin(fileName: string, options?: CallOptions): Promise<string>;
  /** Sends the file; what it returns was compared with what the source states. */
  upload(jobId: string, file: ImportFile): Promise<ReadResult>;
  /** @throws LifecycleError NOT_FOUND, CONFLICT (committed before), INVALID_INPUT */
  commit(jobId: string, fileName: string, becomes: NewAsset | CheckIn, options?: CallOptions): Promise<void>;
  /** @throws LifecycleError NOT_FOUND */
  state(jobId: string, options?: CallOptions): Promise<ImportState>;
  /** Takes the asset out for us; out to us already is as good. @throws LifecycleError LOCKED (details.holder) */
  checkOut(assetId: string, options?: CallOptions): Promise<void>;
  /** Gives back what is checked out to us; never throws for what is not. */
  cancelCheckOut(assetId: string): Promise<void>;
  /** The asset whose field holds exactly this text, the latest version; the search index may lag behind. */
  byField(fieldId: string, value: string, options?: CallOptions): Promise<OtmmAsset | undefined>;
  /** The asset that an import job made in a folder. */
  madeIn(folderId: string, jobId: string, options?: CallOptions): Promise<OtmmAsset | undefined>;
  /** The version that an import job made. */
  madeOf(originalAssetId: string, jobId: string, options?: CallOptions): Promise<OtmmAsset | undefined>;
  /** Links one asset to another; a link that is there is left alone. */
  link(assetId: string, otherId: string, type: string, options?: CallOptions): Promise<void>;
}

export function importingOf(gateway: OtmmGateway, types: ModelTypes): Importing {
  return {
    begin: async (fileName, { signal } = {}) => {
      const answer = await gateway.call({
        method: "POST",
        path: "/jobs/imports",
        form: { file_name: fileName },
        expect: "json",
        // An import job that is never committed does nothing.
        idempotent: true,
        signal,
      });
      const id = text(within(answer.json(), "job_handle")["job_id"]);
      if (id === undefined)
        throw failure("UPSTREAM", "OTMM began an import but named no job.", { system: "otmm", retryable: true });
      return id;
    },
    upload: (jobId, file) => upload(gateway, jobId, file),
    commit: async (jobId, fileName, becomes, { signal } = {}) => {
      const parts = [
        { name: "import_job_id", value: jobId },
        { name: "file_name", value: fileName },
        ...("assetId" in becomes ? [] : [{ name: "parent_folder_id", value: becomes.folderId }]),
        ...("assetId" in becomes
          ? []
          : [{ name: "asset_representation", json: await representation(gateway, types, becomes, signal) }]),
        { name: "manifest", json: manifest(fileName, becomes) },
      ];
      const boundary = `clc-${randomUUID()}`;
      await gateway.call({
        method: "PUT",
        path: `/jobs/imports/${segment(jobId)}`,
        headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
        body: form(boundary, parts),
        signal,
      });
    },
    state: (jobId, { signal } = {}) => stateOf(gateway, jobId, signal),
    checkOut: (assetId, options = {}) => checkOut(gateway, assetId, options),
    cancelCheckOut: async (assetId) => {
      const asset = await loadAsset(gateway, assetId, { fields: [] });
      if (asset.checkedOut && (await isOurs(gateway, asset))) await setState(gateway, "cancel_check_out", assetId);
    },
    byField: async (fieldId, value, { signal } = {}) => {
      const conditions = [{ fieldId, operator: "contains" as const, value }];
      const found = await collect((cursor) => searchPage(gateway, { conditions, detail: "full" }, { cursor, signal }));
      return found.find((asset) => !asset.deleted && asset.latestVersion && holds(asset, fieldId, value));
    },
    madeIn: async (folderId, jobId, { signal } = {}) => {
      const found = await collect((cursor) => folderAssets(gateway, folderId, { detail: "system", cursor, signal }));
      return found.find(({ importJobId }) => importJobId === jobId);
    },
    madeOf: async (originalAssetId, jobId, { signal } = {}) =>
      (await loadVersions(gateway, originalAssetId, { signal })).find(({ importJobId }) => importJobId === jobId),
    link: async (assetId, otherId, type, { signal } = {}) => {
      const { links } = await loadAsset(gateway, assetId, { fields: [], signal });
      if (links.some((link) => link.direction === "to" && link.type === type && link.assetId === otherId)) return;
      await gateway.call({
        method: "POST",
        path: `/assets/${segment(assetId)}/links`,
        json: { link_type_id: type, source_id: assetId, destination_id: otherId },
        signal,
      });
    },
  };
}

async function upload(gateway: OtmmGateway, jobId: string, file: ImportFile): Promise<ReadResult> {
  const { options, session, http } = gateway;
  // The session is proven good just now by `begin`; a form that is under way cannot renew it.
  return await sendForm({
    label: `"${file.name}"`,
    open: file.open,
    size: file.size,
    algorithms: file.algorithms,
    ...(file.expected === undefined ? {} : { expected: file.expected }),
    ...(file.onBytes === undefined ? {} : { onBytes: file.onBytes }),
    signal: file.signal,
    fields: { import_job_id: jobId, file_name: file.name },
    file: { part: "file", name: file.name, mediaType: file.mediaType },
    target: {
      method: "POST",
      url: `${http.baseUrl}${gateway.api}/renditions`,
      headers: { Accept: "*/*", "User-Agent": options.userAgent ?? "content-lifecycle", ...(await session.headers()) },
      idleMs: options.idleMs ?? 60_000,
      ...(options.tls?.ca === undefined || options.tls.ca === "" ? {} : { ca: options.tls.ca }),
      ...(options.tls?.proxy === undefined || options.tls.proxy === "" ? {} : { proxy: options.tls.proxy }),
    },
  });
}

function manifest(fileName: string, becomes: NewAsset | CheckIn): object {
  const replaces = "assetId" in becomes ? { uoi_id: becomes.assetId } : {};
  return { upload_manifest: { master_files: [{ file: { file_name: fileName }, ...replaces }] } };
}

async function representation(
  gateway: OtmmGateway,
  types: ModelTypes,
  { modelId, policyIds, values }: NewAsset,
  signal: AbortSignal | undefined,
): Promise<object> {
  const known = await metadataFields(gateway, { modelId, signal });
  const labels = new Map(known.from === "models" ? known.fields.map(({ id, label }) => [id, label]) : []);
  const frame = {
    zone: gateway.options.zone,
    assumptions: gateway.assumptions,
    types: await types.of(modelId, signal),
  };
  const fields = Object.entries(values)
    .filter(([, value]) => value !== null && value !== "")
    .map(([id, value]) => ({
      ...encodeChange(id, value, undefined, frame),
      ...(labels.has(id) ? { name: labels.get(id) } : {}),
    }));
  return {
    asset_resource: {
      asset: {
        metadata: { metadata_element_list: fields },
        metadata_model_id: modelId,
        security_policy_list: policyIds.map((id) => ({ id: /^\d+$/.test(id) ? Number(id) : id })),
      },
    },
  };
}

function form(boundary: string, parts: readonly { name: string; value?: string; json?: object }[]): string {
  const one = ({ name, value, json }: { name: string; value?: string; json?: object }): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n${
      json === undefined ? "" : "Content-Type: application/json\r\n"
    }\r\n${json === undefined ? (value ?? "") : JSON.stringify(json)}\r\n`;
  return `${parts.map(one).join("")}--${boundary}--\r\n`;
}

async function stateOf(gateway: OtmmGateway, jobId: string, signal: AbortSignal | undefined): Promise<ImportState> {
  const answer = await gateway.readOne("job", "/jobs", jobId, undefined, signal);
  const job = within(answer, "job_resource", "job");
  const word = (text(job["status"]) ?? "").toUpperCase();
  const { open, done, failed } = gateway.assumptions.jobStates;
  if (done.includes(word)) return { state: "done" };
  if (failed.includes(word)) return { state: "failed", why: text(job["error_message"]) ?? `its status is ${word}` };
  return { state: open.includes(word) ? "open" : "running" };
}

async function isOurs(gateway: OtmmGateway, asset: OtmmAsset): Promise<boolean> {
  const { loginName, userId } = await gateway.session.user();
  const holder = asset.checkOutHolder?.toLowerCase();
  return holder !== undefined && (holder === loginName?.toLowerCase() || holder === userId?.toLowerCase());
}

async function checkOut(gateway: OtmmGateway, assetId: string, options: CallOptions): Promise<void> {
  const before = await loadAsset(gateway, assetId, { fields: [], signal: options.signal });
  if (before.checkedOut && gateway.assumptions.ownLockCounts && (await isOurs(gateway, before))) return;
  const refused = before.checkedOut ? "it is checked out" : await setState(gateway, "check_out", assetId);
  if (refused === undefined) return;
  const holder = before.checkedOut ? before.checkOutHolder : before.locked ? before.lockHolder : undefined;
  throw failure(
    "LOCKED",
    `OTMM does not check out the asset "${before.name}" (${assetId})${holder === undefined ? "" : `, ${holder} holds it`}: ${refused}`,
    { system: "otmm", retryable: true, details: { assetId, holder } },
  );
}

function holds(asset: OtmmAsset, fieldId: string, value: string): boolean {
  const element = asset.metadata?.find(({ id }) => id === fieldId);
  return element?.values.some((one) => one.value === value) ?? false;
}

async function collect(
  read: (cursor: OtmmCursor | undefined) => Promise<{ items: OtmmAsset[]; next?: OtmmCursor }>,
): Promise<OtmmAsset[]> {
  const all: OtmmAsset[] = [];
  let cursor: OtmmCursor | undefined;
  do {
    const page: { items: OtmmAsset[]; next?: OtmmCursor } = await read(cursor);
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}
