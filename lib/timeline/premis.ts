import { element, xmlDocument } from "../xml/element.js";
import { agentElements } from "./premis-agents.js";
import { eventElement } from "./premis-events.js";
import { objectElements } from "./premis-objects.js";
import type { TimelineSubject } from "./premis-subject.js";

/**
 * The asset's life as PREMIS 3: the asset as intellectual entity with its ids in every system, its versions as
 * representations, files with their digests, every event with its type of the LoC list, and the agents.
 *
 * An event of which the payload was erased stays, without what it said; a word that the list does not know stays a
 * word of its own, without an authority.
 *
 * @returns an XML document, valid against premis-v3-0.xsd (Library of Congress, 18 January 2016)
 */
export function premisOf(subject: TimelineSubject): string {
  return xmlDocument(
    element(
      "premis",
      {
        xmlns: "http://www.loc.gov/premis/v3",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": "http://www.loc.gov/premis/v3 https://www.loc.gov/standards/premis/premis.xsd",
        version: "3.0",
      },
      ...objectElements(subject),
      ...subject.events.map((event) => eventElement(event)),
      ...agentElements(subject.events),
    ),
  );
}
