import { createHash, randomUUID } from "node:crypto";
import { XMLParser } from "fast-xml-parser";
import { ask, digest, form } from "./http.js";

interface Login {
  url: string;
  tenant: string;
  username: string;
  password: string;
}
type Tree = { [name: string]: unknown };

export interface Bitstream {
  name: string;
  size: number;
  sha256: string;
  /** Digests as the archive states them, by its own algorithm names. */
  stated: Record<string, string>;
}
/** One entity of the archive as it shows itself. */
export interface EntityView {
  ref: string;
  type: "SO" | "IO";
  title: string;
  description: string;
  securityTag: string;
  parent: string | undefined;
  /** Schema URI -> XML documents. */
  fragments: Record<string, string[]>;
}

const TOKEN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#",
  parseTagValue: false,
  parseAttributeValue: false,
});
const object = (value: unknown): Tree => (value !== null && typeof value === "object" ? (value as Tree) : {});
const list = (value: unknown): unknown[] =>
  value === undefined || value === "" ? [] : Array.isArray(value) ? value : [value];
const text = (value: unknown): string => String(object(value)["#"] ?? (typeof value === "object" ? "" : (value ?? "")));
const path = (tree: unknown, ...names: string[]): unknown =>
  names.reduce((at: unknown, name) => object(at)[name], tree);

/** Reads Preservica over its Entity API, with a token of its own. */
export class PreservicaReader {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  private constructor(base: string, token: string) {
    this.#base = base;
    this.#headers = { "preservica-access-token": token };
  }

  static async login({ url, tenant, username, password }: Login): Promise<PreservicaReader> {
    const answer = await ask(`${url}/api/accesstoken/login`, form({ username, password, tenant }));
    return new PreservicaReader(url, String(object(JSON.parse(answer.text))["token"]));
  }

  /** References of the entities that carry an identifier. */
  async byIdentifier(type: string, value: string): Promise<{ ref: string; type: string }[]> {
    const query = new URLSearchParams({ type, value });
    const answer = await this.#get(`/api/entity/entities/by-identifier?${query.toString()}`);
    return list(path(answer, "EntitiesResponse", "Entities", "Entity")).map((entity) => ({
      ref: String(object(entity)["@ref"]),
      type: String(object(entity)["@type"]),
    }));
  }

  async asset(ref: string): Promise<EntityView> {
    return this.#entity("IO", ref);
  }
  async folder(ref: string): Promise<EntityView> {
    return this.#entity("SO", ref);
  }

  /** Titles from the root down to the folder, joined by `/`. */
  async pathOf(folder: string | undefined): Promise<string> {
    const titles: string[] = [];
    for (let ref = folder; ref !== undefined;) {
      const { title, parent } = await this.folder(ref);
      titles.unshift(title);
      ref = parent;
    }
    return titles.join("/");
  }

  async identifiers(ref: string): Promise<Record<string, string[]>> {
    const answer = await this.#get(`/api/entity/information-objects/${ref}/identifiers`);
    const found: Record<string, string[]> = {};
    for (const item of list(path(answer, "IdentifiersResponse", "Identifiers", "Identifier"))) {
      (found[text(object(item)["Type"])] ??= []).push(text(object(item)["Value"]));
    }
    return found;
  }

