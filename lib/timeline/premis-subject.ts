import type { AssetIdentity, StoredEvent } from "../store/types.js";

/** What an export in PREMIS tells of: an asset, its ids in every system, its events. */
export interface TimelineSubject {
  assetKey: string;
  identities: readonly AssetIdentity[];
  events: readonly StoredEvent[];
}
