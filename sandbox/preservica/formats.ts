import { extname } from "node:path";
import type { Format } from "./model.js";

/** A file format as characterisation would name it: PRONOM id, name, MIME type, and the group that search facets show. */
interface KnownFormat {
  puid: string;
  name: string;
  version?: string;
  mediaType: string;
  group: "image" | "video" | "audio" | "document" | "text" | "archive" | "data";
}

const FORMATS: Readonly<Record<string, KnownFormat>> = {
  ".tif": { puid: "fmt/353", name: "Tagged Image File Format", mediaType: "image/tiff", group: "image" },
  ".tiff": { puid: "fmt/353", name: "Tagged Image File Format", mediaType: "image/tiff", group: "image" },
  ".jpg": {
    puid: "fmt/43",
    name: "JPEG File Interchange Format",
    version: "1.01",
    mediaType: "image/jpeg",
    group: "image",
  },
  ".jpeg": {
    puid: "fmt/43",
    name: "JPEG File Interchange Format",
    version: "1.01",
    mediaType: "image/jpeg",
    group: "image",
  },
  ".png": { puid: "fmt/11", name: "Portable Network Graphics", version: "1.0", mediaType: "image/png", group: "image" },
  ".gif": {
    puid: "fmt/4",
    name: "Graphics Interchange Format",
    version: "89a",
    mediaType: "image/gif",
    group: "image",
  },
  ".psd": { puid: "x-fmt/92", name: "Adobe Photoshop", mediaType: "image/vnd.adobe.photoshop", group: "image" },
  ".jp2": { puid: "x-fmt/392", name: "JP2 (JPEG 2000 part 1)", mediaType: "image/jp2", group: "image" },
  ".svg": {
    puid: "fmt/92",
    name: "Scalable Vector Graphics",
    version: "1.1",
    mediaType: "image/svg+xml",
    group: "image",
  },
  ".mov": { puid: "x-fmt/384", name: "Quicktime", mediaType: "video/quicktime", group: "video" },
  ".mp4": { puid: "fmt/199", name: "MPEG-4 Media File", mediaType: "video/mp4", group: "video" },
  ".mxf": { puid: "fmt/200", name: "Material Exchange Format", mediaType: "application/mxf", group: "video" },
  ".wav": { puid: "fmt/141", name: "Waveform Audio (PCMWAVEFORMAT)", mediaType: "audio/x-wav", group: "audio" },
  ".mp3": { puid: "fmt/134", name: "MPEG 1/2 Audio Layer 3", mediaType: "audio/mpeg", group: "audio" },
  ".pdf": { puid: "fmt/276", name: "Acrobat PDF 1.7", version: "1.7", mediaType: "application/pdf", group: "document" },
  ".indd": {
    puid: "fmt/548",
    name: "Adobe InDesign Document",
    mediaType: "application/octet-stream",
    group: "document",
  },
  ".docx": {
    puid: "fmt/412",
    name: "Microsoft Word for Windows",
    version: "2007 onwards",
    mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    group: "document",
  },
  ".txt": { puid: "x-fmt/111", name: "Plain Text File", mediaType: "text/plain", group: "text" },
  ".xml": { puid: "fmt/101", name: "Extensible Markup Language", version: "1.0", mediaType: "text/xml", group: "text" },
  ".csv": { puid: "x-fmt/18", name: "Comma Separated Values", mediaType: "text/csv", group: "text" },
  ".zip": { puid: "x-fmt/263", name: "ZIP Format", mediaType: "application/zip", group: "archive" },
};

const UNKNOWN: KnownFormat = { puid: "UNKNOWN", name: "Unknown", mediaType: "application/octet-stream", group: "data" };

/** Identifies a format by file name; enough for facets, thumbnails and Content-Type. */
export function identify(filename: string): { format: Format; group: KnownFormat["group"] } {
  const known = FORMATS[extname(filename).toLowerCase()] ?? UNKNOWN;
  const method = known === UNKNOWN ? "None" : "Signature";
  const format: Format = {
    puid: known.puid,
    name: known.name,
    mediaType: known.mediaType,
    method,
    ...(known.version === undefined ? {} : { version: known.version }),
  };
  return { format, group: known.group };
}
