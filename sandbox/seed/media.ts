import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The base files that the seed is made of; drawn by make-media.py. */
export type MediaFormat = "jpg" | "png" | "tif" | "wav" | "mp4" | "pdf";

export interface BaseMedia {
  file: string;
  path: string;
  format: MediaFormat;
  mime: string;
  width: number;
  height: number;
  bytes: Buffer;
}

const MIME: Record<MediaFormat, string> = {
  jpg: "image/jpeg",
  png: "image/png",
  tif: "image/tiff",
  wav: "audio/wav",
  mp4: "video/mp4",
  pdf: "application/pdf",
};

const cache = new Map<string, BaseMedia>();
let folder: string | undefined;

/** Finds a file or folder of the seed beside this module, or in the source tree when this module runs compiled elsewhere. */
export function seedPath(name: string): string {
  const beside = join(__dirname, name);
  if (existsSync(beside)) return beside;
  for (const start of [__dirname, process.cwd()]) {
    for (let at = start; ; at = dirname(at)) {
      const candidate = join(at, "sandbox", "seed", name);
      if (existsSync(candidate)) return candidate;
      if (dirname(at) === at) break;
    }
  }
  throw new Error(`The sandbox's seed file "${name}" was not found beside ${__dirname} or above ${process.cwd()}.`);
}

/**
 * Reads a base file once.
 * @param file name in sandbox/seed/media
 */
export function baseMedia(file: string): BaseMedia {
  const known = cache.get(file);
  if (known) return known;
  folder ??= seedPath("media");
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const format = file.slice(file.lastIndexOf(".") + 1) as MediaFormat;
  const { width, height } = dimensions(bytes, format);
  const media: BaseMedia = { file, path, format, mime: MIME[format], width, height, bytes };
  cache.set(file, media);
  return media;
}

/** Name of the base file's preview or thumbnail, if it was drawn. */
export function companion(file: string, kind: "preview" | "thumbnail"): string | undefined {
  folder ??= seedPath("media");
  const stem = file.replace(".", "-");
  return [`${stem}.${kind}.mp4`, `${stem}.${kind}.jpg`].find((name) => existsSync(join(folder ?? "", name)));
}

/** Pixel size from the file's own header; -1 where it does not apply, as the vendor says. */
export function dimensions(bytes: Buffer, format: MediaFormat): { width: number; height: number } {
  if (format === "png") return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (format === "jpg") return jpegSize(bytes);
  if (format === "tif") return tiffSize(bytes);
  return { width: -1, height: -1 };
}

function jpegSize(bytes: Buffer): { width: number; height: number } {
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xc2)
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { width: -1, height: -1 };
}

function tiffSize(bytes: Buffer): { width: number; height: number } {
  const little = bytes.toString("latin1", 0, 2) === "II";
  const short = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directory = long(4);
  const size = { width: -1, height: -1 };
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12;
    const value = short(at + 2) === 3 ? short(at + 8) : long(at + 8);
    if (short(at) === 256) size.width = value;
    if (short(at) === 257) size.height = value;
  }
  return size;
}
