import { asBuffer, concatOf, inlineBytes, sliceOf } from "../kernel/bytes.js";
import type { SandboxContext, StoredBytes } from "../kernel/types.js";
import { seedId } from "../seed/ids.js";
import { baseMedia } from "../seed/media.js";
import { stampedPieces } from "../seed/stamp.js";
import { newChecksum } from "./checksums.js";
import type { S3Engine } from "./engine.js";
import type { ObjectVersion } from "./model.js";
import { seedPlan, type SeedObject, type SeedVersion } from "./seed-plan.js";

/** Lays the objects of the plan, once per data folder. */
export async function seedObjects(engine: S3Engine, context: SandboxContext): Promise<void> {
  const seeded = await context.state("seed", () => ({ done: false }));
  if (seeded.value.done) return;
  for (const object of seedPlan()) {
    for (const [at, seed] of object.versions.entries()) {
      await engine.store.addVersion(
        engine.store.bucket(object.bucket),
        object.key,
        await versionOf(context, object, seed, at + 1),
      );
    }
  }
  await seeded.update((state) => {
    state.done = true;
  });
}

async function versionOf(
  context: SandboxContext,
  { bucket, key }: SeedObject,
  seed: SeedVersion,
  number: number,
): Promise<ObjectVersion> {
  const name = `${bucket}/${key}#${number}`;
  const common = {
    id: seedId(`s3:${name}`),
    modified: new Date(seed.modified).toISOString(),
    lock: seed.lock ?? {},
    tags: seed.tags ?? {},
  };
  if (seed.content === null) {
    return {
      ...common,
      deleteMarker: true,
      etag: "",
      size: 0,
      bytes: inlineBytes(""),
      storageClass: "STANDARD",
      metadata: {},
      headers: {},
    };
  }
  const bytes = typeof seed.content === "number" ? generated(name, seed.content) : stamped(name, seed.content);
  const type = typeof seed.content === "number" ? "application/octet-stream" : baseMedia(seed.content).mime;
  const withChecksum = seed.checksum ?? true;
  const sha256 = withChecksum ? { sha256: await context.files.digest(bytes, "sha256") } : {};
  return {
    ...common,
    etag: await context.files.digest(bytes, "md5"),
    size: bytes.size,
    bytes,
    storageClass: seed.storageClass ?? "STANDARD",
    metadata: { ...sha256, ...seed.metadata },
    headers: { "content-type": type },
    ...(withChecksum
      ? { checksum: { algorithm: "CRC32", value: await crc32Of(context, bytes), type: "FULL_OBJECT" } }
      : {}),
    ...(seed.restore ? { restore: seed.restore } : {}),
  };
}

function generated(name: string, size: number): StoredBytes {
  return { kind: "generated", seed: parseInt(seedId(name).slice(0, 8), 16), size };
}

/** A real file, made one of its kind by a stamp. */
function stamped(name: string, base: string): StoredBytes {
  const media = baseMedia(base);
  const file: StoredBytes = { kind: "file", path: media.path, size: media.bytes.length };
  const pieces = stampedPieces(media, `Alder & Finch sandbox S3 ${name}`);
  return concatOf(
    pieces.map((piece) =>
      "bytes" in piece ? inlineBytes(piece.bytes) : sliceOf(file, piece.from, piece.to - piece.from),
    ),
  );
}

async function crc32Of(context: SandboxContext, bytes: StoredBytes): Promise<string> {
  const crc = newChecksum("CRC32");
  for await (const chunk of context.files.read(bytes)) crc.update(asBuffer(chunk));
  return crc.digest().toString("base64");
}
