export { exportAsset, exportedEvent, exportHead, type ExportedEvent, type TimelineExport } from "./export.js";
export { isReserved, PREMIS_EVENT_TYPES, premisType } from "./event-words.js";
export { type Gap, gapsOf, NOT_WATCHED } from "./gaps.js";
export { type Place, placesOf } from "./location.js";
export { premisOf } from "./premis.js";
export type { TimelineSubject } from "./premis-subject.js";
export { readAnchors, readExport } from "./read-export.js";
export { type AssetReport, assetWith, keyAmong, localTime, reportOf, type RunReport, runReportOf } from "./report.js";
export { verifyExport } from "./verify-export.js";
