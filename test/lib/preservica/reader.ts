/** Reads the archive over the vendor's HTTP with nothing of the package under test: fetch and text. */
export class Reader {
  readonly #base: string;
  #token: string | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  async login(username = "manager.one", password = "archive-Manager-0001"): Promise<string> {
    const answer = await fetch(`${this.#base}/api/accesstoken/login`, {
      method: "POST",
      body: new URLSearchParams({ username, password, tenant: "ALDER" }),
    });
    const body: unknown = await answer.json();
    if (typeof body !== "object" || body === null || !("token" in body)) throw new Error("no token");
    return String(body.token);
  }

  async get(path: string): Promise<string> {
    const answer = await this.raw("GET", path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return await answer.text();
  }
  async raw(method: string, path: string, body?: string, token?: string): Promise<Response> {
    this.#token ??= await this.login();
    return await fetch(path.startsWith("http") ? path : `${this.#base}${path}`, {
      method,
      headers: {
        "Preservica-Access-Token": token ?? this.#token,
        ...(body === undefined ? {} : { "Content-Type": "application/xml" }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  /** References of assets with an identifier. */
  async byIdentifier(type: string, value: string): Promise<string[]> {
    const xml = await this.get(
      `/api/entity/entities/by-identifier?type=${encodeURIComponent(type)}&value=${encodeURIComponent(value)}`,
    );
    return [
      ...xml.matchAll(
        /<(?:\w+:)?Entity [^>]*ref="([^"]+)"[^>]*type="IO"|<(?:\w+:)?Entity [^>]*type="IO"[^>]*ref="([^"]+)"/g,
      ),
    ].map((found) => found[1] ?? found[2] ?? "");
  }

  async asset(ref: string): Promise<{ xml: string; title: string; tag: string; parent: string }> {
    const xml = await this.get(`/api/entity/information-objects/${ref}`);
    return { xml, title: inner(xml, "Title"), tag: inner(xml, "SecurityTag"), parent: inner(xml, "Parent") };
  }

  /** Titles of the folders above, outermost first. */
  async path(folder: string): Promise<string[]> {
    const xml = await this.get(`/api/entity/structural-objects/${folder}`);
    const parent = inner(xml, "Parent");
    return [...(parent === "" ? [] : await this.path(parent)), inner(xml, "Title")];
  }

  /** `type name` of the representations, in the archive's order. */
  async representations(ref: string): Promise<string[]> {
    const xml = await this.get(`/api/entity/information-objects/${ref}/representations`);
    return [...xml.matchAll(/<Representation [^>]*>/g)].map(
      ([tag]) => `${/type="([^"]*)"/.exec(tag)?.[1] ?? ""} ${/name="([^"]*)"/.exec(tag)?.[1] ?? ""}`,
    );
  }

  /** Every bitstream with its bytes, of the n-th representation of a type. */
  async content(
    ref: string,
    type: "Preservation" | "Access",
    nth = 1,
  ): Promise<{ filename: string; sha256: string; bytes: Buffer }[]> {
    const representation = await this.raw(
      "GET",
      `/api/entity/information-objects/${ref}/representations/${type}/${nth}`,
    );
    if (representation.status === 404) return [];
    const found: { filename: string; sha256: string; bytes: Buffer }[] = [];
    const xml = /<xip:Representation>[\s\S]*?<\/xip:Representation>/.exec(await representation.text())?.[0] ?? "";
    for (const [, object] of xml.matchAll(/<xip:ContentObject>([^<]+)</g)) {
      const base = `/api/entity/content-objects/${object ?? ""}/generations/1/bitstreams/1`;
      const stream = await this.get(base);
      const bytes = Buffer.from(await (await this.raw("GET", `${base}/content`)).arrayBuffer());
      const sha = /SHA256<\/xip:FixityAlgorithmRef>\s*<xip:FixityValue>([0-9a-f]+)/.exec(stream)?.[1] ?? "";
      found.push({ filename: inner(stream, "Filename"), sha256: sha, bytes });
    }
    return found;
  }

  async fragment(ref: string, schema: string): Promise<string> {
    const { xml } = await this.asset(ref);
    const url = new RegExp(`schema="${schema}"[^>]*>([^<]+)<`).exec(xml)?.[1];
    return url === undefined ? "" : await this.get(url);
  }

  /** `relation -> ref` of the links that start at the asset. */
  async linksFrom(ref: string): Promise<string[]> {
    const xml = await this.get(`/api/entity/information-objects/${ref}/links?start=0&max=100`);
    return [...xml.matchAll(/<Link [^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => tag.includes('linkDirection="From"'))
      .map((tag) => `${/linkType="[^"]*\/([^"/]+)"/.exec(tag)?.[1] ?? ""} ${/ ref="([^"]+)"/.exec(tag)?.[1] ?? ""}`);
  }

  async childTitles(folder?: string): Promise<string[]> {
    const xml = await this.get(
      folder === undefined
        ? "/api/entity/root/children?start=0&max=1000"
        : `/api/entity/structural-objects/${folder}/children?start=0&max=1000`,
    );
    return [...xml.matchAll(/<Child [^>]*title="([^"]*)"/g)].map((found) => found[1] ?? "");
  }

  /** A records manager makes a policy. @returns its reference */
  async makePolicy(name: string, startDateField: string | undefined): Promise<string> {
    const clock =
      startDateField === undefined
        ? ""
        : `<StartDateField>${startDateField}</StartDateField><Period>5</Period><PeriodUnit>YEAR</PeriodUnit>`;
    const body = `<RetentionPolicy xmlns="http://preservica.com/RetentionManagement/v6.2"><Name>${name}</Name><Description>test</Description><SecurityTag>open</SecurityTag>${clock}<Restriction>DELETE</Restriction><Assignable>true</Assignable></RetentionPolicy>`;
    const answer = await this.raw("POST", "/api/entity/retention-policies", body);
    const xml = await answer.text();
    if (!answer.ok) throw new Error(`policy: ${answer.status} ${xml}`);
    return inner(xml, "Ref");
  }

  /** `policy start` of the assignments. */
  async assignments(ref: string): Promise<string[]> {
    const xml = await this.get(`/api/entity/information-objects/${ref}/retention-assignments`);
    return [...xml.matchAll(/<r:RetentionAssignment>[\s\S]*?<\/r:RetentionAssignment>/g)].map(
      ([one]) => `${inner(one, "RetentionPolicy")} ${inner(one, "StartDate").slice(0, 10)}`,
    );
  }

  /** A records manager writes another retention start into the lifecycle document, from which the index takes it. */
  async setStart(ref: string, start: string): Promise<void> {
    const { xml } = await this.asset(ref);
    const url = /schema="urn:clc:schema:lifecycle:1"[^>]*>([^<]+)</.exec(xml)?.[1] ?? "";
    const body = /<xip:MetadataContainer[\s\S]*<\/xip:MetadataContainer>/.exec(await this.get(url))?.[0] ?? "";
    const changed = body
      .replace("<xip:MetadataContainer", '<xip:MetadataContainer xmlns:xip="http://preservica.com/XIP/v9.1"')
      .replace(/<((?:\w+:)?start)(?:\/>|>[^<]*<\/\1>)/, `<$1>${start}</$1>`);
    const put = await this.raw("PUT", new URL(url).pathname, changed);
    if (!put.ok) throw new Error(`start: ${put.status} ${await put.text()}`);
  }

  /** A lawyer puts a legal hold on an asset. */
  async hold(ref: string, matter: string): Promise<void> {
    const names = 'xmlns="http://preservica.com/XIP/v9.1"';
    const made = await this.raw(
      "POST",
      "/api/entity/legal-holds",
      `<LegalHold ${names}><Name>${matter}</Name><Description>test</Description></LegalHold>`,
    );
    const hold = inner(await made.text(), "Ref");
    const put = await this.raw(
      "POST",
      `/api/entity/information-objects/${ref}/legal-holds`,
      `<LegalHoldAssignmentRequest ${names}><LegalHoldRef>${hold}</LegalHoldRef></LegalHoldAssignmentRequest>`,
    );
    if (!put.ok) throw new Error(`hold: ${put.status} ${await put.text()}`);
  }

  /** Two persons delete an asset, as the vendor wants it. */
  async destroy(ref: string): Promise<void> {
    const operator = await this.login("operator.one", "archive-Operator-0001");
    const body =
      '<DeletionAction xmlns="http://preservica.com/EntityAPI/v9.1" xmlns:xip="http://preservica.com/XIP/v9.1"><Submission><Comment>test</Comment></Submission></DeletionAction>';
    const asked = await this.raw("DELETE", `/api/entity/information-objects/${ref}`, body, operator);
    if (asked.status !== 202) throw new Error(`deletion: ${asked.status} ${await asked.text()}`);
    const token = await asked.text();
    await this.progressIs(token, "PENDING");
    const approval =
      '<DeletionAction xmlns="http://preservica.com/EntityAPI/v9.1"><Approval><Approved>true</Approved><Comment>ok</Comment></Approval></DeletionAction>';
    const approved = await this.raw("PUT", `/api/entity/actions/deletions/${token}`, approval);
    if (approved.status !== 202) throw new Error(`approval: ${approved.status} ${await approved.text()}`);
    await this.progressIs(token, "COMPLETED");
  }

  /** Polls until the server says so; the test's own time limit ends it otherwise. */
  async progressIs(token: string, status: string): Promise<void> {
    while (!(await this.get(`/api/entity/progress/${token}`)).includes(`>${status}<`))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function inner(xml: string, name: string): string {
  return (
    new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`)
      .exec(xml)?.[1]
      ?.replaceAll("&amp;", "&")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">") ?? ""
  );
}
