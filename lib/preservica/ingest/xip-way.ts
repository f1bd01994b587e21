import { lookAtIngest } from "./await.js";
import type { IngestDeps, ResolvedAsset } from "./job.js";
import { checkPackageSize } from "./limits.js";
import { contentObjectOf, metadataSize } from "./package.js";
import { abandonUpload, nextUpload, sendPackage } from "./send.js";
import type { IngestWay } from "./way-port.js";

/** A zip with XIP metadata in the bucket for packages: its arrival starts the ingest (fact sheet 2.1, 2.3). */
export function xipWay(deps: IngestDeps): IngestWay {
  return {
    check: (_asset, resolved) => {
      // What the metadata adds is nothing beside the limit.
      checkPackageSize(contentOf(resolved), deps);
      return Promise.resolve([]);
    },
    planned: (asset, resolved, folder) => {
      const bytes = contentOf(resolved) + metadataSize(asset, resolved, folder, new Date(0));
      return [{ action: "upload package", target: `${resolved.ref}.zip`, bytes }];
    },
    next: nextUpload,
    silent: nextUpload,
    send: (job, resolved, folder, upload) => sendPackage(job, resolved, folder, upload, deps),
    abandon: async (_job, upload, folder) => void (await abandonUpload(upload, folder, deps)),
    takeBack: async (job, upload, folder) => {
      if (upload.resume === null) return;
      // One that cannot be ended now is kept in mind: a replay goes on with its parts.
      if (await abandonUpload(upload, folder, deps)) job.note("upload", { ...upload, resume: null });
    },
    look: (resolved, key, token) => lookAtIngest(resolved.ref, key, token, deps),
    fileAmong: (candidates, file, resolved) => {
      const object = contentObjectOf(resolved, file);
      return candidates.find((bitstream) => bitstream.contentObject === object);
    },
    tidy: () => Promise.resolve(),
  };
}

function contentOf({ files }: ResolvedAsset): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
