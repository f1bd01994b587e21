import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { all, ENTITY, one, PreservicaBench, XIP } from "./preservica-support.js";

describe("sandbox Preservica: entities", () => {
  let bench: PreservicaBench;
  let folder: string;
  let asset: string;
  const io = (rest = ""): string => `/api/entity/information-objects/${asset}${rest}`;

  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("Home &amp; away");
    asset = await bench.ingest({ parent: folder, title: "Hero" });
  });
  after(() => bench.stop());

  it("answers in the namespaces of the server, or frozen in those of the path", async () => {
    const latest = await bench.get(io());
    assert.match(
      latest.text,
      /xmlns="http:\/\/preservica\.com\/EntityAPI\/v9\.1" xmlns:xip="http:\/\/preservica\.com\/XIP\/v9\.1"/u,
    );
    const frozen = await bench.get(`/api/entity/v7.7/information-objects/${asset}`);
    assert.match(frozen.text, /EntityAPI\/v7\.7.*XIP\/v7\.7/u);
    assert.equal(one(frozen.text, "Self"), `${bench.url}/api/entity/v7.7/information-objects/${asset}`);
    assert.equal((await bench.get(`/api/entity/v9.9/information-objects/${asset}`)).status, 404);
    assert.equal(one((await bench.get("/api/entity/versiondetails/version")).text, "CurrentVersion"), "9.1.0");
  });

  it("pages children by title, each once, over absolute URLs", async () => {
    const parent = await bench.folder("Many");
    for (let number = 0; number < 25; number += 1)
      await bench.folder(`child ${String(number).padStart(2, "0")}`, parent);
    const seen: string[] = [];
    let next: string | undefined = `/api/entity/structural-objects/${parent}/children?start=0&max=10`;
    while (next !== undefined) {
      const { text, status } = await bench.get(next);
      assert.equal(status, 200, text);
      assert.equal(one(text, "TotalResults"), "25");
      seen.push(...[...text.matchAll(/<Child title="([^"]*)"/gu)].map((match) => match[1] ?? ""));
      next = all(text, "Next")[0];
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_unused, number) => `child ${String(number).padStart(2, "0")}`),
    );
  });

  it("refuses pages that make no sense", async () => {
    for (const query of ["start=-1", "max=0", "max=5000", "start=x"])
      assert.equal((await bench.get(`/api/entity/root/children?${query}`)).status, 400, query);
  });

  it("changes title and description, but neither tag nor parent, by an update", async () => {
    const body = `<InformationObject xmlns="${XIP}"><Ref>${asset}</Ref><Title>Hero 2</Title><Description>new</Description><SecurityTag>closed</SecurityTag><Parent>${randomUUID()}</Parent></InformationObject>`;
    const { status, text } = await bench.call("PUT", io(), { body });
    assert.equal(status, 200, text);
    assert.deepEqual(
      [one(text, "Title"), one(text, "Description"), one(text, "SecurityTag"), one(text, "Parent")],
      ["Hero 2", "new", "open", folder],
    );
  });

  it("keeps identifiers: several entities may share one, and matching is exact", async () => {
    const add = (path: string, entity: string): Promise<unknown> =>
      bench.call("POST", `/api/entity/${path}/${entity}/identifiers`, {
        body: `<Identifier xmlns="${XIP}"><Type>OTMM Asset</Type><Value>a b/c</Value><Entity>${entity}</Entity></Identifier>`,
      });
    await add("information-objects", asset);
    await add("structural-objects", folder);
    const found = await bench.get("/api/entity/entities/by-identifier?type=OTMM+Asset&value=a+b%2Fc");
    assert.equal(one(found.text, "TotalResults"), "2");
    assert.match(found.text, /title="Home &amp; away"/u);
    assert.equal(
      one((await bench.get("/api/entity/entities/by-identifier?type=OTMM+Asset&value=A+B%2FC")).text, "TotalResults"),
      "0",
    );
    const id = one((await bench.get(io("/identifiers"))).text, "ApiId");
    assert.match(id, /^[0-9a-f]{32}$/u);
    assert.equal((await bench.call("DELETE", io(`/identifiers/${id}`))).status, 204);
    assert.equal((await bench.call("DELETE", io(`/identifiers/${id}`))).status, 404);
  });

  it("keeps metadata documents as they were given, whatever prefixes their tags use", async () => {
    const container = (inner: string): string =>
      `<ns0:MetadataContainer xmlns:ns0="${XIP}" xmlns:ns1="urn:x" schemaUri="urn:x"><ns0:Entity>${asset}</ns0:Entity><ns0:Content>${inner}</ns0:Content></ns0:MetadataContainer >`;
    const made = await bench.call("POST", io("/metadata"), {
      body: container(`<ns1:a b="1 &amp; 2">caf\u00e9 <ns1:c/><![CDATA[<&>]]></ns1:a>`),
    });
    assert.equal(made.status, 200, made.text);
    assert.match(made.text, /<ns1:a xmlns:ns1="urn:x" b="1 &amp; 2">café <ns1:c\/>&lt;&amp;&gt;<\/ns1:a>/u);
    const url = one(made.text, "Self");
    assert.equal((await bench.call("DELETE", url)).status, 204);
    assert.equal((await bench.call("POST", io("/metadata"), { body: container("") })).status, 400);
  });

  it("links two ways: from one asset and to the other", async () => {
    const other = await bench.ingest({ parent: folder, title: "Other" });
    const body = `<Link  xmlns="${XIP}"><Type>http://purl.org/dc/terms/requires</Type><FromEntity>${asset}</FromEntity><ToEntity>${other}</ToEntity></Link >`;
    const made = await bench.call("POST", io("/links"), { body });
    assert.equal(made.status, 200, made.text);
    assert.match((await bench.get(io("/links"))).text, new RegExp(`linkDirection="From"[^>]* ref="${other}"`, "u"));
    assert.match(
      (await bench.get(`/api/entity/information-objects/${other}/links`)).text,
      new RegExp(`linkDirection="To"[^>]* ref="${asset}"`, "u"),
    );
  });

  it("lists what changed since an instant", async () => {
    const date = encodeURIComponent(bench.sandbox.kernel.clock.now().toISOString());
    const late = await bench.folder("Late");
    const { text } = await bench.get(`/api/entity/entities/updated-since?date=${date}&start=0&max=25`);
    assert.match(text, new RegExp(late, "u"));
    assert.doesNotMatch(text, new RegExp(folder, "u"));
  });

  it("changes the tag and moves, each by a token that ends well, and writes both down", async () => {
    const tag = await bench.call("PUT", io("/security-descriptor?includeDescendants=false"), {
      body: "closed",
      type: "text/plain",
    });
    assert.equal(tag.status, 202);
    assert.equal((await bench.ended(tag.text)).status, "COMPLETED");
    const target = await bench.folder("Target");
    const move = await bench.call("PUT", io("/parent-ref"), { body: target, type: "text/plain" });
    assert.equal((await bench.ended(move.text)).status, "COMPLETED");
    const { text } = await bench.get(io());
    assert.deepEqual([one(text, "SecurityTag"), one(text, "Parent")], ["closed", target]);
    assert.match((await bench.get(io("/event-actions"))).text, /commandType="Moved"/u);
    const back = await bench.call("PUT", io("/security-descriptor?includeDescendants=False"), {
      body: "open",
      type: "text/plain",
    });
    await bench.ended(back.text);
  });

  it("refuses to move a folder below itself, an asset to the root, and an unknown tag", async () => {
    const below = await bench.folder("Below", folder);
    const move = (path: string, body: string): Promise<{ status: number }> =>
      bench.call("PUT", `/api/entity/${path}/parent-ref`, { body, type: "text/plain" });
    assert.equal((await move(`structural-objects/${folder}`, below)).status, 422);
    assert.equal((await move(`information-objects/${asset}`, "@root@")).status, 422);
    assert.equal(
      (await bench.call("PUT", io("/security-descriptor"), { body: "none", type: "text/plain" })).status,
      422,
    );
  });

  it("shows an account only what its groups may see", async () => {
    const hidden = await bench.ingest({ parent: folder, title: "Hidden", tag: "personal-data" });
    assert.equal((await bench.get(`/api/entity/information-objects/${hidden}`, "reader.cleared")).status, 403);
    assert.equal((await bench.get(`/api/content/download?id=sdb:IO|${hidden}`, "reader.cleared")).status, 403);
    const children = await bench.get(`/api/entity/structural-objects/${folder}/children`, "reader.cleared");
    assert.doesNotMatch(children.text, new RegExp(hidden, "u"));
    await bench.indexed(hidden);
    assert.deepEqual(await bench.search("Hidden", [], "reader.cleared"), []);
    assert.equal(
      (await bench.call("PUT", io("/parent-ref"), { as: "reader.cleared", body: folder, type: "text/plain" })).status,
      403,
    );
  });

  it("refuses calls without a token, and does not count them as undocumented", async () => {
    const before = bench.refused().length;
    assert.equal((await bench.call("GET", io(), { as: null })).status, 401);
    assert.equal(bench.refused().length, before);
  });

  it("refuses and counts what no document and no client knows", async () => {
    const strange: [method: string, path: string, status: number, body?: string, type?: string][] = [
      ["GET", "/api/entity/assets", 404],
      ["GET", "/nothing", 404],
      ["PATCH", io(), 405],
      ["DELETE", "/api/entity/root/children", 405],
      ["GET", `${io()}?fields=all`, 400],
      ["PUT", io(), 415, "{}", "application/json"],
      ["PUT", io(), 400, `<Asset xmlns="${XIP}"/>`],
      [
        "PUT",
        io(),
        400,
        `<InformationObject xmlns="urn:other"><Ref>${asset}</Ref><Title>t</Title></InformationObject>`,
      ],
      [
        "PUT",
        io(),
        400,
        `<InformationObject xmlns="${XIP}"><Ref>${asset}</Ref><Title>t</Title><Colour>red</Colour></InformationObject>`,
      ],
      ["POST", "/api/content/search", 415, "{}", "application/json"],
    ];
    for (const [method, path, status, body, type] of strange) {
      const before = bench.refused().length;
      const answer = await bench.call(
        method,
        path,
        body === undefined ? {} : { body, ...(type === undefined ? {} : { type }) },
      );
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      assert.equal(bench.refused().length, before + 1, `${method} ${path} was counted`);
      assert.equal((JSON.parse(answer.text) as { success: boolean }).success, false);
    }
  });

  it("refuses XML with a document type declaration", async () => {
    const body = `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><InformationObject xmlns="${XIP}"><Ref>${asset}</Ref><Title>&x;</Title></InformationObject>`;
    assert.equal((await bench.call("PUT", io(), { body })).status, 400);
  });

  it("deletes by two persons: the submitter cannot approve, and a tombstone stays", async () => {
    const victim = await bench.ingest({ parent: folder, title: "Victim", identifiers: { SourceID: "victim#v1" } });
    const path = `/api/entity/information-objects/${victim}`;
    const request = `<DeletionAction xmlns="${ENTITY}"><Submission><Comment>why</Comment></Submission><Approval><Approved>true</Approved></Approval></DeletionAction>`;
    const { text: token, status } = await bench.call("DELETE", path, { as: "manager.one", body: request });
    assert.equal(status, 202, token);
    assert.equal((await bench.ended(token)).status, "PENDING", "an approval in the request has no effect");
    const approval = `<DeletionAction  xmlns="${ENTITY}"><Approval><Approved>true</Approved><Comment>ok</Comment></Approval></DeletionAction >`;
    const decide = (as: string): Promise<{ status: number }> =>
      bench.call("PUT", `/api/entity/actions/deletions/${token}`, { as, body: approval });
    assert.equal((await decide("svc.lifecycle")).status, 403);
    assert.equal((await decide("manager.one")).status, 403);
    assert.equal((await decide("manager.two")).status, 202);
    await bench.until(async () => (await bench.progress(token)).status === "COMPLETED");
    const stone = await bench.get(path);
    assert.deepEqual([stone.status, one(stone.text, "Deleted")], [200, "true"]);
    assert.equal(
      one((await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=victim%23v1")).text, "TotalResults"),
      "0",
    );
    assert.equal((await bench.get(`${path}/representations`)).status, 404);
    assert.equal((await bench.get(`/api/content/download?id=sdb:IO|${victim}`)).status, 404);
  });

  it("refuses deletions while the tenant has no deletion workflow", async () => {
    await bench.set({ deletionContextActive: false });
    const body = `<DeletionAction xmlns="${ENTITY}"><Submission><Comment>why</Comment></Submission></DeletionAction>`;
    assert.equal((await bench.call("DELETE", io(), { body })).status, 422);
    await bench.set({ deletionContextActive: true });
  });
});
