import { attribute, child, children, descendants, textOf, type XmlNode } from "../http/index.js";
import type { ContentRef, ContentRole } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import type { ByteRequest } from "../systems/port.js";
import type { ByteRequests } from "./byte-requests.js";
import { uuid, type Gateway } from "./gateway.js";
import { filled, isTrue, lastSegment, readBitstream } from "./read.js";
import type { Bitstream, RepresentationPointer } from "./types.js";

/** Asset -> representations -> content objects -> generations -> bitstreams (fact sheet 3.10). */
export class Representations {
  readonly #gateway: Gateway;
  readonly #bytes: ByteRequests;

  constructor(gateway: Gateway, bytes: ByteRequests) {
    this.#gateway = gateway;
    this.#bytes = bytes;
  }

  /**
   * Where the bytes of a new access representation go, as the whole body of one request; the answer is a progress token.
   * @param filename a safe name, without path
   */
  async accessTarget(asset: string, name: string, filename: string): Promise<ByteRequest> {
    const path = this.#gateway.entity("information-objects", uuid(asset), "representations");
    return await this.#bytes.make("POST", path, { query: { type: "Access", name, filename } });
  }

  async list(asset: string): Promise<RepresentationPointer[]> {
    const root = await this.#get(`information-objects/${uuid(asset)}/representations`);
    return descendants(root, "Representation").map((node, place, all) => {
      const type = attribute(node, "type") ?? "";
      const numbered = Number(lastSegment(textOf(node) ?? ""));
      const nth = all.slice(0, place + 1).filter((other) => attribute(other, "type") === type).length;
      return {
        type,
        index: Number.isSafeInteger(numbered) && numbered > 0 ? numbered : nth,
        ...filled("name", attribute(node, "name")),
      };
    });
  }

  /** References of the content objects, in their order. */
  async contentObjects(asset: string, representation: RepresentationPointer): Promise<string[]> {
    const { type, index } = representation;
    const root = await this.#get(
      `information-objects/${uuid(asset)}/representations/${encodeURIComponent(type)}/${index}`,
    );
    return children(child(root, "Representation", "ContentObjects"), "ContentObject").map((node) => textOf(node) ?? "");
  }

  /** Generation numbers of a content object, newest last, with whether each is in use. */
  async generations(contentObject: string): Promise<{ index: number; active: boolean }[]> {
    const root = await this.#get(`content-objects/${uuid(contentObject)}/generations`);
    return children(child(root, "Generations"), "Generation").map((node, place) => {
      const index = Number(lastSegment(textOf(node) ?? ""));
      return {
        index: Number.isSafeInteger(index) && index > 0 ? index : place + 1,
        active: isTrue(attribute(node, "active")),
      };
    });
  }

  /**
   * The bitstreams of an asset.
   *
   * @param type representations of this type only, e.g. `Access`
   * @param which `active` (default): generations in use; `all`: every generation
   */
  async bitstreamsOf(asset: string, type?: string, which: "active" | "all" = "active"): Promise<Bitstream[]> {
    const found: Bitstream[] = [];
    for (const representation of await this.list(asset)) {
      if (type !== undefined && representation.type !== type) continue;
      for (const object of await this.contentObjects(asset, representation)) {
        for (const generation of await this.generations(object)) {
          if (which === "all" || generation.active)
            found.push(...(await this.#ofGeneration(object, generation.index, representation)));
        }
      }
    }
    return found;
  }

  /** Size and digests of one bitstream, as stated now. @param path see `Bitstream.path` */
  async bitstream(path: string): Promise<ReturnType<typeof readBitstream>> {
    return readBitstream(await this.#get(bitstreamPath(path)));
  }

  async #ofGeneration(object: string, generation: number, representation: RepresentationPointer): Promise<Bitstream[]> {
    const base = `content-objects/${uuid(object)}/generations/${generation}`;
    const root = await this.#get(base);
    const element = child(root, "Generation");
    const listed = children(child(root, "Bitstreams"), "Bitstream");
    return await Promise.all(
      listed.map(async (node, place) => {
        const index = Number(lastSegment(textOf(node) ?? ""));
        const path = `${base}/bitstreams/${Number.isSafeInteger(index) && index > 0 ? index : place + 1}`;
        return {
          ...(await this.bitstream(path)),
          path,
          contentObject: object,
          generation,
          active: isTrue(attribute(element, "active")),
          original: isTrue(attribute(element, "original")),
          representation,
        };
      }),
    );
  }

  #get(path: string): Promise<XmlNode> {
    return this.#gateway.xml({ method: "GET", path: this.#gateway.entity(path) });
  }
}

const BITSTREAM = /^content-objects\/[0-9a-f-]{36}\/generations\/[1-9]\d*\/bitstreams\/[1-9]\d*$/i;

/** A bitstream path that may go into an address. @throws LifecycleError INVALID_INPUT */
export function bitstreamPath(path: string): string {
  if (!BITSTREAM.test(path)) {
    throw new LifecycleError("INVALID_INPUT", `"${path.slice(0, 120)}" is no path of a Preservica bitstream.`, {
      system: "preservica",
    });
  }
  return path;
}

/** Representation types that have a role of their own; others are attachments. */
const ROLES: Record<string, ContentRole> = { Preservation: "preservation", Access: "access" };

/** The bitstream as a reference that travels on a message. */
export function contentRefOf(bitstream: Bitstream, connection: string): ContentRef {
  return {
    system: "preservica",
    connection,
    id: bitstream.path,
    role: ROLES[bitstream.representation.type] ?? "attachment",
    name: bitstream.filename,
    mediaType: "application/octet-stream",
    size: bitstream.size,
    fixity: bitstream.fixity,
  };
}
