import { randomUUID } from "node:crypto";
import type { LeanAnswer, LeanRequest } from "./lean-server.js";
import { readPackage, type Archived } from "./package.js";

/**
 * A stand-in for Preservica that answers just what the ingest asks for and ingests at once: no queue, no delay. It hashes
 * what arrived by itself and states that digest, so the flow's verification compares two numbers made on two sides.
 */
const FOLDER = "5f142bb0-fd02-5a32-a5cb-ae7eb4d485e7";
const VERSION = "v9.1";
const NAMESPACES = `xmlns="http://preservica.com/EntityAPI/${VERSION}" xmlns:xip="http://preservica.com/XIP/${VERSION}"`;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const JSON_TYPE = "application/json;charset=UTF-8";
const xml = (body: string): LeanAnswer => ({ type: "application/xml;charset=UTF-8", body });
const json = (body: object, status = 200): LeanAnswer => ({ status, type: JSON_TYPE, body: JSON.stringify(body) });

export function archive(): (request: LeanRequest) => LeanAnswer {
  const assets = new Map<string, Archived>();
  const byIdentifier = new Map<string, Archived[]>();
  const byContent = new Map<string, Archived>();

  const take = (path: string, body: Buffer): LeanAnswer => {
    const ref = UUID.exec(path)?.[0] ?? "";
    const archived = readPackage(ref, body);
    assets.set(ref, archived);
    byContent.set(archived.contentObject, archived);
    for (const { type, value } of archived.identifiers) {
      const key = `${type}\n${value}`;
      byIdentifier.set(key, [...(byIdentifier.get(key) ?? []), archived]);
    }
    return { type: JSON_TYPE, headers: `preservica-progress-token: ${randomUUID()}\r\netag: "bench"\r\n`, body: "" };
  };

  const read = (path: string, query: string, origin: string): LeanAnswer => {
    const ref = UUID.exec(path)?.[0] ?? "";
    const base = `${origin}/api/entity`;
    if (path.endsWith("/login"))
      return json({ success: true, token: randomUUID(), "refresh-token": randomUUID(), validFor: 15 });
    if (path.endsWith("/security/tags"))
      return xml(
        `<TagsResponse xmlns="http://preservica.com/SecurityAPI/${VERSION}"><Tag name="open"/><Tag name="closed"/></TagsResponse>`,
      );
    if (path.endsWith("/by-identifier")) {
      const asked = new URLSearchParams(query);
      const found = byIdentifier.get(`${asked.get("type")}\n${asked.get("value")}`) ?? [];
      const entries = found.map(
        ({ ref, title }) =>
          `<Entity title="${title}" ref="${ref}" type="IO">${base}/information-objects/${ref}</Entity>`,
      );
      return xml(
        `<EntitiesResponse ${NAMESPACES}><Entities>${entries.join("")}</Entities><Paging><TotalResults>${entries.length}</TotalResults></Paging></EntitiesResponse>`,
      );
    }
    if (path.endsWith("/monitors"))
      return json({ success: true, version: 1, value: { paging: { totalResults: 0 }, monitors: [] } });
    if (path.includes("/progress/"))
      return xml(
        `<ProgressResponse xmlns="http://status.preservica.com"><Status>COMPLETED</Status><Errors/></ProgressResponse>`,
      );
    if (path.endsWith("/root/children"))
      return xml(
        `<ChildrenResponse ${NAMESPACES}><Children><Child title="Bench" ref="${FOLDER}" type="SO" icon="folder">${base}/structural-objects/${FOLDER}</Child></Children><Paging><TotalResults>1</TotalResults></Paging></ChildrenResponse>`,
      );
    if (path.endsWith("/version"))
      return xml(`<VersionResponse ${NAMESPACES}><CurrentVersion>9.1.0</CurrentVersion></VersionResponse>`);
    const found = path.includes("/content-objects/") ? byContent.get(ref) : assets.get(ref);
    return found === undefined
      ? json({ success: false, message: `${ref} was not found` }, 404)
      : xml(partOf(found, path, base));
  };

  return ({ method, target, origin, body }) => {
    const [path = "", query = ""] = target.split("?", 2);
    return method === "PUT" ? take(path, body) : read(path, query, origin);
  };
}

