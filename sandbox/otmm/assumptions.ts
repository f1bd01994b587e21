/**
 * What the fact sheet (apis/otmm.md) marks [A], or leaves open, and this stand-in had to decide. Everything of that kind is here, or is a
 * setting; where a choice could hurt a client, the choice that hurts was taken.
 */

/*
 * Decided in code, not switchable:
 * - An unknown field or operator is reported by `contains_invalid_conditions` and the condition is left out: more hits, not fewer.
 * - `and` binds stronger than `or` where no parentheses stand (search/expression.ts).
 * - Sessions and tokens live in memory: a restart of the sandbox ends them, as a restart of the application server does.
 * - Deleted assets still give their bytes; folders have none (404).
 * - Links: `GET` and `POST /assets/{id}/links` answer `{"links_resource":{"links":{"source_id","links":[...]}}}`; the body of POST is the
 *   element itself or `{"link_resource":{"link":{...}}}`.
 * - `PUT /folders/{id}/children` answers `folder_operation_resource` for adding as for removing.
 * - `POST /renditions` and the subscriptions answer 200 without a body; PATCH and the single state answer the asset.
 */

/** Defaults of the settings that the control API can change (`POST /settings`, system "otmm"). */
export const DEFAULT_SETTINGS = {
  /** Answer 206 to a Range header. Nothing was found about ranges. */
  rangeSupport: true,
  /** New and changed assets show in searches (not in detail calls or folder listings) after this many milliseconds of sandbox time. */
  indexDelayMs: 0,
  /** Errors come as the HTML page of a reverse proxy instead of `exception_body`. */
  htmlErrors: false,
  /** Lists of one object come as the bare object. */
  singleAsObject: false,
  /** A job is done this long after it was started, in sandbox time. */
  jobMs: 300,
  /** How many assets one bulk call may name (COMMON/CLIENT/BULK_OPERATIONS_ASSET_LIMIT). */
  bulkLimit: 100,
  /** Idle time after which a session ends, in sandbox time. */
  sessionMinutes: 30,
  /** Life of an OAuth token, in sandbox time. */
  tokenSeconds: 3600,
  /** Search results and folder listings with `metadata_to_return` leave the category level out (one UI script reads them so). */
  flattenListings: true,
  /** Largest page, whatever was asked for. Tests of paging force it down. */
  pageCap: 1000,
  /** A cookie session also needs the load balancer's cookie that the login set. */
  stickySessions: false,
  /** When not empty: import jobs end as FAILED with this text. */
  failImports: "",
  /**
   * Load test: adds generated assets to a folder, once per distinct value, before the next request is answered.
   * `{ "count": 2000, "size": 102400 }`; optional `campaign` (code, default AF-2021-SPR: approved final assets of that campaign in
   * its folder), or `folder` (id; plain assets), `name` (prefix, default "bulk"), `checksum` (default true: MD5 worked out when first asked for).
   */
  bulk: null as BulkOrder | null,
  /** Removes assets that are marked deleted, as the vendor's purge job does, before the next request is answered; then a new value purges again. */
  purge: "",
};

/** Assets made for load tests. */
export interface BulkOrder {
  count: number;
  size: number;
  campaign?: string;
  folder?: string;
  name?: string;
  checksum?: boolean;
}

export type OtmmSettings = typeof DEFAULT_SETTINGS;

/** Page length when none is asked for; the UI's own. */
export const DEFAULT_LIMIT = 25;

/** Inner `type` words of values. `string` is proven; dates and numbers were never seen raw. Any word is accepted when writing. */
export const VALUE_TYPES = { CHAR: "string", DATE: "dateTime", NUMBER: "decimal" } as const;

/** Keys of the permission map. */
export const PERMISSIONS = ["VIEW", "VIEW_CONTENT", "VIEW_PREVIEW", "EDIT_METADATA", "EDIT_CONTENT", "DELETE"] as const;

