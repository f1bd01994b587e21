/**
 * Everything this simulator answers that no vendor text and no third party's working client confirms.
 * One place, so that a reading of a real tenant changes one line here.
 */
export const ASSUMPTIONS = {
  /** Wrapper element names of answers whose inner elements are known. */
  elements: {
    version: "VersionResponse",
    progress: "ProgressResponse",
    integrity: "IntegrityCheckHistoryResponse",
    storage: "StorageLocationsResponse",
    storageAdapter: "StorageAdapter",
    tags: "TagsResponse",
    legalHolds: "LegalHoldsResponse",
    legalHold: "LegalHoldResponse",
    legalHoldAssignments: "LegalHoldAssignmentsResponse",
    retentionPolicy: "RetentionPolicyResponse",
    retentionAssignments: "RetentionAssignmentsResponse",
    workflowContexts: "WorkflowContexts",
    workflowInstances: "WorkflowInstances",
  },
  /** A refresh token lives as long as its access token; use within that time extends neither. */
  tokenMinutes: 15,
  /** Message of a login with a wrong password, a wrong tenant, a used refresh token. */
  messages: {
    login: "login.failed",
    tenant: "login.failed",
    refresh: "refresh.failed",
    twoFactor: "invalid.2fa",
    unauthorised: "Unauthorized",
    forbidden: "Forbidden",
  },
  /** Status of a refusal that only makes sense semantically: unknown tag, held asset, non-assignable policy, root move of an asset. */
  semanticStatus: 422,
  /** Roles besides the manager roles, which are confirmed. */
  roles: { ingest: "ROLE_SDB_INGEST_USER", operator: "ROLE_SDB_OPERATOR_USER", reader: "ROLE_SDB_READ_ONLY_USER" },
  /** Largest page that a client may ask for; 1000 is the largest seen in use. */
  maxPage: 1000,
  defaultPage: {
    children: 100,
    entities: 25,
    links: 25,
    events: 25,
    policies: 20,
    integrity: 10,
    search: 10,
    monitors: 25,
  },
  /** `updated-since` gives the oldest change first, so that a page boundary never skips an entity that changes meanwhile. */
  updatedSinceOrder: "oldest-first",
  /** A deleted entity is not found by identifier, children or search; its reference answers with a tombstone, and `updated-since` lists it. */
  tombstonesFoundByIdentifier: false,
  /** S3 error codes of the upload endpoint. */
  upload: {
    deadToken: { status: 401, code: "ExpiredToken", message: "The provided token has expired." },
    unknownToken: { status: 401, code: "InvalidAccessKeyId", message: "The access token is not known." },
    noWorkflow: {
      status: 403,
      code: "AccessDenied",
      message: "No active workflow context is configured for this bucket.",
    },
  },
  /** Bucket that OPEX containers are laid in for the workflow of section 2.5. */
  sourceBucketSuffix: ".opex.source",
  /** Monitor subcategories. */
  subcategory: { package: "Package", opex: "OPEX", files: "Files", export: "Export" },
  /** Event types and command types beyond Ingest/command_create, Modified/AddIdentifier and Moved/Moved. */
  events: {
    security: { type: "SecurityChanged", command: "ChangeSecurityTag" },
    deleted: { type: "Deleted", command: "DeleteEntity" },
    export: { type: "Export", command: "Export" },
    addMetadata: { type: "Modified", command: "AddMetadata" },
    updateMetadata: { type: "Modified", command: "UpdateMetadata" },
    deleteMetadata: { type: "Modified", command: "DeleteMetadata" },
    updateIdentifier: { type: "Modified", command: "UpdateIdentifier" },
    deleteIdentifier: { type: "Modified", command: "DeleteIdentifier" },
    update: { type: "Modified", command: "UpdateEntity" },
    create: { type: "Created", command: "command_create" },
    link: { type: "Modified", command: "AddLink" },
    unlink: { type: "Modified", command: "DeleteLink" },
    representation: { type: "Modified", command: "AddRepresentation" },
    generation: { type: "Modified", command: "AddGeneration" },
    retention: { type: "Modified", command: "AssignRetentionPolicy" },
    unretention: { type: "Modified", command: "RemoveRetentionPolicy" },
    hold: { type: "Modified", command: "AssignLegalHold" },
    unhold: { type: "Modified", command: "RemoveLegalHold" },
  },
  /** Answer of a challenge that fails during subscribe. */
  challengeFailedStatus: 400,
  /** Words of a free-text query are all needed, unless OR stands between them. */
  searchDefaultOperator: "AND",
  /** Retention periods are added in UTC to the start date; 29 February plus a year is 1 March. */
  periodUnits: ["DAY", "MONTH", "YEAR"],
  expiryActions: ["NONE", "REVIEW", "DELETE"],
  restrictions: ["LOCK", "DELETE"],
  /** Edition told by /api/entitlement/edition; Enterprise has the workflow API. */
  edition: "Enterprise",
  /** The one storage adapter of the tenant. */
  storageAdapter: "AWS S3",
} as const;
