import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { ENTITY, one, PreservicaBench } from "./preservica-support.js";

describe("sandbox Preservica: content, search, export", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("In");
  });
  after(() => bench.stop());

  const download = (ref: string, headers: Record<string, string> = {}): ReturnType<PreservicaBench["call"]> =>
    bench.call("GET", `/api/content/download?id=sdb%3AIO%7C${ref.toUpperCase()}`, { headers });

  it("downloads the first access copy, else the master, and a folder not at all", async () => {
    const both = await bench.ingest({
      parent: folder,
      files: [
        { role: "Preservation", name: "master.tif", content: "master" },
        { role: "Access", name: "web.jpg", content: "copy" },
      ],
    });
    const copy = await download(both);
    assert.deepEqual([copy.text, copy.headers.get("content-disposition")], ["copy", 'attachment; filename="web.jpg"']);
    assert.equal((await bench.get(`/api/content/download?id=sdb:SO|${folder}`)).status, 404);
  });

  it("gives ranges, and 416 beyond the end", async () => {
    const content = randomBytes(1_000);
    const ref = await bench.ingest({ parent: folder, files: [{ role: "Preservation", name: "a.bin", content }] });
    const middle = await download(ref, { range: "bytes=100-199" });
    assert.deepEqual([middle.status, middle.headers.get("content-range")], [206, "bytes 100-199/1000"]);
    assert.deepEqual(middle.bytes, content.subarray(100, 200));
    assert.deepEqual((await download(ref, { range: "bytes=-10" })).bytes, content.subarray(990));
    assert.deepEqual((await download(ref, { range: "bytes=990-" })).bytes, content.subarray(990));
    assert.equal((await download(ref, { range: "bytes=1000-" })).status, 416);
    const head = await bench.call("HEAD", `/api/content/download?id=sdb:IO|${ref}`);
    assert.deepEqual([head.status, head.headers.get("content-length")], [200, "1000"]);
  });

  it("gives a representation of several files as a zipped PAX", async () => {
    const files = ["one.pdf", "two.jpg"].map((name) => ({
      role: "Preservation" as const,
      name,
      content: `content of ${name}`,
    }));
    const ref = await bench.ingest({ parent: folder, files });
    const { bytes, headers } = await download(ref);
    assert.equal(headers.get("content-type"), "application/zip");
    const listing = bytes.toString("latin1");
    for (const name of ["one.pdf", "two.jpg"]) {
      assert.ok(listing.includes(`Representation_Preservation/${name}/Generation_1/${name}`));
      assert.ok(listing.includes(`content of ${name}`));
    }
  });

  it("searches by words, phrases, fields, wildcards, dates, within a folder, with facets and sorting", async () => {
    const parent = await bench.folder("Searched");
    const campaign = (code: string): { schema: string; xml: string } => ({
      schema: "urn:clc:schema:campaign:1",
      xml: `<c xmlns="urn:clc:schema:campaign:1"><code>${code}</code><agency>Studio Orsola</agency></c>`,
    });
    const dates = (start: string): { schema: string; xml: string } => ({
      schema: "urn:clc:schema:lifecycle:1",
      xml: `<l xmlns="urn:clc:schema:lifecycle:1"><retention><start>${start}</start></retention></l>`,
    });
    const first = await bench.ingest({
      parent,
      title: "Zebra &amp; quince",
      metadata: [campaign("ZQ-1"), dates("2020-05-01")],
    });
    const second = await bench.ingest({
      parent,
      title: "Quince alone",
      metadata: [campaign("ZQ-2"), dates("2030-05-01")],
    });
    await bench.indexed(first);
    await bench.indexed(second);
    assert.deepEqual(await bench.search("quince"), [second, first], "sorted by title");
    assert.deepEqual(await bench.search("zebra quince"), [first]);
    assert.deepEqual(await bench.search('zebra OR "quince alone"'), [second, first]);
    assert.deepEqual(await bench.search("orsola AND zeb*"), [first]);
    assert.deepEqual(await bench.search("%", [{ name: "cmp.code", values: ["ZQ-2"] }]), [second]);
    assert.deepEqual(
      await bench.search("%", [
        { name: "cmp.code", values: ["ZQ-1", "ZQ-2"] },
        { name: "xip.title", values: [""] },
      ]),
      [second, first],
    );
    assert.deepEqual(await bench.search("quince", [{ name: "cmp.code", values: ["ZQ-2"], operator: "NOT" }]), [first]);
    assert.deepEqual(await bench.search("%", [{ name: "lcy.retention_start", values: ["2020-01-01 - 2020-12-31"] }]), [
      first,
    ]);
    const form = new URLSearchParams({
      q: JSON.stringify({ q: "%", facets: ["xip.document_type"] }),
      parenthierarchy: `sdb:SO|${parent}`,
      start: "0",
      max: "1",
      metadata: "xip.title,cmp.code",
    });
    const within = await bench.call("POST", "/api/content/search-within", {
      body: form.toString(),
      type: "application/x-www-form-urlencoded",
    });
    const { value } = JSON.parse(within.text) as {
      value: { totalHits: number; objectIds: string[]; metadata: unknown[]; facets: { terms: unknown[] }[] };
    };
    assert.equal(value.totalHits, 2);
    assert.deepEqual(value.metadata, [
      [
        { name: "xip.title", value: "Quince alone" },
        { name: "cmp.code", value: "ZQ-2" },
      ],
    ]);
    assert.deepEqual(value.facets[0]?.terms, [{ name: "IO", displayName: "IO", count: 2 }]);
  });

  it("refuses a search in fields that no index document has", async () => {
    const answer = await bench.get(
      `/api/content/search?q=${encodeURIComponent('{"fields":[{"name":"abc.def","values":["x"]}]}')}`,
    );
    assert.equal(answer.status, 400);
  });

  it("exports an asset as OPEX with a sidecar", async () => {
    const ref = await bench.ingest({ parent: folder, title: "Exported", identifiers: { SourceID: "exported#v1" } });
    const body = `<ExportAction xmlns="${ENTITY}"><IncludeContent>Content</IncludeContent><IncludeMetadata>MetadataWithEvents</IncludeMetadata><IncludedGenerations>LatestActive</IncludedGenerations><IncludeParentHierarchy>True</IncludeParentHierarchy></ExportAction>`;
    const started = await bench.call("POST", `/api/entity/information-objects/${ref}/exports`, { body });
    assert.equal(started.status, 202, started.text);
    assert.equal((await bench.ended(started.text)).status, "COMPLETED");
    const zip = await bench.get(`/api/entity/actions/exports/${started.text}/content`);
    const listing = zip.bytes.toString("latin1");
    assert.match(listing, /In\/Exported\.pax\.zip\.opex/u);
    assert.match(listing, /<opex:SourceID>exported#v1<\/opex:SourceID>/u);
  });

  it("adds an access representation and replaces a generation, digest checked", async () => {
    const ref = await bench.ingest({ parent: folder, title: "Grown" });
    const added = await bench.call(
      "POST",
      `/api/entity/information-objects/${ref}/representations?type=Access&name=Web&filename=web.jpg`,
      { body: "web", type: "application/octet-stream" },
    );
    assert.equal(added.status, 202, added.text);
    assert.equal((await bench.ended(added.text)).status, "COMPLETED");
    assert.equal((await download(ref)).text, "web");
    const co = one(
      (await bench.get(`/api/entity/information-objects/${ref}/representations/Access`)).text,
      "ContentObject",
    );
    const replace = (digest: string): ReturnType<PreservicaBench["call"]> =>
      bench.call("POST", `/api/entity/content-objects/${co}/generations?replaceType=previous`, {
        body: "web 2",
        type: "application/octet-stream",
        headers: { Filename: "web2.jpg", "Fixity-SHA-1": digest },
      });
    const bad = await replace("0".repeat(40));
    assert.equal((await bench.ended(bad.text)).status, "FAILED");
    assert.equal((await download(ref)).text, "web");
    const good = await replace(createHash("sha1").update("web 2").digest("hex"));
    assert.equal((await bench.ended(good.text)).status, "COMPLETED");
    assert.equal((await download(ref)).text, "web 2");
    const { text } = await bench.get(`/api/entity/content-objects/${co}/generations`);
    assert.deepEqual(
      [...text.matchAll(/<Generation active="(\w+)"/gu)].map((match) => match[1]),
      ["false", "true"],
    );
  });
});
