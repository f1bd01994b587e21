import assert from "node:assert/strict";
import { ASSUMPTIONS } from "../../../lib/otmm/assumptions.js";
import { dayIn, writeDay } from "../../../lib/otmm/calendar.js";
import { CookieJar } from "../../../lib/otmm/cookies.js";
import { readMetadata, toFields } from "../../../lib/otmm/metadata.js";
import { readPage, type RawPage } from "../../../lib/otmm/paging.js";
import { readAsset } from "../../../lib/otmm/read-asset.js";
import { toLifecycleAsset } from "../../../lib/otmm/lifecycle-asset.js";

const wrap = (value: unknown, flags: Record<string, boolean> = {}): unknown => ({
  cascading_domain_value: false,
  domain_value: false,
  is_locked: false,
  ...flags,
  ...(value === undefined ? {} : { value }),
});
const field = (id: string, value?: unknown): unknown => ({
  type: "com.artesia.metadata.MetadataField",
  id,
  name: id.toLowerCase(),
  ...(value === undefined ? {} : { value }),
});

describe("reading OTMM's answers", () => {
  const fields = [
    field("TITLE", wrap({ type: "string", value: "Spring hero" })),
    field(
      "LANGUAGE",
      wrap(
        {
          type: "com.artesia.metadata.DomainValue",
          display_value: "English ",
          field_value: { type: "string", value: "en" },
        },
        { domain_value: true },
      ),
    ),
    field(
      "REGION",
      wrap(
        {
          type: "com.artesia.metadata.CascadingDomainValue",
          display_value: "EMEA^Austria",
          field_value: { type: "string", value: "10^43" },
        },
        { cascading_domain_value: true },
      ),
    ),
    field("COUNT", wrap({ type: "decimal", value: "12.5" })),
    field("INT", wrap({ type: "int", value: 0 })),
    field("LAUNCH", wrap({ type: "dateTime", value: "2023-10-18T07:00:00Z" })),
    field("ODD DATE", wrap({ type: "calendar", value: "2023-10-18T07:00:00Z" })),
    field("TX TIME", wrap({ type: "string", value: "2026-03-29T02:30:00+01:00" })),
    field("TEXT DATE", wrap({ type: "string", value: "2023-10-18T07:00:00Z" })),
    field("EMPTY A", wrap(undefined)),
    field("EMPTY B"),
    field("EMPTY C", null),
    field("EMPTY D", wrap(null)),
  ];
  const table = {
    type: "com.artesia.metadata.MetadataTable",
    id: "PRODUCTS",
    name: "Products",
    metadata_element_list: [
      {
        type: "com.artesia.metadata.MetadataTableField",
        id: "ID",
        name: "Id",
        values: [wrap({ type: "string", value: "213" }), wrap(undefined), wrap({ type: "string", value: "219" })],
      },
      {
        type: "com.artesia.metadata.MetadataTableField",
        id: "SKU",
        name: "Sku",
        values: wrap({ type: "string", value: "only one, sent bare" }),
      },
    ],
  };
  const category = (elements: unknown): unknown => ({
    metadata_element_list: {
      type: "com.artesia.metadata.MetadataCategory",
      id: "C",
      name: "General",
      metadata_element_list: elements,
    },
  });

  for (const [form, metadata] of [
    ["with categories", category([...fields, table])],
    ["without the category level", { metadata_element_list: [...fields, table] }],
  ] as const) {
    it(`types every kind of field, ${form}`, () => {
      assert.deepEqual(toFields(readMetadata(metadata), ASSUMPTIONS), {
        TITLE: { type: "text", label: "title", value: "Spring hero" },
        LANGUAGE: { type: "domain", label: "language", value: "en", display: "English " },
        REGION: { type: "cascading", label: "region", value: "10^43", display: "EMEA^Austria" },
        COUNT: { type: "number", label: "count", value: 12.5 },
        INT: { type: "number", label: "int", value: 0 },
        LAUNCH: { type: "date", label: "launch", value: "2023-10-18T07:00:00Z" },
        "ODD DATE": { type: "date", label: "odd date", value: "2023-10-18T07:00:00Z" },
        "TX TIME": { type: "text", label: "tx time", value: "2026-03-29T02:30:00+01:00" },
        "TEXT DATE": { type: "text", label: "text date", value: "2023-10-18T07:00:00Z" },
        PRODUCTS: {
          type: "table",
          label: "Products",
          columns: {
            ID: { label: "Id", values: [{ value: "213" }, { value: "" }, { value: "219" }] },
            SKU: { label: "Sku", values: [{ value: "only one, sent bare" }] },
          },
        },
      });
    });
  }

  it("bears metadata that makes no sense", () => {
    for (const metadata of [
      undefined,
      null,
      7,
      "x",
      [],
      { metadata_element_list: [null, 3, {}, { id: 7, value: [] }, { id: "A", value: { value: { value: {} } } }] },
    ]) {
      assert.deepEqual(toFields(readMetadata(metadata), ASSUMPTIONS), {});
    }
    let deep: unknown = {};
    for (let n = 0; n < 5000; n += 1) deep = { metadata_element_list: [{ id: "x", metadata_element_list: [deep] }] };
    assert.deepEqual(readMetadata(deep), []);
  });

  it("reads an asset whose numbers are strings and whose parts are missing", () => {
    const asset = readAsset(
      {
        asset_id: "a1",
        version: "4",
        content_size: "17",
        import_job_id: 7764,
        latest_version: "false",
        locked: true,
        metadata_lock_state_user_name: "mkeller",
      },
      ASSUMPTIONS,
    );
    assert.ok(asset !== undefined);
    assert.deepEqual(
      [asset.version, asset.size, asset.importJobId, asset.latestVersion, asset.originalAssetId],
      ["4", 17, "7764", false, "a1"],
    );
    const message = toLifecycleAsset("dam", asset, ASSUMPTIONS);
    assert.deepEqual(message.content, []);
    assert.equal(message.source?.["lock_holder"], "mkeller");
    assert.equal(readAsset({ name: "no id" }, ASSUMPTIONS), undefined);
  });

  it("names no holder of a lock that is over", () => {
    const asset = readAsset({ asset_id: "a1", locked: false, metadata_lock_state_user_name: "mkeller" }, ASSUMPTIONS);
    assert.ok(asset !== undefined);
    assert.equal(toLifecycleAsset("dam", asset, ASSUMPTIONS).source?.["lock_holder"], undefined);
  });

  it("takes the PDF for access copy only when it is not the master", () => {
    const content = (id: string, kind: string): unknown => ({
      id,
      name: "a.pdf",
      mime_type: "application/pdf",
      content_kind: kind,
      content_size: 5,
    });
    const roles = (pdf: unknown): unknown => {
      const asset = readAsset(
        {
          asset_id: "a1",
          content_type: "ACROBAT",
          master_content_info: content("m", "MASTER"),
          rendition_content: { pdf_preview_content: pdf },
        },
        ASSUMPTIONS,
      );
      assert.ok(asset !== undefined);
      return toLifecycleAsset("dam", asset, ASSUMPTIONS).content.map(({ role, id }) => `${role} ${id}`);
    };
    assert.deepEqual(roles(content("m", "MASTER")), ["preservation a1/m"]);
    assert.deepEqual(roles(content("p", "PDF_PREVIEW")), ["preservation a1/m", "access a1/p"]);
  });
});

