import { badRequest } from "../answers.js";
import { isTrue, parseJson, wrapped } from "../json.js";

/** What of an asset or folder is to be given (fact sheet 3.1, 3.2). */
export interface LoadPlan {
  metadata: boolean;
  only?: ReadonlySet<string> | undefined;
  contentInfo: boolean;
  thumbnail: boolean;
  preview: boolean;
  pdfPreview: boolean;
  links: boolean;
  policies: boolean;
  path: boolean;
  subscribed: boolean;
  childCounts: boolean;
}

const CONTENT = { contentInfo: true, thumbnail: true, preview: true, pdfPreview: true, subscribed: true };
const SYSTEM: LoadPlan = {
  ...CONTENT,
  metadata: false,
  links: false,
  policies: false,
  path: false,
  childCounts: false,
};

/**
 * Reads `load_type`, `data_load_request`, `metadata_to_return` and `preference_id`.
 *
 * @throws OtmmError 400 unknown load type, or `data_load_request` without its wrapper
 */
export function loadPlan(parameters: URLSearchParams): LoadPlan {
  const only = fieldList(parameters.get("metadata_to_return"));
  const loadType = parameters.get("load_type");
  switch (loadType) {
    case null:
    case "":
      return parameters.get("load_metadata") === "true" ? { ...SYSTEM, metadata: true, only } : SYSTEM;
    case "system":
      return SYSTEM;
    case "metadata":
    case "inherited_metadata":
      return { ...SYSTEM, metadata: true, only };
    case "full":
      return { ...SYSTEM, metadata: true, only, links: true, policies: true, path: true, childCounts: true };
    case "custom":
      return customPlan(parameters, only);
    default:
      throw badRequest(`The load_type "${loadType}" is unknown.`);
  }
}

function customPlan(parameters: URLSearchParams, only: ReadonlySet<string> | undefined): LoadPlan {
  const text = parameters.get("data_load_request");
  const flags = text === null ? {} : wrapped(parseJson(text, "data_load_request"), "data_load_request");
  const asked = (flag: string) => isTrue(flags[flag]);
  const fields = flags["metadata_fields_to_return"];
  return {
    metadata: asked("load_metadata") || asked("load_inherited_metadata"),
    only: only ?? fieldList(typeof fields === "string" ? fields : null),
    contentInfo: asked("load_asset_content_info"),
    thumbnail: asked("load_thumbnail_info"),
    preview: asked("load_preview_info"),
    pdfPreview: asked("load_pdf_preview_info"),
    links: asked("load_destination_links"),
    policies: asked("load_security_policies"),
    path: asked("load_path") || asked("load_path_with_children"),
    subscribed: asked("load_subscribed_to"),
    childCounts: flags["child_count_load_type"] !== undefined,
  };
}

function fieldList(text: string | null): ReadonlySet<string> | undefined {
  if (text === null || text.trim() === "") return undefined;
  return new Set(text.split(",").map((id) => id.trim()));
}
