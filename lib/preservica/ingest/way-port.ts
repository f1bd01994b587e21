import type { LifecycleAsset } from "../../messages/asset.js";
import type { Bitstream } from "../types.js";
import type { Look } from "./await.js";
import type { IngestingFacts, IngestJob, PlannedFile, ResolvedAsset, UploadFacts } from "./job.js";

/** How content gets into the archive. What comes before (mapping, look-up) and after (proof, links, policy, holds) is the same. */
export interface IngestWay {
  /**
   * Looks, without writing anything, whether this way can carry the asset and the archive is set up for it.
   *
   * @returns what this way loses, in words
   * @throws LifecycleError REFUSED, INVALID_INPUT, NOT_CONFIGURED
   */
  check(asset: LifecycleAsset, resolved: ResolvedAsset): Promise<string[]>;
  /** What a dry run says of the sending. @param folder reference of the folder, or any where it is still to be made */
  planned(
    asset: LifecycleAsset,
    resolved: ResolvedAsset,
    folder: string,
  ): { action: string; target: string; bytes: number }[];
  /** Facts of the next try, after none or a failed one: a fresh key, because the old one may still be seen by a monitor. */
  next(job: IngestJob, ref: string, last: UploadFacts | undefined): UploadFacts;
  /** Facts of the next try after a long silence: the request that starts the ingest never arrived. */
  silent(job: IngestJob, ref: string, last: UploadFacts): UploadFacts;
  /**
   * Sends, and starts the ingest. Before the request that may start it leaves, that is on disk; so after a crash it is
   * known whether the archive has to be looked at before anything is sent again.
   */
  send(job: IngestJob, resolved: ResolvedAsset, folder: string, upload: UploadFacts): Promise<IngestingFacts>;
  /** Takes back what was sent for a try that is given up. What cannot be taken back now, or is gone, is no failure. */
  abandon(job: IngestJob, upload: UploadFacts, folder: string): Promise<void>;
  /** Takes back what was sent of a try whose ingest was not started, because nothing more will be sent. */
  takeBack(job: IngestJob, upload: UploadFacts, folder: string): Promise<void>;
  /** Looks once at an ingest. @param token what the start of the ingest answered; null when the answer was lost */
  look(resolved: ResolvedAsset, key: string, token: string | null): Promise<Look>;
  /** The archived file among those of its representation's type; undefined while it cannot be seen. */
  fileAmong(candidates: readonly Bitstream[], file: PlannedFile, resolved: ResolvedAsset): Bitstream | undefined;
  /** Clears away what was needed only until the archive had proven the asset. */
  tidy(job: IngestJob, upload: UploadFacts): Promise<void>;
}