describe("paging by offset", () => {
  const rows = Array.from({ length: 10 }, (_, n) => `r${n}`);
  const pageOf =
    (all: readonly string[], limit: number, total: boolean) =>
    (after: number): Promise<RawPage<string>> => {
      const items = all.slice(after, after + limit);
      return Promise.resolve({ items, length: items.length, total: total ? all.length : undefined, first: items[0] });
    };
  const readAll = async (fetchAt: (after: number) => Promise<RawPage<string>>): Promise<string[]> => {
    const found: string[] = [];
    let page = await readPage(undefined, fetchAt);
    for (let n = 0; n < 50; n += 1) {
      found.push(...page.items);
      if (page.next === undefined) return found;
      page = await readPage(page.next, fetchAt);
    }
    return assert.fail("it does not end");
  };

  it("reads to the end with and without a total", async () => {
    assert.deepEqual(await readAll(pageOf(rows, 3, true)), rows);
    assert.deepEqual(await readAll(pageOf(rows, 3, false)), rows);
    assert.deepEqual(await readAll(pageOf([], 3, false)), []);
  });

  it("ends at a server that ignores the offset", async () => {
    const ignoring = (): Promise<RawPage<string>> => pageOf(rows, 4, false)(0);
    assert.deepEqual(await readAll(ignoring), rows.slice(0, 4));
  });

  it("steps back by as many rows as vanished", async () => {
    const first = await readPage(undefined, pageOf(rows, 4, true));
    const left = rows.slice(3);
    const second = await readPage(first.next, pageOf(left, 4, true));
    assert.deepEqual(second.items, ["r4", "r5", "r6", "r7"]);
  });
});