/** Statuses that no source names. */
export const STATUS = {
  badCredentials: 401,
  missingRequestedBy: 403,
  noRight: 403,
  unknownId: 404,
  conflict: 409,
  badValue: 400,
  /** When not one asset of a bulk call was eligible, the call itself fails. */
  nothingEligible: 409,
  loggedOut: 200,
  folderCreated: 201,
  jobAccepted: 202,
} as const;

/** `error_code` of the exception body: four members are known, their contents are not. */
export function errorCode(status: number): string {
  return `OTMM-REST-${status}`;
}

/**
 * Word by which an import template is named. It carries the default model and policy.
 */
export const IMPORT_TEMPLATES: Record<string, { modelId: string; policies: number[] }> = {
  "ACME.IMPORT.TEMPLATE": { modelId: "ARTESIA.MODEL.DEFAULT", policies: [2] },
};

/** Fields that the server itself knows of every asset, with the type their operators go by. */
export const SYSTEM_FIELDS: Record<string, "CHAR" | "DATE" | "NUMBER"> = {
  "ARTESIA.FIELD.ASSET NAME": "CHAR",
  "ARTESIA.FIELD.ASSET ID": "CHAR",
  "ARTESIA.FIELD.ORIGINAL ASSET ID": "CHAR",
  "ARTESIA.FIELD.IS LATEST VERSION": "CHAR",
  "ARTESIA.FIELD.MIME TYPE": "CHAR",
  "ARTESIA.FIELD.CONTENT TYPE": "CHAR",
  "ARTESIA.FIELD.CONTENT SIZE": "NUMBER",
  "ARTESIA.FIELD.DATE IMPORTED": "DATE",
  "ARTESIA.FIELD.DATE LAST UPDATED": "DATE",
  "ARTESIA.FIELD.VERSION": "NUMBER",
  "ARTESIA.FIELD.CREATED BY": "CHAR",
};

/** How a condition is answered. CHAR.CONTAINS and NUMBER.IS are proven; the others follow the naming. */
export const OPERATORS = {
  "ARTESIA.OPERATOR.CHAR.CONTAINS": { type: "CHAR", test: "contains" },
  "ARTESIA.OPERATOR.CHAR.IS": { type: "CHAR", test: "is" },
  "ARTESIA.OPERATOR.CHAR.IS EMPTY": { type: "ANY", test: "empty" },
  "ARTESIA.OPERATOR.CHAR.IS NOT EMPTY": { type: "ANY", test: "filled" },
  "ARTESIA.OPERATOR.DATE.IS": { type: "DATE", test: "is" },
  "ARTESIA.OPERATOR.DATE.IS AFTER": { type: "DATE", test: "after" },
  "ARTESIA.OPERATOR.DATE.IS BEFORE": { type: "DATE", test: "before" },
  "ARTESIA.OPERATOR.DATE.IS BETWEEN": { type: "DATE", test: "between" },
  "ARTESIA.OPERATOR.NUMBER.IS": { type: "NUMBER", test: "is" },
  "ARTESIA.OPERATOR.NUMBER.IS GREATER THAN": { type: "NUMBER", test: "greater" },
} as const;

/** Facets that are computed without being asked for. */
export const DEFAULT_FACETS = ["ARTESIA.FIELD.MIME TYPE"];

/** Searches find folders too when these carry metadata that fits (pyxecm drops hits without `content_size` for that reason). */
export const SEARCH_FINDS_FOLDERS = true;

/** A folder lists the latest version of each asset; older ones are found by searches and by the version list. */
export const FOLDERS_LIST_LATEST_ONLY = true;

/** Taking an asset out takes its metadata lock as well; check-in and cancelling give both back. */
export const CHECK_OUT_LOCKS = true;

/** Only the latest version can be checked out. */
export const CHECK_OUT_LATEST_ONLY = true;

/** Date values are whole seconds with Z; conditions also take MM/DD/YYYY and a plain day (midnight UTC). */
export const DATE_FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** A multi-valued text field is given as an element of the table-column type with `values`, directly in its category. */
export const MULTI_VALUE_TYPE = "com.artesia.metadata.MetadataTableField";
