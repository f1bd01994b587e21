import { badRequest } from "./answers.js";
import { IMPORT_TEMPLATES } from "./assumptions.js";
import { isObject, listOf, needText, onlyMembers, parseJson, textOf, wrapped } from "./json.js";
import type { ImportWork } from "./types.js";

/** Parts that one call may carry besides the files. */
export const IMPORT_PARTS = [
  "asset_representation",
  "manifest",
  "parent_folder_id",
  "import_template_id",
  "no_content",
  "import_job_name",
] as const;

/**
 * Reads the parts of `POST /assets` or of the third import step (fact sheet 6.1 to 6.3).
 *
 * @throws OtmmError 400 broken JSON or a missing wrapper; what the values mean is checked in the job
 */
export function readImport(parts: ReadonlyMap<string, string>): ImportWork {
  const manifest = parts.get("manifest");
  if (manifest === undefined) throw badRequest(`The part "manifest" is missing.`);
  const upload = wrapped(parseJson(manifest, "manifest"), "upload_manifest");
  const entries = listOf(upload["master_files"]).map((entry) => {
    if (!isObject(entry)) throw badRequest("A master file of the manifest is not an object.");
    const replaces = textOf(entry["uoi_id"]);
    return { fileName: needText(wrapped(entry, "file"), "file_name"), ...(replaces !== undefined && { replaces }) };
  });
  if (entries.length === 0) throw badRequest("The manifest names no master file.");
  const template = parts.get("import_template_id");
  const defaults = template === undefined ? undefined : IMPORT_TEMPLATES[template];
  if (template !== undefined && !defaults) throw badRequest(`The import template "${template}" is unknown.`);
  const representation = readRepresentation(parts.get("asset_representation"));
  const parentFolder = parts.get("parent_folder_id");
  return {
    kind: "import",
    modelId: representation.modelId ?? defaults?.modelId ?? "",
    policies: representation.policies ?? defaults?.policies ?? [],
    values: {},
    entries,
    metadata: representation.metadata,
    ...(parentFolder !== undefined && { parentFolder }),
  };
}

function readRepresentation(text: string | undefined): { modelId?: string; policies?: number[]; metadata: unknown } {
  if (text === undefined) return { metadata: [] };
  const asset = wrapped(parseJson(text, "asset_representation"), "asset_resource", "asset");
  onlyMembers(asset, ["metadata", "metadata_model_id", "security_policy_list", "name"], "The asset representation");
  const modelId = textOf(asset["metadata_model_id"]);
  const policies = listOf(asset["security_policy_list"]).map((policy) =>
    Number(isObject(policy) ? policy["id"] : policy),
  );
  return {
    metadata: isObject(asset["metadata"]) ? asset["metadata"]["metadata_element_list"] : [],
    ...(modelId !== undefined && { modelId }),
    ...(policies.length > 0 && { policies }),
  };
}