describe("calendar dates in OTMM", () => {
  it("are read in the connection's zone", () => {
    assert.equal(dayIn("2021-11-01T07:00:00Z", "America/Los_Angeles"), "2021-11-01");
    assert.equal(dayIn("2021-11-01T00:00:00Z", "America/Los_Angeles"), "2021-10-31");
    assert.equal(dayIn("2021-10-31T23:00:00Z", "Europe/Berlin"), "2021-11-01");
    assert.equal(dayIn("2021-11-01", "Europe/Berlin"), "2021-11-01");
    assert.equal(dayIn("soon", "Europe/Berlin"), undefined);
  });

  const cases: [string, string, string | undefined, string][] = [
    // zone, day, found, written
    ["America/Los_Angeles", "2026-07-01", "2021-11-01T07:00:00Z", "2026-07-01T07:00:00Z"],
    ["America/Los_Angeles", "2026-12-01", "2021-11-01T07:00:00Z", "2026-12-01T08:00:00Z"],
    ["Europe/Berlin", "2026-12-01", "2021-07-01T00:00:00Z", "2026-12-01T00:00:00Z"],
    ["Europe/Berlin", "2026-12-01", undefined, "2026-12-01T00:00:00Z"],
    ["America/Los_Angeles", "2026-12-01", undefined, "2026-12-01T08:00:00Z"],
    ["Europe/Berlin", "2026-12-01", "2021-07-01T10:30:00Z", "2026-12-01T10:30:00Z"],
    ["Africa/Cairo", "2026-04-24", undefined, "2026-04-24T00:00:00Z"],
    ["America/Santiago", "2026-09-06", "2026-01-01T03:00:00Z", "2026-09-06T04:00:00Z"],
  ];
  for (const [zone, day, found, written] of cases) {
    it(`writes ${day} in ${zone} as ${written} beside ${found ?? "nothing"}`, () => {
      assert.equal(writeDay(day, zone, found), written);
      assert.equal(dayIn(written, zone), day);
    });
  }
});

describe("cookies", () => {
  it("are kept by name until the server ends them", () => {
    const jar = new CookieJar();
    jar.take(["JSESSIONID=A1.node1; Path=/; HttpOnly", "ROUTE=n1; Secure", "broken", "X=1; Max-Age=60"]);
    assert.equal(jar.header(), "JSESSIONID=A1.node1; ROUTE=n1; X=1");
    jar.take(["ROUTE=n2", "X=; Max-Age=0", "JSESSIONID=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
    assert.equal(jar.header(), "ROUTE=n2");
    jar.take(["ROUTE=deleted; max-age=0"]);
    assert.equal(jar.header(), undefined);
  });
});
