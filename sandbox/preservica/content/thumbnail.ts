import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { SandboxAnswer } from "../../kernel/types.js";
import type { Call } from "../http/call.js";
import { badRequest, notFound } from "../http/refusal.js";
import type { Entity } from "../model.js";

/** Sides of the square in pixels. */
const SIZES: Readonly<Record<string, number>> = { small: 64, medium: 150, large: 400 };
const PICTURED = ["image", "video", "document"];

/**
 * A thumbnail: the one that was put there, or a picture made after indexing for images, videos and documents.
 * The made one is a pattern that follows from the asset's reference: the sandbox renders no content.
 */
export function thumbnailAnswer(call: Call, entity: Entity): SandboxAnswer {
  const side = SIZES[call.query("size") ?? "large"];
  if (side === undefined) throw badRequest("size is small, medium or large");
  if (entity.type === "CO") throw notFound("the thumbnail");
  if (entity.preview)
    return { status: 200, headers: { "content-type": entity.preview.mediaType }, body: entity.preview.bytes };
  if (entity.type === "SO" || entity.indexed === undefined) throw notFound("the thumbnail");
  const groups = entity.contentObjects.flatMap((content) =>
    content.generations.map((generation) => generation.formatGroup),
  );
  if (!groups.some((group) => PICTURED.includes(group))) throw notFound("the thumbnail");
  return { status: 200, headers: { "content-type": "image/png" }, body: patternPng(entity.ref, side) };
}

/** A square PNG of 8 x 8 fields in two colours that follow from a text. */
export function patternPng(text: string, side: number): Buffer {
  const hash = createHash("sha256").update(text).digest();
  const colours = [hash.subarray(0, 3), hash.subarray(3, 6)];
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const field = Math.floor((y * 8) / side) * 8 + Math.floor((x * 8) / side);
      const bit = ((hash[8 + (field >> 3)] ?? 0) >> (field & 7)) & 1;
      colours[bit]?.copy(rows, y * (1 + side * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