/** The answer about one asset or its content, by the end of the path. */
function partOf(asset: Archived, path: string, base: string): string {
  const self = `${base}/information-objects/${asset.ref}`;
  const object = `${base}/content-objects/${asset.contentObject}`;
  const end = path.slice(path.indexOf(path.includes("/content-objects/") ? asset.contentObject : asset.ref) + 36);
  switch (end) {
    case "":
      return `<EntityResponse ${NAMESPACES}><xip:InformationObject><xip:Ref>${asset.ref}</xip:Ref><xip:Title>${asset.title}</xip:Title><xip:SecurityTag>${asset.tag}</xip:SecurityTag><xip:CustomType/><xip:Parent>${asset.parent}</xip:Parent></xip:InformationObject><AdditionalInformation><Self>${self}</Self><Metadata>${asset.schemas.map((schema) => `<Fragment schema="${schema}">${self}/metadata/${FOLDER}</Fragment>`).join("")}</Metadata></AdditionalInformation></EntityResponse>`;
    case "/identifiers":
      return `<IdentifiersResponse ${NAMESPACES}><Identifiers>${asset.identifiers.map(({ type, value }, index) => `<xip:Identifier><xip:ApiId>${index}</xip:ApiId><xip:Type>${type}</xip:Type><xip:Value>${value}</xip:Value><xip:Entity>${asset.ref}</xip:Entity></xip:Identifier>`).join("")}</Identifiers><Paging><TotalResults>${asset.identifiers.length}</TotalResults></Paging></IdentifiersResponse>`;
    case "/representations":
      return `<RepresentationsResponse ${NAMESPACES}><Representations><Representation type="Preservation" name="Preservation">${self}/representations/Preservation/1</Representation></Representations></RepresentationsResponse>`;
    case "/representations/Preservation/1":
      return `<RepresentationResponse ${NAMESPACES}><xip:Representation><xip:InformationObject>${asset.ref}</xip:InformationObject><xip:Name>Preservation</xip:Name><xip:Type>Preservation</xip:Type><xip:ContentObjects><xip:ContentObject>${asset.contentObject}</xip:ContentObject></xip:ContentObjects></xip:Representation></RepresentationResponse>`;
    case "/generations":
      return `<GenerationsResponse ${NAMESPACES}><Generations><Generation active="true">${object}/generations/1</Generation></Generations></GenerationsResponse>`;
    case "/generations/1":
      return `<GenerationResponse ${NAMESPACES}><xip:Generation original="true" active="true"><xip:ContentObject>${asset.contentObject}</xip:ContentObject><xip:Label>${asset.title}</xip:Label></xip:Generation><Bitstreams><Bitstream filename="${asset.filename}">${object}/generations/1/bitstreams/1</Bitstream></Bitstreams></GenerationResponse>`;
    case "/generations/1/bitstreams/1":
      return `<BitstreamResponse ${NAMESPACES}><xip:Bitstream><xip:Filename>${asset.filename}</xip:Filename><xip:FileSize>${asset.size}</xip:FileSize><xip:Fixities><xip:Fixity><xip:FixityAlgorithmRef>SHA256</xip:FixityAlgorithmRef><xip:FixityValue>${asset.sha256}</xip:FixityValue></xip:Fixity></xip:Fixities></xip:Bitstream></BitstreamResponse>`;
    case "/event-actions":
      return `<EventActionsResponse ${NAMESPACES}><EventActions><xip:EventAction commandType="command_create"><xip:Event type="Ingest"><xip:Ref>${FOLDER}</xip:Ref><xip:Date>${asset.at}</xip:Date><xip:User>bench</xip:User></xip:Event><xip:Date>${asset.at}</xip:Date><xip:Entity>${asset.ref}</xip:Entity></xip:EventAction></EventActions><Paging><TotalResults>1</TotalResults></Paging></EventActionsResponse>`;
    case "/links":
      return `<LinksResponse ${NAMESPACES}><Links/><Paging><TotalResults>0</TotalResults></Paging></LinksResponse>`;
    default:
      throw new Error(`The stand-in archive was asked for ${path}.`);
  }
}
