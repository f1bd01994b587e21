import type { Asset, ContentObject, Generation, Representation } from "../model.js";
import { el, text, type Markup } from "../xml/write.js";
import { entityMarkup, eventActionMarkup, fragmentMarkup, identifierMarkup } from "./entity-markup.js";

/** Where an export or a PAX puts an asset's files; paths are relative to the asset's root. */
export interface PaxFile {
  representation: Representation;
  contentObject: ContentObject;
  generation: Generation;
  /** Folder of the generation, e.g. `Representation_Preservation/hero/Generation_1`. */
  folder: string;
}

/** Files of an asset in the order of a PAX. @param keep which generations to take */
export function paxFiles(asset: Asset, keep: (generation: Generation, content: ContentObject) => boolean): PaxFile[] {
  const seen = new Map<string, number>();
  return asset.representations.flatMap((representation) => {
    const number = (seen.get(representation.type) ?? 0) + 1;
    seen.set(representation.type, number);
    const top = `Representation_${representation.type}${number > 1 ? `_${number}` : ""}`;
    const contents = representation.contentObjects
      .map((ref) => asset.contentObjects.find((content) => content.ref === ref))
      .filter((content) => content !== undefined);
    return contents.flatMap((contentObject) =>
      contentObject.generations.flatMap((generation, index) =>
        keep(generation, contentObject)
          ? [
              {
                representation,
                contentObject,
                generation,
                folder: `${top}/${safeSegment(contentObject.title || contentObject.ref)}/Generation_${index + 1}`,
              },
            ]
          : [],
      ),
    );
  });
}

/** One path segment of any title. */
export function safeSegment(title: string): string {
  const safe = title
    .replace(/[\p{Cc}/\\:*?"<>|]/gu, "_")
    .replace(/^\.+|[. ]+$/gu, "_")
    .slice(0, 120);
  return safe === "" ? "_" : safe;
}

/**
 * The whole of an asset as an XIP document.
 *
 * @param namespace XIP namespace of the API's version
 * @param withEvents adds the history
 */
export function assetDocument(namespace: string, asset: Asset, withEvents = false): Markup {
  const entities = [asset, ...asset.contentObjects];
  return el(
    "xip:XIP",
    { "xmlns:xip": namespace },
    entityMarkup(asset),
    ...asset.representations.map((representation) => representationMarkup(asset, representation)),
    ...asset.contentObjects.map(entityMarkup),
    ...asset.contentObjects.flatMap((content) =>
      content.generations.map((generation) => generationMarkup(content, generation, true)),
    ),
    ...asset.contentObjects.flatMap((content) =>
      content.generations.flatMap((generation) => generation.bitstreams.map((bitstream) => bitstreamMarkup(bitstream))),
    ),
    ...entities.flatMap((entity) => entity.identifiers.map((identifier) => identifierMarkup(entity, identifier))),
    ...asset.links.map((link) =>
      el("xip:Link", {}, text("xip:Type", link.type), text("xip:FromEntity", asset.ref), text("xip:ToEntity", link.to)),
    ),
    ...entities.flatMap((entity) =>
      entity.metadata.map((fragment) =>
        fragmentMarkup(entity, fragment)
          .replace(/^<xip:MetadataContainer/u, "<xip:Metadata")
          .replace(/MetadataContainer>$/u, "Metadata>"),
      ),
    ),
    ...(withEvents
      ? entities.flatMap((entity) => entity.actions.map((action) => eventActionMarkup(entity, action)))
      : []),
  );
}

export function representationMarkup(asset: Asset, representation: Representation): Markup {
  return el(
    "xip:Representation",
    {},
    text("xip:InformationObject", asset.ref),
    text("xip:Name", representation.name ?? representation.type),
    text("xip:Type", representation.type),
    el("xip:ContentObjects", {}, ...representation.contentObjects.map((ref) => text("xip:ContentObject", ref))),
    el("xip:RepresentationFormats"),
    el("xip:RepresentationProperties"),
  );
}

/** @param withBitstreams names the files inside, as a package does; the API's own answer lists them beside */
export function generationMarkup(content: ContentObject, generation: Generation, withBitstreams: boolean): Markup {
  const { format } = generation;
  return el(
    "xip:Generation",
    { original: String(generation.original), active: String(generation.active) },
    text("xip:ContentObject", content.ref),
    text("xip:Label", generation.label),
    text("xip:FormatGroup", generation.formatGroup),
    text("xip:EffectiveDate", generation.effectiveDate),
    withBitstreams
      ? el("xip:Bitstreams", {}, ...generation.bitstreams.map((bitstream) => text("xip:Bitstream", bitstream.filename)))
      : "",
    el(
      "xip:Formats",
      {},
      el(
        "xip:Format",
        { valid: "true" },
        text("xip:PUID", format.puid),
        text("xip:Priority", 1),
        text("xip:IdentificationMethod", format.method),
        text("xip:FormatName", format.name),
        text("xip:FormatVersion", format.version),
      ),
    ),
    el(
      "xip:Properties",
      {},
      ...generation.properties.map((property) =>
        el(
          "xip:Property",
          {},
          text("xip:PUID", property.puid),
          text("xip:PropertyName", property.name),
          text("xip:Value", property.value),
        ),
      ),
    ),
  );
}

/** FixityAlgorithmRef stands before FixityValue: clients read by position. */
export function bitstreamMarkup(bitstream: Generation["bitstreams"][number]): Markup {
  const fixities = bitstream.fixities.map((fixity) =>
    el("xip:Fixity", {}, text("xip:FixityAlgorithmRef", fixity.algorithm), text("xip:FixityValue", fixity.value)),
  );
  return el(
    "xip:Bitstream",
    {},
    text("xip:Filename", bitstream.filename),
    text("xip:FileSize", bitstream.size),
    el("xip:Fixities", {}, ...fixities),
  );
}
