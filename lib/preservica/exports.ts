import type { ByteRequest } from "../systems/port.js";
import type { ByteRequests } from "./byte-requests.js";
import { uuid, type Gateway } from "./gateway.js";
import { token } from "./governance.js";
import { entityNamespace } from "./namespaces.js";
import { ENTITY_PATHS } from "./types.js";

export interface ExportOptions {
  /** Files too; default true. */
  content?: boolean;
  metadata?: "none" | "metadata" | "with-events";
  generations?: "latest-active" | "all-active" | "all";
  /** The folders above as well; default false. */
  parents?: boolean;
}

const METADATA = { none: "NoMetadata", metadata: "Metadata", "with-events": "MetadataWithEvents" } as const;
const GENERATIONS = { "latest-active": "LatestActive", "all-active": "AllActive", all: "All" } as const;

/**
 * OPEX exports: whole assets, masters included. Never a way to give access (RECORDS rule 5); for evidence and moves.
 *
 * @see fact sheet 3.12
 */
export class Exports {
  readonly #gateway: Gateway;
  readonly #bytes: ByteRequests;

  constructor(gateway: Gateway, bytes: ByteRequests) {
    this.#gateway = gateway;
    this.#bytes = bytes;
  }

  /** @returns progress token, which is also the name of the export */
  async start(type: "IO" | "SO", ref: string, options: ExportOptions = {}): Promise<string> {
    const { content = true, metadata = "metadata", generations = "latest-active", parents = false } = options;
    const xml =
      `<ExportAction xmlns="${await entityNamespace(this.#gateway)}"><IncludeContent>${content ? "Content" : "NoContent"}</IncludeContent>` +
      `<IncludeMetadata>${METADATA[metadata]}</IncludeMetadata><IncludedGenerations>${GENERATIONS[generations]}</IncludedGenerations>` +
      `<IncludeParentHierarchy>${String(parents)}</IncludeParentHierarchy></ExportAction>`;
    const path = this.#gateway.entity(ENTITY_PATHS[type], uuid(ref), "exports");
    return token((await this.#gateway.send({ method: "POST", path, xml, expect: "any" })).text());
  }

  /** Request for the zip of a completed export. */
  async content(name: string): Promise<ByteRequest> {
    return await this.#bytes.make("GET", this.#gateway.entity("actions/exports", uuid(name), "content"));
  }
}
