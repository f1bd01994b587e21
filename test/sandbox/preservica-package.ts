import { createHash, randomUUID } from "node:crypto";
import { zipOf, type Entry } from "./preservica-zip.js";

/** A package with one asset: its parts can be replaced before it is zipped. */
export interface TestPackage {
  ref: string;
  /** The document, metadata.xml. */
  xip: string;
  entries: Entry[];
}

export interface PackageFacts {
  ref?: string;
  parent: string;
  title?: string;
  tag?: string;
  files?: { role: "Preservation" | "Access"; name: string; content: Buffer | string }[];
  identifiers?: Record<string, string>;
  metadata?: { schema: string; xml: string }[];
}

/** A sound package with SHA-256 fixities, the way the fact sheet describes it. */
export function packageOf(facts: PackageFacts): TestPackage {
  const ref = facts.ref ?? randomUUID();
  const tag = facts.tag ?? "open";
  const files = (facts.files ?? [{ role: "Preservation" as const, name: "hero.tif", content: `bytes of ${ref}` }]).map(
    (file) => ({
      ...file,
      content: Buffer.from(file.content),
      co: randomUUID(),
      folder: file.role === "Preservation" ? "p1" : "a1",
    }),
  );
  const roles = [...new Set(files.map((file) => file.role))];
  const xip = [
    `<xip:XIP xmlns:xip="http://preservica.com/XIP/v6.0">`,
    `<xip:InformationObject><xip:Ref>${ref}</xip:Ref><xip:Title>${facts.title ?? "Hero"}</xip:Title><xip:Description>d</xip:Description><xip:SecurityTag>${tag}</xip:SecurityTag><xip:CustomType/><xip:Parent>${facts.parent}</xip:Parent></xip:InformationObject>`,
    ...roles.map(
      (role) =>
        `<xip:Representation><xip:InformationObject>${ref}</xip:InformationObject><xip:Name>${role}</xip:Name><xip:Type>${role}</xip:Type><xip:ContentObjects>${files
          .filter((file) => file.role === role)
          .map((file) => `<xip:ContentObject>${file.co}</xip:ContentObject>`)
          .join("")}</xip:ContentObjects></xip:Representation>`,
    ),
    ...files.map(
      (file) =>
        `<xip:ContentObject><xip:Ref>${file.co}</xip:Ref><xip:Title>${file.name}</xip:Title><xip:SecurityTag>${tag}</xip:SecurityTag><xip:Parent>${ref}</xip:Parent></xip:ContentObject>` +
        `<xip:Generation original="true" active="true"><xip:ContentObject>${file.co}</xip:ContentObject><xip:Label>${file.name}</xip:Label><xip:EffectiveDate>2026-03-02T10:15:30.123456</xip:EffectiveDate><xip:Bitstreams><xip:Bitstream>${file.folder}/${file.name}</xip:Bitstream></xip:Bitstreams><xip:Formats/><xip:Properties/></xip:Generation>` +
        `<xip:Bitstream><xip:Filename>${file.name}</xip:Filename><xip:FileSize>${file.content.length}</xip:FileSize><xip:PhysicalLocation>${file.folder}</xip:PhysicalLocation><xip:Fixities><xip:Fixity><xip:FixityAlgorithmRef>SHA256</xip:FixityAlgorithmRef><xip:FixityValue>${createHash("sha256").update(file.content).digest("hex")}</xip:FixityValue></xip:Fixity></xip:Fixities></xip:Bitstream>`,
    ),
    ...Object.entries(facts.identifiers ?? {}).map(
      ([type, value]) =>
        `<xip:Identifier><xip:Type>${type}</xip:Type><xip:Value>${value}</xip:Value><xip:Entity>${ref}</xip:Entity></xip:Identifier>`,
    ),
    ...(facts.metadata ?? []).map(
      ({ schema, xml }) =>
        `<xip:Metadata schemaUri="${schema}"><xip:Ref>${randomUUID()}</xip:Ref><xip:Entity>${ref}</xip:Entity><xip:Content>${xml}</xip:Content></xip:Metadata>`,
    ),
    `</xip:XIP>`,
  ].join("\n");
  const entries = files.map((file): Entry => ({
    name: `${ref}/content/${file.folder}/${file.name}`,
    content: file.content,
  }));
  return { ref, xip, entries };
}

/** The zip of a package. */
export function zipOfPackage({ ref, xip, entries }: TestPackage): Buffer {
  return zipOf([{ name: `${ref}/metadata.xml`, content: xip }, ...entries]);
}
