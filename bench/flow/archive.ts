import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readPackage, type Archived } from "./package.js";

/**
 * A stand-in for Preservica that answers just what the ingest asks for and ingests at once: no queue, no delay. It hashes
 * what arrived by itself and states that digest, so the flow's verification compares two numbers made on two sides.
 */
const FOLDER = "5f142bb0-fd02-5a32-a5cb-ae7eb4d485e7";
const VERSION = "v9.1";
const NAMESPACES = `xmlns="http://preservica.com/EntityAPI/${VERSION}" xmlns:xip="http://preservica.com/XIP/${VERSION}"`;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

interface Answer {
  status?: number;
  xml?: string;
  json?: object;
  headers?: Record<string, string>;
}

export function archive(): (request: IncomingMessage, response: ServerResponse) => void {
  const assets = new Map<string, Archived>();
  const byIdentifier = new Map<string, Archived[]>();
  const byContent = new Map<string, Archived>();

  const take = (url: URL, body: Buffer): Answer => {
    const ref = UUID.exec(url.pathname)?.[0] ?? "";
    const archived = readPackage(ref, body, createHash("sha256"));
    assets.set(ref, archived);
    byContent.set(archived.contentObject, archived);
    for (const { type, value } of archived.identifiers) {
      const key = `${type}\n${value}`;
      byIdentifier.set(key, [...(byIdentifier.get(key) ?? []), archived]);
    }
    return { headers: { "preservica-progress-token": randomUUID(), etag: '"bench"' } };
  };

  const read = (url: URL): Answer => {
    const path = url.pathname;
    const ref = UUID.exec(path)?.[0] ?? "";
    const base = `${url.origin}/api/entity`;
    if (path.endsWith("/login"))
      return { json: { success: true, token: randomUUID(), "refresh-token": randomUUID(), validFor: 15 } };
    if (path.endsWith("/security/tags"))
      return {
        xml: `<TagsResponse xmlns="http://preservica.com/SecurityAPI/${VERSION}"><Tag name="open"/><Tag name="closed"/></TagsResponse>`,
      };
    if (path.endsWith("/by-identifier")) {
      const found = byIdentifier.get(`${url.searchParams.get("type")}\n${url.searchParams.get("value")}`) ?? [];
      const entries = found.map(
        ({ ref, title }) =>
          `<Entity title="${title}" ref="${ref}" type="IO">${base}/information-objects/${ref}</Entity>`,
      );
      return {
        xml: `<EntitiesResponse ${NAMESPACES}><Entities>${entries.join("")}</Entities><Paging><TotalResults>${entries.length}</TotalResults></Paging></EntitiesResponse>`,
      };
    }
    if (path.endsWith("/monitors"))
      return { json: { success: true, version: 1, value: { paging: { totalResults: 0 }, monitors: [] } } };
    if (path.includes("/progress/"))
      return {
        xml: `<ProgressResponse xmlns="http://status.preservica.com"><Status>COMPLETED</Status><Errors/></ProgressResponse>`,
      };
    if (path.endsWith("/root/children"))
      return {
        xml: `<ChildrenResponse ${NAMESPACES}><Children><Child title="Bench" ref="${FOLDER}" type="SO" icon="folder">${base}/structural-objects/${FOLDER}</Child></Children><Paging><TotalResults>1</TotalResults></Paging></ChildrenResponse>`,
      };
    if (path.endsWith("/version"))
      return { xml: `<VersionResponse ${NAMESPACES}><CurrentVersion>9.1.0</CurrentVersion></VersionResponse>` };
    const found = path.includes("/content-objects/") ? byContent.get(ref) : assets.get(ref);
    return found === undefined
      ? { status: 404, json: { success: false, message: `${ref} was not found` } }
      : { xml: partOf(found, path, base) };
  };

  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
      const answer = request.method === "PUT" ? take(url, Buffer.concat(chunks)) : read(url);
      const body = answer.xml ?? (answer.json === undefined ? "" : JSON.stringify(answer.json));
      response.writeHead(answer.status ?? 200, {
        "content-type": answer.xml === undefined ? "application/json;charset=UTF-8" : "application/xml;charset=UTF-8",
        "content-length": Buffer.byteLength(body),
        ...answer.headers,
      });
      response.end(body);
    });
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
