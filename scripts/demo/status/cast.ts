import type { CampaignValues, MovingAsset } from "../../../sandbox/seed/manifest.js";

/** An asset of the campaign that is archived, as the manifest tells of it. */
export type Good = MovingAsset<CampaignValues>;

/** The assets that people change in the archive and in OTMM; the others only have to be shown. */
export interface Cast {
  /** The archive gives it another tag, another folder, an earlier retention start, while the flow runs. */
  tagged: Good;
  moved: Good;
  expiring: Good;
  /** While it is down: a legal hold, destruction; a new version and a re-import of the bytes in OTMM. */
  held: Good;
  destroyed: Good;
  versioned: Good;
  copied: Good;
}
