export { createPreservica, type PreservicaClient, type PreservicaOptions } from "./client.js";
export { DEFAULT_ASSUMPTIONS, type PreservicaAssumptions } from "./assumptions.js";
export {
  DEFAULT_INGEST_SETTINGS,
  ingest,
  planIngest,
  type IngestDeps,
  type IngestJob,
  type IngestOutcome,
  type IngestPlan,
  type IngestResult,
  type IngestSettings,
} from "./ingest.js";
export { ASSET_NAMESPACE, assetReference } from "./references.js";
export { isUuid, uuidV5 } from "./uuid.js";
export * from "./govern/index.js";
export * from "./status/index.js";
export { accessContent, embargoOf } from "./access.js";
export { lifecycleAssetOf, type AssetSelection } from "./as-asset.js";
export { foldersAbove, pathText } from "./location.js";
export {
  challengeAnswer,
  isSignedEvent,
  WEBHOOK_TRIGGERS,
  type WebhookSubscription,
  type WebhookTrigger,
} from "./webhooks.js";
export type { ExportOptions } from "./exports.js";
export { xipDocument, type XipAsset } from "./xip.js";
export type { ApiPath } from "./gateway.js";
export type { Credentials } from "./session.js";
export type * from "./types.js";
