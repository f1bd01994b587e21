import { crc32 } from "node:zlib";
import type { BaseMedia } from "./media.js";

/** A stretch of the base file, or new bytes. */
export type Piece = { from: number; to: number } | { bytes: Buffer };

/**
 * Makes a file of its own out of a base file, in a way the format allows, so that every asset has its own digest
 * and every program still opens it: a JPEG comment, a PNG text chunk, bytes after a TIFF's last strip, a RIFF LIST chunk,
 * an MP4 free box, a PDF comment.
 *
 * @param stamp ASCII text, unique to the asset
 * @returns the pieces in order
 */
export function stampedPieces(media: BaseMedia, stamp: string): Piece[] {
  const end = media.bytes.length;
  const whole = { from: 0, to: end };
  const text = Buffer.from(stamp, "latin1");
  switch (media.format) {
    case "jpg":
      return [
        { from: 0, to: 2 },
        { bytes: Buffer.concat([Buffer.from([0xff, 0xfe]), uint16(text.length + 2), text]) },
        { from: 2, to: end },
      ];
    case "png":
      // After the signature (8) and the header chunk (25).
      return [{ from: 0, to: 33 }, { bytes: pngText(text) }, { from: 33, to: end }];
    case "tif":
      return [whole, { bytes: text }];
    case "wav": {
      const list = riffList(text);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(end + list.length - 8);
      return [{ from: 0, to: 4 }, { bytes: size }, { from: 8, to: end }, { bytes: list }];
    }
    case "mp4":
      return [whole, { bytes: Buffer.concat([uint32(text.length + 8), Buffer.from("free"), text]) }];
    case "pdf":
      return [whole, { bytes: Buffer.concat([Buffer.from("\n% "), text, Buffer.from("\n")]) }];
  }
}

/** The stamped file as one buffer. */
export function stampedBuffer(media: BaseMedia, stamp: string): Buffer {
  return Buffer.concat(
    stampedPieces(media, stamp).map((piece) =>
      "bytes" in piece ? piece.bytes : media.bytes.subarray(piece.from, piece.to),
    ),
  );
}

function pngText(text: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("tEXtComment\0", "latin1"), text]);
  return Buffer.concat([uint32(body.length - 4), body, uint32(crc32(body))]);
}

function riffList(text: Buffer): Buffer {
  const padded = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(padded.length);
  const body = Buffer.concat([Buffer.from("INFOICMT"), size, padded]);
  const head = Buffer.from("LIST\0\0\0\0");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function uint16(n: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(n);
  return bytes;
}

function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}
