import type { MultipartPart, SandboxAnswer } from "../../kernel/types.js";
import { badRequest, conflict, undocumented } from "../answers.js";
import { STATUS } from "../assumptions.js";
import type { Call, Route } from "../call.js";
import { readWrapper } from "../edit.js";
import { IMPORT_PARTS, readImport } from "../import-request.js";
import { isObject, listOf, needText, onlyMembers, parseJson, wrapped, type JsonObject } from "../json.js";
import { renderJob } from "../jobs.js";
import { mimeOf } from "../mime.js";
import { selected } from "../selection.js";
import type { EditWork, JobRecord, StoredValue, UploadedFile } from "../types.js";

const IMPORT = { jobClass: "IMPORT", type: "Import" };

function uploaded(part: MultipartPart, name: string): UploadedFile {
  return { name, mime: mimeOf(name, part.contentType), bytes: part.bytes, size: part.bytes.size };
}

/** Texts of the named parts. @throws OtmmError 400, counted as undocumented, for a part that no source names */
async function textParts(
  parts: MultipartPart[],
  allowed: readonly string[],
  files: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const part of parts) {
    if (files.includes(part.name)) continue;
    if (!allowed.includes(part.name)) throw undocumented(`The part "${part.name}" is unknown.`);
    texts.set(part.name, await part.text());
  }
  return texts;
}

/** New assets in one call; what is wrong with models or values shows in the job. */
async function importAssets(call: Call): Promise<SandboxAnswer> {
  call.need("import", "You may not import assets.");
  const parts = await call.request.multipart();
  const texts = await textParts(parts, IMPORT_PARTS, ["files"]);
  const work = readImport(texts);
  const job = await call.parts.jobs.create(
    { ...IMPORT, name: texts.get("import_job_name") ?? "Import" },
    call.user.login,
  );
  for (const part of parts.filter((entry) => entry.name === "files")) {
    if (part.filename === undefined) throw badRequest("A file part has no file name.");
    await call.parts.jobs.addFile(job.id, uploaded(part, part.filename));
  }
  await call.parts.jobs.start(job.id, work);
  return call.json({ job_handle: { job_id: String(job.id) } }, STATUS.jobAccepted);
}

/** Step 1 of 3. */
async function openImport(call: Call): Promise<SandboxAnswer> {
  call.need("import", "You may not import assets.");
  const form = await call.parameters();
  const fileName = form.get("file_name");
  if (fileName === null || fileName === "") throw badRequest(`The parameter "file_name" is missing.`);
  const job = await call.parts.jobs.create({ ...IMPORT, name: "Import" }, call.user.login);
  return call.json({ job_handle: { job_id: String(job.id) } });
}

/** Step 2 of 3: once for each file. */
async function uploadFile(call: Call): Promise<SandboxAnswer> {
  const parts = await call.request.multipart();
  const texts = await textParts(parts, ["import_job_id", "file_name"], ["file"]);
  const file = parts.find((part) => part.name === "file");
  if (!file) throw badRequest(`The part "file" is missing.`);
  const job = waitingImport(call, texts.get("import_job_id") ?? "");
  const name = texts.get("file_name") ?? file.filename;
  if (name === undefined) throw badRequest(`The part "file_name" is missing.`);
  await call.parts.jobs.addFile(job.id, uploaded(file, name));
  return { status: 200 };
}

/** Step 3 of 3: says what the files become, and starts the job. */
async function startImport(call: Call): Promise<SandboxAnswer> {
  const parts = await call.request.multipart();
  const texts = await textParts(parts, [...IMPORT_PARTS, "import_job_id", "file_name"], []);
  const job = waitingImport(call, call.variable("id"));
  if ((texts.get("import_job_id") ?? String(job.id)) !== String(job.id))
    throw badRequest("The parts name another import job.");
  const work = readImport(texts);
  const checkIn = work.entries.some((entry) => entry.replaces !== undefined);
  if (checkIn && (texts.has("asset_representation") || texts.has("parent_folder_id"))) {
    throw badRequest("A check-in takes neither an asset representation nor a parent folder.");
  }
  await call.parts.jobs.start(job.id, work);
  return call.json({ job_handle: { job_id: String(job.id) } });
}

function waitingImport(call: Call, id: string): JobRecord {
  const job = call.store.job(id);
  if (job.jobClass !== IMPORT.jobClass || job.user !== call.user.login)
    throw badRequest(`The job ${id} is not an import of yours.`);
  if (job.status !== "STARTING") throw conflict(`The import job ${id} was started already.`);
  return job;
}

/** Bulk edit: answered at once, done as a job. */
async function bulkEdit(call: Call): Promise<SandboxAnswer> {
  call.need("editMetadata", "You may not edit metadata.");
  const request = wrapped(
    parseJson(await call.request.text(), "The body"),
    "bulk_edit_request_param",
    "bulk_edit_request",
  );
  onlyMembers(request, ["context", "metadata_values"], "The bulk edit request");
  const { store, registry, settings } = call.parts;
  const { ids } = selected(store, registry, settings, wrapped(request, "context"));
  const work: EditWork = { kind: "edit", assets: ids, values: {}, append: {} };
  const sections = wrapped(request, "metadata_values")["metadata_edit_id_value_list"];
  for (const section of listOf(sections)) readSection(call, wrapped({ section }, "section"), work);
  const job = await call.parts.jobs.create({ name: "Bulk edit", jobClass: "EDIT", type: "BulkEdit" }, call.user.login);
  await call.parts.jobs.start(job.id, work);
  return call.json({ job_handle: { job_id: String(job.id) } });
}

function readSection(call: Call, section: JsonObject, work: EditWork): void {
  const kind = section["metadata_section_id"];
  if (kind !== "METADATA_MISC_EDIT_SECTION" && kind !== "METADATA_APPEND_SECTION")
    throw badRequest(`The section "${String(kind)}" is unknown.`);
  for (const entry of listOf(section["field_id_value_entries"])) {
    const value = wrapped({ entry }, "entry");
    const id = needText(value, "metadata_field_id");
    const field = call.registry.find(id)?.field;
    if (!field) throw badRequest(`The field "${id}" does not exist.`);
    const given = listOf(value["metadata_value"])
      .map((one) => readWrapper(call.registry, field, one))
      .filter((one) => one !== undefined);
    const [first] = given;
    if (kind === "METADATA_APPEND_SECTION") work.append[id] = given;
    else if (first !== undefined)
      work.values[id] = (
        Array.isArray(value["metadata_value"]) || field.multiple ? given : first
      ) satisfies StoredValue;
  }
}

/** Generic jobs: none of the deployment's own job types is configured here. */
async function genericJob(call: Call): Promise<SandboxAnswer> {
  const form = await call.parameters();
  const request = wrapped(parseJson(form.get("job_request") ?? "", "job_request"), "job_request_param", "job_request");
  const type = isObject(request) ? request["job_type"] : undefined;
  throw badRequest(`The job type "${String(type)}" is not configured.`);
}

export const importRoutes: Route[] = [
  { method: "POST", pattern: "assets", run: importAssets },
  { method: "PATCH", pattern: "assets", run: bulkEdit },
  { method: "POST", pattern: "jobs/imports", run: openImport },
  { method: "POST", pattern: "renditions", run: uploadFile },
  { method: "PUT", pattern: "jobs/imports/:id", run: startImport },
  { method: "POST", pattern: "jobs", run: genericJob },
  {
    method: "GET",
    pattern: "jobs/:id",
    run: (call) => call.json({ job_resource: { job: renderJob(call.store.job(call.variable("id"))) } }),
  },
];
