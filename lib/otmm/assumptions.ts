/**
 * Everything about OTMM's REST API that no vendor document or working client confirmed (marked [A] in the fact sheet),
 * and what differs between sites. Each is a setting of the connection; these are the defaults.
 */
export interface OtmmAssumptions {
  /** Id of the search configuration; 3 was seen everywhere, but it is deployment configuration. */
  searchConfigId: string;
  /** Operator ids. Proven: `contains`, `number-is`. The others follow their naming. */
  operators: Readonly<Record<OtmmOperator, string>>;
  /** Date values in conditions: `us` = MM/DD/YYYY (seen in server-side code), `iso` = YYYY-MM-DDT00:00:00Z. */
  conditionDates: "us" | "iso";
  /** Stable order of searches. */
  assetIdField: string;
  originalAssetIdField: string;
  /** Order of "changed since": only its name is assumed; a server that ignores it is noticed and read in full. */
  lastUpdatedField: string;
  /** Hits a page. The server's maximum is unknown; what it returns counts, not what was asked. */
  pageLimit: number;
  /** Ids in one GET: the address stays below the 8 KiB that Tomcat takes. */
  idsPerGet: number;
  /** Ids in one bulk write: the server's BULK_OPERATIONS_ASSET_LIMIT is unknown. */
  idsPerBulk: number;
  /** `bulk` = PUT /assets/state with one id (proven), `single` = PUT /assets/{id}/state. */
  stateCall: "bulk" | "single";
  /** Inner `type` words that mean a date; `string` is the only proven word. */
  dateTypes: readonly string[];
  /** Inner `type` words that mean a number. */
  numberTypes: readonly string[];
  /** Inner `type` written into a field that holds no value from which to copy it. */
  newTypes: Readonly<Record<"text" | "date" | "number", string>>;
  /** What `content_checksum` is. 32 hex digits look like an MD5 of the file. */
  checksum: "MD5" | "ignore";
  /** Keys of the permission map by what they allow; the first one present decides. */
  permissions: { readonly edit: readonly string[] };
  /** Where subfolders are listed: the v5 call, or the mixed children listing. */
  subfolders: "folders" | "children";
  /** Metadata models over REST; the fallback reads the fields of a sample asset. */
  modelsPath: string;
  /** Words of a job's status by what they mean; every other word means that it runs. */
  jobStates: Readonly<Record<"open" | "done" | "failed", readonly string[]>>;
  /**
   * A lock that our own user holds is ours: left over from an attempt that died. Right while only this connection
   * writes with that user; false makes such a lock an error as everybody else's.
   */
  ownLockCounts: boolean;
  /** Field whose date ends the use of an asset (fact sheet 3.6, derived). */
  expirationField: string;
}

export type OtmmOperator =
  | "contains"
  | "is"
  | "is-empty"
  | "is-not-empty"
  | "number-is"
  | "number-greater"
  | "date-is"
  | "date-after"
  | "date-before";

export const ASSUMPTIONS: OtmmAssumptions = {
  searchConfigId: "3",
  operators: {
    contains: "ARTESIA.OPERATOR.CHAR.CONTAINS",
    is: "ARTESIA.OPERATOR.CHAR.IS",
    "is-empty": "ARTESIA.OPERATOR.CHAR.IS EMPTY",
    "is-not-empty": "ARTESIA.OPERATOR.CHAR.IS NOT EMPTY",
    "number-is": "ARTESIA.OPERATOR.NUMBER.IS",
    "number-greater": "ARTESIA.OPERATOR.NUMBER.IS GREATER THAN",
    "date-is": "ARTESIA.OPERATOR.DATE.IS",
    "date-after": "ARTESIA.OPERATOR.DATE.IS AFTER",
    "date-before": "ARTESIA.OPERATOR.DATE.IS BEFORE",
  },
  conditionDates: "us",
  assetIdField: "ARTESIA.FIELD.ASSET ID",
  originalAssetIdField: "ARTESIA.FIELD.ORIGINAL ASSET ID",
  lastUpdatedField: "ARTESIA.FIELD.DATE LAST UPDATED",
  pageLimit: 200,
  idsPerGet: 60,
  idsPerBulk: 100,
  stateCall: "bulk",
  dateTypes: ["datetime", "date", "timestamp"],
  numberTypes: ["decimal", "int", "integer", "long", "double", "float", "number"],
  newTypes: { text: "string", date: "dateTime", number: "decimal" },
  checksum: "MD5",
  permissions: { edit: ["EDIT_METADATA", "EDIT"] },
  subfolders: "folders",
  modelsPath: "/metadatamodels",
  jobStates: {
    open: ["STARTING", "NEW", "OPEN"],
    done: ["COMPLETED", "COMPLETE", "SUCCESS", "SUCCEEDED", "DONE"],
    failed: ["FAILED", "STOPPED", "ABANDONED", "ERROR"],
  },
  ownLockCounts: true,
  expirationField: "ARTESIA.FIELD.EXPIRATION DATE",
};

/** Types of metadata elements: proven except the category's, which is never relied upon. */
export const ELEMENT_TYPES = {
  field: "com.artesia.metadata.MetadataField",
  table: "com.artesia.metadata.MetadataTable",
  column: "com.artesia.metadata.MetadataTableField",
  domain: "com.artesia.metadata.DomainValue",
  cascading: "com.artesia.metadata.CascadingDomainValue",
} as const;
