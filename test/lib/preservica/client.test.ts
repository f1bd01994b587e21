import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createPreservica, type PreservicaClient, type PreservicaOptions } from "../../../lib/preservica/client.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { DEFAULT_INGEST_SETTINGS } from "../../../lib/preservica/ingest/job.js";
import { findArchived } from "../../../lib/preservica/ingest/lookup.js";
import { json, Stub, type StubAnswer, xml } from "./stub.js";

const ASSET = "0d8a0000-0000-4000-8000-000000000001";
const MINUTE = 60_000;

describe("Preservica client", () => {
  let stub: Stub;
  let client: PreservicaClient;
  let minutes: number;
  const connect = (options: Partial<PreservicaOptions> = {}): PreservicaClient =>
    createPreservica({
      connection: "archive",
      baseUrl: stub.url,
      tenant: "TEN",
      credentials: () => ({ username: "svc.lifecycle", password: "secret-word" }),
      retries: 0,
      clock: () => minutes * MINUTE,
      ...options,
    });

  beforeEach(async () => {
    minutes = 0;
    stub = await new Stub().start();
    stub.on("GET /api/user/details", () => json({ roles: ["ROLE_SDB_INGEST_USER"] }));
    client = connect();
  });
  afterEach(async () => {
    client.close();
    await stub.stop();
  });

  it("logs in once for fifty callers", async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => client.userDetails()));
    equal(all.length, 50);
    equal(stub.logins, 1);
  });

  it("keeps a token for twelve of its fifteen minutes, then refreshes it, once for all callers", async () => {
    await client.userDetails();
    minutes = 11.9;
    await client.userDetails();
    equal(stub.refreshes, 0);
    minutes = 12.1;
    await Promise.all(Array.from({ length: 50 }, () => client.userDetails()));
    deepEqual([stub.logins, stub.refreshes], [1, 1]);
  });

  it("logs in anew when the refresh is refused or the token's life is over", async () => {
    await client.userDetails();
    stub.refreshWorks = false;
    minutes = 13;
    await client.userDetails();
    deepEqual([stub.logins, stub.refreshes], [2, 1]);
    minutes = 40;
    await client.userDetails();
    deepEqual([stub.logins, stub.refreshes], [3, 1]);
  });

  it("replaces a token that the server no longer takes, once for fifty callers", async () => {
    await client.userDetails();
    stub.live.clear();
    await Promise.all(Array.from({ length: 50 }, () => client.userDetails()));
    equal(stub.logins, 2);
  });

  it("gives up after one new login when the server refuses every token", async () => {
    stub.on("GET /api/user/details", () => json({ success: false }, 401));
    await rejects(client.userDetails(), { code: "DENIED" });
    equal(stub.logins, 2);
  });

  it("replaces a token that was refused to the byte path, but only that one", async () => {
    const path = "content-objects/0d8a0000-0000-4000-8000-000000000002/generations/1/bitstreams/1";
    const first = await client.bitstreamContent(path);
    const second = await client.bitstreamContent(path, { status: 401 });
    ok(first.headers["Preservica-Access-Token"] !== second.headers["Preservica-Access-Token"]);
    const other = await client.bitstreamContent(path);
    equal(other.headers["Preservica-Access-Token"], second.headers["Preservica-Access-Token"]);
    equal(stub.logins, 2);
    deepEqual(other.redirectHosts, []);
  });

  it("says what to do about two-factor authentication and wrong passwords", async () => {
    stub.login = () => json({ success: false, message: "needs.2fa", continuationToken: "x" }, 401);
    await rejects(client.login(), { code: "DENIED", message: /second factor.*service account/ });
    minutes += 2;
    stub.login = () => json({ success: false, message: "needs.2fa.setup" }, 401);
    await rejects(client.login(), { code: "NOT_CONFIGURED", message: /set up two-factor/ });
    minutes += 2;
    stub.login = () => json({ success: false, message: "login.failed" }, 401);
    await rejects(client.login(), (error: Error) => {
      match(error.message, /user name, password and tenant/);
      ok(!error.message.includes("secret-word"));
      return true;
    });
  });

  it("tries a refused password once, whoever asks, and again after a minute", async () => {
    let asked = 0;
    stub.login = () => {
      asked += 1;
      return json({ success: false, message: "login.failed" }, 401);
    };
    await Promise.allSettled(Array.from({ length: 50 }, () => client.userDetails()));
    await rejects(client.userDetails(), { code: "DENIED", message: /not tried again for 60 s/ });
    equal(asked, 1);
    minutes = 1.1;
    await rejects(client.userDetails(), { code: "DENIED" });
    equal(asked, 2);
  });

  it("reads the credentials live, at each login", async () => {
    let password = "first-word";
    const sent: string[] = [];
    stub.login = ({ body }) => {
      sent.push(new URLSearchParams(body).get("password") ?? "");
      return json({ success: false, message: "login.failed" }, 401);
    };
    const own = connect({ credentials: () => ({ username: "svc", password }) });
    await rejects(own.login());
    password = "second-word";
    await rejects(own.login());
    own.close();
    deepEqual(sent, ["first-word", "second-word"]);
  });

  it("follows pages to the end by their absolute address", async () => {
    stub.on("GET /api/entity/root/children", ({ url }) => {
      const start = Number(url.searchParams.get("start"));
      const next = start < 4 ? `<Next>${stub.url}/api/entity/root/children?start=${start + 2}&amp;max=2</Next>` : "";
      const child = (n: number): string =>
        `<Child title="F${n}" ref="0d8a0000-0000-4000-8000-00000000000${n}" type="SO">x</Child>`;
      return xml(
        `<r:ChildrenResponse xmlns:r="urn:whatever:v42"><r:Children>${child(start)}${child(start + 1)}</r:Children><r:Paging>${next}<r:TotalResults>6</r:TotalResults></r:Paging></r:ChildrenResponse>`
          .replaceAll("<Next>", "<r:Next>")
          .replaceAll("</Next>", "</r:Next>")
          .replaceAll("<Child ", "<r:Child ")
          .replaceAll("</Child>", "</r:Child>"),
      );
    });
    const titles: string[] = [];
    for await (const entry of client.children()) titles.push(entry.title);
    deepEqual(titles, ["F0", "F1", "F2", "F3", "F4", "F5"]);
  });

  it("never follows a page to another host, and sends its token nowhere else", async () => {
    const thief = await new Stub().start();
    try {
      for (const next of [
        `${thief.url}/api/entity/root/children`,
        "http://169.254.169.254/api/x",
        "file:///etc/passwd",
        `${stub.url}/elsewhere`,
      ]) {
        stub.on("GET /api/entity/root/children", () => xml(`<C><Children/><Paging><Next>${next}</Next></Paging></C>`));
        await rejects(
          async () => {
            for await (const _entry of client.children()) ok(false, "no entry is expected");
          },
          { code: "UPSTREAM" },
        );
      }
      equal(thief.seen.length, 0);
    } finally {
      await thief.stop();
    }
  });

  it("stops when pages lead in circles", async () => {
    stub.on("GET /api/entity/root/children", () =>
      xml(`<C><Children/><Paging><Next>${stub.url}/api/entity/root/children?start=1</Next></Paging></C>`),
    );
    await rejects(
      async () => {
        for await (const _entry of client.children()) ok(false, "no entry is expected");
      },
      { code: "UPSTREAM", message: /circles/ },
    );
  });

  it("refuses references that are none before they get into a path", async () => {
    await rejects(client.asset("../../user/details"), { code: "INVALID_INPUT" });
    await rejects(client.bitstreamContent("content-objects/../../x"), { code: "INVALID_INPUT" });
    equal(stub.seen.length, 0);
  });

  it("reports what the upload endpoint says in XML", async () => {
    stub.on("POST /api/s3/buckets/ten.package.upload/k.zip", () =>
      xml("<Error><Code>AccessDenied</Code><Message>No active workflow context</Message></Error>", 403),
    );
    await rejects(client.uploadTarget("k.zip", ASSET).begin(), {
      code: "DENIED",
      message: /No active workflow context/,
    });
  });

  it("takes a completing answer of 200 with an error in its body for a failure", async () => {
    stub.on("POST /api/s3/buckets/ten.package.upload/k.zip", () => xml("<Error><Code>InternalError</Code></Error>"));
    await rejects(client.uploadTarget("k.zip", ASSET).complete("u", []), { code: "UPSTREAM", retryable: true });
  });

  it("keeps the namespaces that a fragment inherits", async () => {
    const ref = "9f000000-0000-4000-8000-000000000003";
    stub.on(`GET /api/entity/information-objects/${ASSET}/metadata/${ref}`, () =>
      xml(
        `<M xmlns="urn:e" xmlns:xip="urn:x" xmlns:dc="urn:dc"><xip:MetadataContainer schemaUri="urn:s"><xip:Ref>${ref}</xip:Ref><xip:Content><dc:a><dc:b>1 &lt; 2</dc:b></dc:a></xip:Content></xip:MetadataContainer></M>`,
      ),
    );
    const fragment = await client.entities.fragment("IO", ASSET, ref);
    equal(fragment.xml, '<dc:a xmlns:dc="urn:dc"><dc:b>1 &lt; 2</dc:b></dc:a>');
    equal(fragment.schema, "urn:s");
  });

  describe("asked for holds", () => {
    const asset: LifecycleAsset = {
      key: "otmm:dam:1",
      version: "1",
      name: "a",
      ids: { preservica: { connection: "archive", ref: ASSET } },
      fields: {},
      content: [],
    };
    const holds = `GET /api/entity/information-objects/${ASSET}/legal-holds`;
    const assignments = `GET /api/entity/information-objects/${ASSET}/retention-assignments`;
    const policy = "55aa0000-0000-4000-8000-000000000004";
    const none = (): ReturnType<typeof xml> => xml("<R><Paging><TotalResults>0</TotalResults></Paging></R>");
    const assigned = (): ReturnType<typeof xml> =>
      xml(
        `<R><RetentionAssignments><RetentionAssignment><ApiId>a</ApiId><RetentionPolicy>${policy}</RetentionPolicy></RetentionAssignment></RetentionAssignments></R>`,
      );
    const named = (name: string, restriction: string) => (): ReturnType<typeof xml> =>
      xml(
        `<R><RetentionPolicy><Ref>${policy}</Ref><Name>${name}</Name><Restriction>${restriction}</Restriction></RetentionPolicy></R>`,
      );

    it("says clear only when both kinds were asked and neither holds", async () => {
      stub.on(holds, none).on(assignments, none);
      equal((await client.holds(asset)).state, "clear");
    });
    it("says held for a legal hold, by the name of its matter", async () => {
      stub
        .on(assignments, none)
        .on(holds, () =>
          xml("<R><LegalHoldAssignment><Entity>e</Entity><LegalHold>h1</LegalHold></LegalHoldAssignment></R>"),
        );
      stub.on("GET /api/entity/legal-holds", () =>
        xml("<R><LegalHolds><LegalHold><Ref>h1</Ref><Name>MAT-1</Name></LegalHold></LegalHolds></R>"),
      );
      const answer = await client.holds(asset);
      deepEqual(answer.state === "held" ? answer.matters : answer, ["MAT-1"]);
    });
    it("says held for a policy with the reserved prefix, on servers with and without the legal-hold API", async () => {
      stub
        .on(holds, none)
        .on(assignments, assigned)
        .on(`GET /api/entity/retention-policies/${policy}`, named("LH: MAT-7", "DELETE"));
      equal((await client.holds(asset)).state, "held");
      stub.on("GET /api/entity/versiondetails/version", () => xml("<V><CurrentVersion>7.7.0</CurrentVersion></V>"));
      stub.routes.delete(holds);
      const old = await client.holds(asset);
      deepEqual(old.state === "held" ? old.matters : old, ["MAT-7"]);
    });
    it("does not take an ordinary policy for a hold", async () => {
      stub
        .on(holds, none)
        .on(assignments, assigned)
        .on(`GET /api/entity/retention-policies/${policy}`, named("Campaign 5 years", "DELETE"));
      equal((await client.holds(asset)).state, "clear");
    });
    for (const status of [403, 404, 500]) {
      it(`says unknown when the legal-hold call of a 9.1 server answers ${status}`, async () => {
        stub.on(assignments, none).on(holds, () => ({ status, body: "no" }));
        const answer = await client.holds(asset);
        equal(answer.state, "unknown");
        equal("passing" in answer, status === 500, "only a failure of the server's own may pass");
      });
    }
    it("says unknown when the policies cannot be asked, and when the asset carries no reference", async () => {
      stub.on(holds, none).on(assignments, () => ({ status: 403 }));
      equal((await client.holds(asset)).state, "unknown");
      equal((await client.holds({ ...asset, ids: {} })).state, "unknown");
    });
  });

  it("refuses a version of which only a deleted asset is left, also when only its identifier tells", async () => {
    const resolved = { ref: ASSET, assetId: "a1#v1" };
    const gone = "0d8a0000-0000-4000-8000-000000000002";
    const entities = (inner: string): StubAnswer =>
      xml(
        `<EntitiesResponse><Entities>${inner}</Entities><Paging><TotalResults>1</TotalResults></Paging></EntitiesResponse>`,
      );
    const entry = (ref: string, deleted: string): string =>
      `<Entity title="x" ref="${ref}" type="IO"${deleted}>https://host/${ref}</Entity>`;
    const look = (): Promise<string | undefined> =>
      findArchived(resolved, DEFAULT_INGEST_SETTINGS, { preservica: client });
    stub.on("GET /api/entity/entities/by-identifier", () => entities(entry(gone, ' deleted="true"')));
    await rejects(look(), { code: "REFUSED", message: /deleted there; its identifiers still stand there/ });
    const living = "0d8a0000-0000-4000-8000-000000000003";
    stub.on("GET /api/entity/entities/by-identifier", () =>
      entities(entry(gone, ' deleted="true"') + entry(living, "")),
    );
    equal(await look(), living);
  });
});