  async links(ref: string): Promise<{ type: string; direction: string; ref: string }[]> {
    return (
      await this.#paged(
        `/api/entity/information-objects/${ref}/links?start=0&max=100`,
        "LinksResponse",
        "Links",
        "Link",
      )
    ).map((link) => ({
      type: String(link["@linkType"]),
      direction: String(link["@linkDirection"]),
      ref: String(link["@ref"]),
    }));
  }

  async eventTypes(ref: string): Promise<string[]> {
    const actions = await this.#paged(
      `/api/entity/information-objects/${ref}/event-actions?start=0&max=100`,
      "EventActionsResponse",
      "EventActions",
      "EventAction",
    );
    return actions.map((action) => String(object(action["Event"])["@type"]));
  }

  /** What was done to an asset, in the server's order; also of one that was destroyed. */
  async history(ref: string): Promise<{ date: string; type: string; user: string }[]> {
    const actions = await this.#paged(
      `/api/entity/information-objects/${ref}/event-actions?start=0&max=100`,
      "EventActionsResponse",
      "EventActions",
      "EventAction",
    );
    return actions.map((action) => ({
      date: text(action["Date"]),
      type: String(object(action["Event"])["@type"]),
      user: text(object(action["Event"])["User"]),
    }));
  }

  /** Is only a tombstone left of it? */
  async destroyed(ref: string): Promise<boolean> {
    const answer = await this.#get(`/api/entity/information-objects/${ref}`);
    return text(path(answer, "EntityResponse", "InformationObject", "Deleted")) === "true";
  }

  /** Retention policies of an asset by name, with the start and the expiry that the archive computed; empty when it has none. */
  async retention(ref: string): Promise<{ policy: string; start: string; expired: boolean }[]> {
    const answer = await this.#get(`/api/entity/information-objects/${ref}/retention-assignments`);
    const found = list(path(answer, "RetentionAssignmentsResponse", "RetentionAssignments", "RetentionAssignment"));
    return Promise.all(
      found.map(object).map(async (assignment) => {
        const policy = await this.#get(`/api/entity/retention-policies/${text(assignment["RetentionPolicy"])}`);
        const name = text(path(policy, "RetentionPolicyResponse", "RetentionPolicy", "Name"));
        return { policy: name, start: text(assignment["StartDate"]), expired: text(assignment["Expired"]) === "true" };
      }),
    );
  }

  /** Names of the legal holds on an asset. */
  async legalHolds(ref: string): Promise<string[]> {
    return (await this.#holds(ref)).map(({ name }) => name).sort();
  }
  /** Takes a legal hold off, as a person with the right would. */
  async liftHold(ref: string, name: string): Promise<void> {
    for (const hold of await this.#holds(ref)) {
      if (hold.name !== name) continue;
      await this.#send("DELETE", `/api/entity/information-objects/${ref}/legal-holds/${hold.ref}`);
    }
  }

  /** Everything below a folder (or the root). */
  async below(folder?: string): Promise<{ ref: string; type: string; title: string }[]> {
    const start = folder === undefined ? "root" : `structural-objects/${folder}`;
    const children = (
      await this.#paged(`/api/entity/${start}/children?start=0&max=100`, "ChildrenResponse", "Children", "Child")
    ).map((child) => ({ ref: String(child["@ref"]), type: String(child["@type"]), title: String(child["@title"]) }));
    const deeper = await Promise.all(children.filter(({ type }) => type === "SO").map(({ ref }) => this.below(ref)));
    return [...children, ...deeper.flat()];
  }

  /** Type and name of the representations, in the archive's order, with how many content objects each has. */
  async representations(ref: string): Promise<{ type: string; name: string; files: number }[]> {
    const all = await this.#get(`/api/entity/information-objects/${ref}/representations`);
    const found = list(path(all, "RepresentationsResponse", "Representations", "Representation"));
    return Promise.all(
      found.map(async (item) => {
        const one = await this.#get(text(item));
        const objects = path(one, "RepresentationResponse", "Representation", "ContentObjects", "ContentObject");
        return {
          type: String(object(item)["@type"]),
          name: String(object(item)["@name"] ?? ""),
          files: list(objects).length,
        };
      }),
    );
  }

  /** The files of a representation; their content is downloaded and hashed. */
  async files(ref: string, representation: "Preservation" | "Access"): Promise<Bitstream[]> {
    const files: Bitstream[] = [];
    for (const object_ of await this.contentObjects(ref, representation))
      files.push(...(await this.#generations(object_)));
    return files;
  }

  /** References of the content objects of a representation, in the order of the archive. */
  async contentObjects(ref: string, representation: "Preservation" | "Access"): Promise<string[]> {
    const all = await this.#get(`/api/entity/information-objects/${ref}/representations`);
    const found: string[] = [];
    for (const item of list(path(all, "RepresentationsResponse", "Representations", "Representation"))) {
      if (object(item)["@type"] !== representation) continue;
      const one = await this.#get(text(item));
      const contents = path(one, "RepresentationResponse", "Representation", "ContentObjects", "ContentObject");
      found.push(...list(contents).map((content) => text(content)));
    }
    return found;
  }

  /** Puts other bytes in the place of an asset's preservation file, as a preservation action would. */
  async replaceContent(ref: string, bytes: Buffer): Promise<void> {
    const object_ = await this.#contentObject(ref);
    await this.#send("POST", `/api/entity/content-objects/${object_}/generations?replaceType=previous`, bytes, {
      "content-type": "application/octet-stream",
      filename: "spoilt.bin",
      "fixity-sha-256": createHash("sha256").update(bytes).digest("hex"),
    });
  }

  async addAccess(ref: string, name: string, bytes: Buffer): Promise<void> {
    const query = new URLSearchParams({ type: "Access", name: "Web", filename: name });
    await this.#send("POST", `/api/entity/information-objects/${ref}/representations?${query.toString()}`, bytes, {
      "content-type": "application/octet-stream",
    });
  }

  async update(ref: string, changes: { title?: string }): Promise<void> {
    const entity = await this.asset(ref);
    const body = `<InformationObject xmlns="http://preservica.com/XIP/v7.7"><Ref>${ref}</Ref><Title>${escape(changes.title ?? entity.title)}</Title><Description>${escape(entity.description)}</Description><SecurityTag>${escape(entity.securityTag)}</SecurityTag><Parent>${entity.parent ?? ""}</Parent></InformationObject>`;
    await this.#send("PUT", `/api/entity/information-objects/${ref}`, body);
  }
  async setTag(ref: string, tag: string): Promise<void> {
    await this.#send(
      "PUT",
      `/api/entity/information-objects/${ref}/security-descriptor?includeDescendants=false`,
      tag,
      {
        "content-type": "text/plain",
      },
    );
  }
  async move(ref: string, folder: string): Promise<void> {
    await this.#send("PUT", `/api/entity/information-objects/${ref}/parent-ref`, folder, {
      "content-type": "text/plain",
    });
  }
  /** Makes a folder as an archivist would, with an identifier; resolves with its reference. */
  async makeFolder(title: string, parent: string, id: { type: string; value: string }): Promise<string> {
    const ref = randomUUID();
    const body = `<StructuralObject xmlns="http://preservica.com/XIP/v7.7"><Ref>${ref}</Ref><Title>${escape(title)}</Title><SecurityTag>open</SecurityTag><Parent>${parent}</Parent></StructuralObject>`;
    await this.#send("POST", "/api/entity/structural-objects", body);
    const identifier = `<Identifier xmlns="http://preservica.com/XIP/v7.7"><Type>${escape(id.type)}</Type><Value>${escape(id.value)}</Value><Entity>${ref}</Entity></Identifier>`;
    await this.#send("POST", `/api/entity/structural-objects/${ref}/identifiers`, identifier);
    return ref;
  }
  async addIdentifier(ref: string, type: string, value: string): Promise<void> {
    const body = `<Identifier xmlns="http://preservica.com/XIP/v7.7"><Type>${escape(type)}</Type><Value>${escape(value)}</Value><Entity>${ref}</Entity></Identifier>`;
    await this.#send("POST", `/api/entity/information-objects/${ref}/identifiers`, body);
  }
  async dropIdentifiers(ref: string, type: string): Promise<void> {
    const answer = await this.#get(`/api/entity/information-objects/${ref}/identifiers`);
    for (const item of list(path(answer, "IdentifiersResponse", "Identifiers", "Identifier")).map(object)) {
      if (text(item["Type"]) !== type) continue;
      await this.#send("DELETE", `/api/entity/information-objects/${ref}/identifiers/${text(item["ApiId"])}`);
    }
  }
  async dropLinks(ref: string, type: string): Promise<void> {
    const answer = await this.#get(`/api/entity/information-objects/${ref}/links?start=0&max=100`);
    for (const item of list(path(answer, "LinksResponse", "Links", "Link")).map(object)) {
      if (item["@linkType"] !== type || item["@linkDirection"] !== "From") continue;
      await this.#send("DELETE", `/api/entity/information-objects/${ref}/links/${String(item["@apiId"])}`);
    }
  }
  /** Rewrites the fragments of a schema by `change`. */
  async rewrite(
    ref: string,
    schema: string,
    change: (xml: string) => string,
    type: EntityView["type"] = "IO",
  ): Promise<void> {
    const answer = await this.#get(
      `/api/entity/${type === "IO" ? "information-objects" : "structural-objects"}/${ref}`,
    );
    for (const item of list(path(answer, "EntityResponse", "AdditionalInformation", "Metadata", "Fragment"))) {
      if (object(item)["@schema"] !== schema) continue;
      const { text: document } = await ask(this.#url(text(item)), { headers: this.#headers });
      const container = /<([\w]+:)?MetadataContainer[\s\S]*<\/([\w]+:)?MetadataContainer>/.exec(document)?.[0] ?? "";
      const body = container.includes("xmlns:xip")
        ? container
        : container.replace("MetadataContainer", `MetadataContainer xmlns:xip="http://preservica.com/XIP/v7.7"`);
      await this.#send("PUT", text(item), change(body));
    }
  }

  async #holds(ref: string): Promise<{ ref: string; name: string }[]> {
    const known = holdsIn(await this.#get("/api/entity/legal-holds?start=0&max=100&expand=true"));
    const on = new Set(textsOf(await this.#get(`/api/entity/information-objects/${ref}/legal-holds`), "LegalHold"));
    return known.filter((hold) => on.has(hold.ref));
  }

  async #contentObject(ref: string): Promise<string> {
    const one = await this.#get(`/api/entity/information-objects/${ref}/representations/Preservation/1`);
    return text(list(path(one, "RepresentationResponse", "Representation", "ContentObjects", "ContentObject"))[0]);
  }

  async #generations(contentObject: string): Promise<Bitstream[]> {
    const answer = await this.#get(`/api/entity/content-objects/${contentObject}/generations`);
    const active = list(path(answer, "GenerationsResponse", "Generations", "Generation")).find(
      (item) => object(item)["@active"] === "true",
    );
    if (active === undefined) return [];
    const generation = await this.#get(text(active));
    const files: Bitstream[] = [];
    for (const item of list(path(generation, "GenerationResponse", "Bitstreams", "Bitstream"))) {
      const bitstream = object(path(await this.#get(text(item)), "BitstreamResponse", "Bitstream"));
      const stated: Record<string, string> = {};
      for (const fixity of list(path(bitstream, "Fixities", "Fixity")).map(object)) {
        stated[text(fixity["FixityAlgorithmRef"])] = text(fixity["FixityValue"]).toLowerCase();
      }
      const content = await digest(this.#url(`${text(item)}/content`), this.#headers);
      files.push({ name: text(bitstream["Filename"]), size: content.size, sha256: content.sha256, stated });
    }
    return files;
  }

  async #entity(type: "SO" | "IO", ref: string): Promise<EntityView> {
    const kind = type === "IO" ? "information-objects" : "structural-objects";
    const answer = await this.#get(`/api/entity/${kind}/${ref}`);
    const entity = object(path(answer, "EntityResponse", type === "IO" ? "InformationObject" : "StructuralObject"));
    const fragments: Record<string, string[]> = {};
    for (const item of list(path(answer, "EntityResponse", "AdditionalInformation", "Metadata", "Fragment"))) {
      const { text: document } = await ask(this.#url(text(item)), { headers: this.#headers });
      const content = /<(?:\w+:)?Content>([\s\S]*)<\/(?:\w+:)?Content>/.exec(document)?.[1] ?? "";
      (fragments[String(object(item)["@schema"])] ??= []).push(content.trim());
    }
    const parent = text(entity["Parent"]);
    return {
      ref,
      type,
      title: text(entity["Title"]),
      description: text(entity["Description"]),
      securityTag: text(entity["SecurityTag"]),
      parent: parent === "" ? undefined : parent,
      fragments,
    };
  }

  #url(address: string): string {
    return address.startsWith("http") ? address : `${this.#base}${address}`;
  }
  async #get(address: string): Promise<Tree> {
    return object(parser.parse((await ask(this.#url(address), { headers: this.#headers })).text));
  }
  async #send(
    method: string,
    address: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const payload = typeof body === "string" || body === undefined ? body : new Uint8Array(body);
    const answer = await ask(this.#url(address), {
      method,
      headers: { ...this.#headers, "content-type": "application/xml;charset=UTF-8", ...headers },
      ...(payload === undefined ? {} : { body: payload }),
    });
    if (TOKEN.test(answer.text.trim())) await this.#progress(answer.text.trim());
  }

  /** What Preservica does later is waited for: it answered with a progress token. */
  async #progress(token: string): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      const answer = await this.#get(`/api/entity/progress/${token}`);
      if (text(path(answer, "ProgressResponse", "Status")) !== "ACTIVE") return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${token} was still active after 30 s`);
  }
  async #paged(address: string, ...names: string[]): Promise<Tree[]> {
    const found: Tree[] = [];
    for (let next: string | undefined = address; next !== undefined;) {
      const answer: Tree = await this.#get(next);
      found.push(...list(path(answer, ...names)).map(object));
      const following: string = text(path(answer, names[0] ?? "", "Paging", "Next"));
      next = following === "" ? undefined : following;
    }
    return found;
  }
}

function escape(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Texts of all elements of a local name, wherever they stand. */
function textsOf(tree: unknown, element: string): string[] {
  return Object.entries(object(tree)).flatMap(([name, child]) =>
    list(child).flatMap((item) => [...(name === element ? [text(item)] : []), ...textsOf(item, element)]),
  );
}
/** Reference and name of each legal hold in a listing. */
function holdsIn(tree: unknown): { ref: string; name: string }[] {
  return Object.values(object(tree)).flatMap((child) =>
    list(child).flatMap((item) => {
      const { Ref: ref, Name: name } = object(item);
      return ref === undefined || name === undefined ? holdsIn(item) : [{ ref: text(ref), name: text(name) }];
    }),
  );
}

/** Text of the first element of that local name in a small document; empty when there is none. */
export function valueIn(xml: string, element: string): string {
  return valuesIn(xml, element)[0] ?? "";
}
export function valuesIn(xml: string, element: string): string[] {
  const found: string[] = [];
  const walk = (tree: unknown): void => {
    for (const [name, child] of Object.entries(object(tree))) {
      for (const item of list(child)) {
        if (name === element) found.push(text(item));
        walk(item);
      }
    }
  };
  walk(parser.parse(xml));
  return found;
}
