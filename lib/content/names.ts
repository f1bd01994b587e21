import { createHash } from "node:crypto";

/** Most bytes of UTF-8 that common file systems take in one name. */
export const MAX_NAME_BYTES = 255;
/** An "extension" longer than this is part of the name. */
const MAX_EXTENSION_BYTES = 20;
/** Controls, line separators, direction and zero-width marks, non-characters, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]/gu;
/** Characters that Windows refuses in a name; `/` and `\` are separators and handled before. */
const FORBIDDEN = /[<>:"|?*]/g;
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=$|\.)/i;

/**
 * Makes a safe, stable file name of whatever a system calls a file: one path segment, NFC, at most 255 bytes of UTF-8,
 * no separators, no `..`, no control or direction characters, no reserved device name, no trailing dot or blank.
 * The same input always gives the same name. Whoever makes a path of a system's name (packages, downloads, evidence)
 * makes it here. Keep the original in metadata: this is not reversible.
 */
export function safeName(original: string): string {
  const segments = original
    .normalize("NFC")
    .split(/[/\\]/)
    .filter((segment) => segment !== "" && !/^[.\s]+$/.test(segment));
  const joined = segments.join("_").replace(UNSEEN, "_").replace(FORBIDDEN, "_");
  const trimmed = joined.trim().replace(/[.\s]+$/, "");
  const named = trimmed === "" ? "file" : RESERVED.test(trimmed) ? `_${trimmed}` : trimmed;
  return cut(named, original);
}

/**
 * Safe names for the files of one folder, all different even on file systems that ignore case or normal form
 * (`Frühling.tif` in NFC and NFD, `A.tif` and `a.tif`, equal names). The first keeps its name, later ones get `-2`, `-3`.
 */
export function safeNames(originals: readonly string[]): string[] {
  const taken = new Set<string>();
  return originals.map((original) => {
    const name = safeName(original);
    let candidate = name;
    for (let nth = 2; taken.has(collisionKey(candidate)); nth += 1) candidate = numbered(name, nth, original);
    taken.add(collisionKey(candidate));
    return candidate;
  });
}

function collisionKey(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase();
}

function numbered(name: string, nth: number, original: string): string {
  const { stem, extension } = split(name);
  const room = MAX_NAME_BYTES - bytes(extension) - `-${nth}`.length;
  const fits = bytes(stem) <= room ? stem : `${head(stem, room - 9)}~${shortHash(original)}`;
  return `${fits}-${nth}${extension}`;
}

function cut(name: string, original: string): string {
  if (bytes(name) <= MAX_NAME_BYTES) return name;
  const { stem, extension } = split(name);
  return `${head(stem, MAX_NAME_BYTES - bytes(extension) - 9)}~${shortHash(original)}${extension}`;
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot) : "";
  return bytes(extension) > MAX_EXTENSION_BYTES || extension === ""
    ? { stem: name, extension: "" }
    : { stem: name.slice(0, dot), extension };
}

/** Whole code points from the front, at most `room` bytes. */
function head(text: string, room: number): string {
  let used = 0;
  let end = 0;
  for (const point of text) {
    used += bytes(point);
    if (used > room) break;
    end += point.length;
  }
  return text.slice(0, end);
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function shortHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 8);
}
