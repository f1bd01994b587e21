export { archiveFacts, type ArchivedCopy, EVENTS_FIELD, withoutStatus, withStatus } from "./facts.js";
export { findEntity, type FoundEntity, type IdentifierTypes } from "./find.js";
export { accessOf, policiesOf, readStatus, type AccessLevel, type ArchiveStatus } from "./read.js";
export { endOf, ruling, type PolicyFacts, type RetentionState } from "./retention.js";
export type { HistoryRow } from "./events.js";
