import { hash } from "node:crypto";

/** What the stand-in archive keeps of a package. */
export interface Archived {
  ref: string;
  title: string;
  tag: string;
  parent: string;
  identifiers: { type: string; value: string }[];
  schemas: string[];
  contentObject: string;
  filename: string;
  size: number;
  /** Computed here, from the bytes that arrived. */
  sha256: string;
  /** ISO instant. */
  at: string;
}

const LOCAL_HEADER = 0x04034b50;

/** Reads a stored zip whose sizes stand in the local headers, which is what the package's writer makes for small assets. */
export function readPackage(ref: string, zip: Buffer): Archived {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 30 <= zip.length && zip.readUInt32LE(at) === LOCAL_HEADER;) {
    const size = zip.readUInt32LE(at + 18);
    const names = at + 30;
    const name = zip.toString("utf8", names, names + zip.readUInt16LE(at + 26));
    const start = names + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
    files.set(name, zip.subarray(start, start + size));
    at = start + size;
  }
  const metadata = [...files].find(([name]) => name.endsWith("metadata.xml"));
  const content = [...files].find(([name]) => name.includes("/content/"));
  if (metadata === undefined || content === undefined)
    throw new Error("The package has no metadata.xml or no content.");
  const xml = metadata[1].toString("utf8");
  const one = (name: string): string => new RegExp(`<xip:${name}>([^<]*)</xip:${name}>`).exec(xml)?.[1] ?? "";
  return {
    ref,
    title: one("Title"),
    tag: one("SecurityTag"),
    parent: one("Parent"),
    identifiers: [...xml.matchAll(/<xip:Identifier><xip:Type>([^<]*)<\/xip:Type><xip:Value>([^<]*)</g)].map(
      ([, type = "", value = ""]) => ({ type, value }),
    ),
    schemas: [...xml.matchAll(/<xip:Metadata schemaUri="([^"]*)"/g)].map(([, schema = ""]) => schema),
    contentObject: one("ContentObject"),
    filename: one("Filename"),
    size: content[1].length,
    sha256: hash("sha256", content[1], "hex"),
    at: new Date().toISOString(),
  };
}
