import { descendants, parseXml, textOf } from "../http/index.js";
import type { ContentRef } from "../messages/asset.js";
import type { PreservicaClient } from "./client.js";
import { contentRefOf } from "./representations.js";
import type { Entity } from "./types.js";

/** Schema of the fragment in which the embargo of an asset stands. */
const LIFECYCLE = "urn:clc:schema:lifecycle:1";

/**
 * Files of the first access representation, in their order; empty when there is none. The representation is walked to
 * its bitstreams: `content/download` would fall back to the preservation representation (fact sheet 4).
 */
export async function accessContent(client: PreservicaClient, ref: string): Promise<ContentRef[]> {
  const files = await client.bitstreamsOf(ref, "Access");
  const first = Math.min(...files.map(({ representation }) => representation.index));
  return files
    .filter(({ representation }) => representation.type === "Access" && representation.index === first)
    .map((file) => contentRefOf(file, client.connection));
}

/** The latest end of an embargo that the asset's lifecycle fragments state. */
export async function embargoOf(client: PreservicaClient, entity: Entity): Promise<string | undefined> {
  const ends: string[] = [];
  for (const pointer of entity.fragments.filter(({ schema }) => schema === LIFECYCLE)) {
    const { xml } = await client.entities.fragment("IO", entity.ref, pointer.ref);
    const root = await parseXml(xml, { system: "preservica", what: "lifecycle fragment" });
    ends.push(...descendants(root, "embargoUntil").map((node) => (textOf(node) ?? "").trim()));
  }
  return ends
    .filter((end) => end !== "")
    .sort()
    .at(-1);
}
