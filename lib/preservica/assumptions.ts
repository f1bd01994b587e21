/**
 * Everything this client believes about Preservica that no vendor text and no working third-party client confirms
 * (marks [A] of the fact sheet). One place: a reading of a real tenant changes one line here, or the same-named
 * setting where tenants differ (`PreservicaOptions.assumptions`).
 */
export interface PreservicaAssumptions {
  /** Share of a token's life after which it is renewed. The life itself (`validFor` minutes) comes with the login. */
  renewAt: number;
  /** Minutes that a token lives when the login does not say; the vendor documents 15. */
  tokenMinutes: number;
  /** Largest page asked for in listings; 1000 is the largest seen in use. */
  pageSize: number;
  /** `linkDirection="From"` on a link means: this entity is the link's FromEntity. */
  fromMeansThisIsFrom: boolean;
  /** What the bucket for zip packages is called, after the tenant in lower case. */
  uploadBucketSuffix: string;
  /** What the bucket for OPEX containers is called, after the tenant in lower case; and where in it ours are laid. */
  sourceBucketSuffix: string;
  containerPrefix: string;
  /** Name of the workflow that ingests an OPEX container. */
  opexWorkflow: string;
  /** First server version that takes OPEX, and the first that takes a plain folder as a PAX. */
  opexSince: string;
  paxFolderSince: string;
  /** States of a workflow instance that end it well, badly, or not yet; anything else is read as not yet. */
  workflowGood: readonly string[];
  workflowBad: readonly string[];
  /** HTTP statuses with which a creation says that the given reference is taken. */
  refTaken: readonly number[];
  /** First server version with the legal-hold API. */
  legalHoldsSince: string;
  /** Name prefix and restriction of policies that stand for legal holds on servers without that API. */
  holdPolicyPrefix: string;
  holdPolicyRestriction: string;
  /** Start-date fields of policies whose clock starts when the asset arrives in the archive. */
  ingestClockFields: readonly string[];
  /** After a policy was assigned: milliseconds in which its start date may still be missing (it comes from the index). */
  lateStartMs: number;
  /** Largest file, in bytes, that the tenant's edition takes, whichever way it goes in; 0: none is known. */
  maxFileBytes: number;
  /** Largest package that the S3-compatible endpoint takes: S3's own limit for one object for long. */
  maxPackageBytes: number;
  /** First server version that takes further access representations of an archived asset. */
  addAccessSince: string;
  /** Tag that nobody but archivists sees; every tenant has it. */
  closedTag: string;
  /**
   * After an upload whose answer was lost: milliseconds during which the archive is looked at again (reference,
   * monitor, upload key) before the package is sent once more. A second ingest of the same reference fails there, so a
   * wrong guess costs time, never a double asset.
   */
  lostAnswerMs: number;
  /** After an ingest is called complete: milliseconds in which the entity may still be missing. */
  lateEntityMs: number;
  /** Progress states that end an ingest well, badly, or not yet; anything else is read as not yet. */
  progressGood: readonly string[];
  progressBad: readonly string[];
  /** Type of the event that an ingest leaves in an asset's history. */
  ingestEvent: string;
  /** The monitor of a zip package's ingest carries the upload key, or starts with it. */
  monitorNameIsKey: boolean;
}

export const DEFAULT_ASSUMPTIONS: PreservicaAssumptions = {
  renewAt: 12 / 15,
  tokenMinutes: 15,
  pageSize: 250,
  fromMeansThisIsFrom: true,
  uploadBucketSuffix: ".package.upload",
  sourceBucketSuffix: ".opex.source",
  containerPrefix: "opex",
  opexWorkflow: "Ingest OPEX (Incremental)",
  opexSince: "6.2",
  paxFolderSince: "6.6.1",
  workflowGood: ["Completed"],
  workflowBad: ["Failed", "Aborted", "Finished_Mixed_Outcome"],
  refTaken: [400, 409, 422],
  legalHoldsSince: "9.1",
  holdPolicyPrefix: "LH: ",
  holdPolicyRestriction: "DELETE",
  ingestClockFields: ["xip.created", "xip.ingest_date"],
  lateStartMs: 1_800_000,
  maxFileBytes: 0,
  maxPackageBytes: 5 * 1024 ** 4,
  addAccessSince: "6.12",
  closedTag: "closed",
  lostAnswerMs: 120_000,
  lateEntityMs: 600_000,
  progressGood: ["COMPLETED"],
  progressBad: ["FAILED", "ABORTED", "CANCELLED", "FINISHED_MIXED_OUTCOME"],
  ingestEvent: "Ingest",
  monitorNameIsKey: true,
};
