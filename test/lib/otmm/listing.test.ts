import assert from "node:assert/strict";
import { allOf, type OtmmAsset, type OtmmCursor } from "../../../lib/otmm/index.js";
import { APPROVAL, Bench, CAMPAIGN_STATUS, everyHit, failed, FINALS, named, PRESERVATION } from "./support.js";

const ids = (assets: readonly OtmmAsset[]): string[] => assets.map((asset) => asset.assetId).sort();

describe("OTMM listings", () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.start();
  });
  beforeEach(() => bench.reset());
  after(() => bench.stop());

  it("reads a search to its end whatever the page length of the server, each asset once", async () => {
    const client = bench.connect();
    const whole = ids(await everyHit(client, FINALS));
    assert.ok(whole.length > 30);
    await bench.set({ pageCap: 3 });
    assert.deepEqual(ids(await everyHit(client, FINALS)), whole);
  });

  it("joins conditions with and, or and parentheses, and looks into tables", async () => {
    const client = bench.connect();
    const either = await everyHit(client, {
      conditions: [
        { fieldId: CAMPAIGN_STATUS, operator: "contains", value: "RUN" },
        { fieldId: APPROVAL, operator: "contains", value: "APF", open: true },
        { fieldId: APPROVAL, operator: "contains", value: "DRA", join: "or", close: true },
      ],
    });
    assert.equal(either.length, 10);
    const product = await everyHit(client, {
      conditions: [
        { fieldId: "ACME.TABLE.PRODUCTS", columnId: "ACME.COLUMN.SKU", operator: "contains", value: "AF-110" },
      ],
    });
    assert.ok(product.length >= 6);
  });

  it("refuses a search of which the server left out a condition, because it finds too much", async () => {
    const client = bench.connect();
    const error = await failed(
      client.search({ conditions: [{ fieldId: "NO.SUCH.FIELD", operator: "contains", value: "x" }] }),
      "INVALID_INPUT",
    );
    assert.deepEqual(error.details?.["fields"], ["NO.SUCH.FIELD"]);
  });

  it("skips nothing when its own write-backs take hits out of the result between pages", async () => {
    const client = bench.connect();
    const open = {
      conditions: [...(FINALS.conditions ?? []), { fieldId: PRESERVATION, operator: "is-empty" as const }],
      limit: 5,
    };
    const whole = (await everyHit(client, open)).filter(
      (asset) => !asset.deleted && !asset.locked && !asset.checkedOut,
    );
    const done = new Set<string>();
    for await (const asset of allOf((page) => client.search(open, page))) {
      if (asset.deleted || asset.locked || asset.checkedOut) continue;
      await client.updateFields(asset.assetId, { [PRESERVATION]: "PRE" });
      done.add(asset.assetId);
    }
    assert.deepEqual([...done].sort(), ids(whole));
  });

  it("does not take a list with a hole for a whole one", async () => {
    const client = bench.connect();
    const { next } = await client.search({ ...FINALS, limit: 2 });
    const empty = {
      search_result_resource: {
        search_result: { hit_count: 0, total_hit_count: next?.total, offset: 2 },
        asset_list: [],
      },
    };
    bench.fault({
      kind: "body",
      status: 200,
      body: JSON.stringify(empty),
      headers: { "content-type": "application/json" },
    });
    const error = await failed(client.search({ ...FINALS, limit: 2 }, { cursor: next }), "UPSTREAM");
    assert.equal(error.retryable, true);
  });

  it("accepts single objects where lists are usual", async () => {
    await bench.set({ singleAsObject: true, pageCap: 1 });
    const client = bench.connect();
    const page = await client.search(FINALS);
    assert.equal(page.items.length, 1);
    assert.equal((await client.rootFolders()).length, 1);
    const asset = await named(client, "ete-parasol.jpg");
    assert.equal((await client.versions(asset.originalAssetId)).length, 3);
  });

  it("limits metadata to the fields asked for, also when the server leaves the categories out", async () => {
    for (const flattenListings of [true, false]) {
      await bench.set({ flattenListings });
      const client = bench.connect();
      const page = await client.search({ ...FINALS, fields: [APPROVAL, "ACME.FIELD.LAUNCH DATE"], limit: 1 });
      const [asset] = page.items;
      assert.ok(asset !== undefined);
      const { fields } = client.toLifecycleAsset(asset);
      assert.deepEqual(Object.keys(fields).sort(), [APPROVAL, "ACME.FIELD.LAUNCH DATE"]);
      assert.deepEqual(fields[APPROVAL], {
        type: "domain",
        label: "Approval status",
        value: "APF",
        display: "Approved final ",
      });
    }
  });

  it("finds a folder by its path and lists its assets without the folders in it", async () => {
    const client = bench.connect();
    const [root] = await client.rootFolders();
    assert.ok(root !== undefined);
    const [first] = await client.subfolders(root.id);
    assert.ok(first !== undefined);
    const byPath = await client.folderByPath(`${root.name}/${first.name}`);
    assert.equal(byPath.id, first.id);
    const error = await failed(client.folderByPath([root.name, "No such/folder"]), "NOT_FOUND");
    assert.match(error.message, /"No such\/folder"/);

    const asset = await named(client, "ete-parasol.jpg");
    const { paths } = await client.asset(asset.assetId);
    const [path] = paths;
    assert.ok(path !== undefined, "the asset has a path");
    await bench.set({ pageCap: 4 });
    for (const children of [false, true]) {
      const other = bench.connect({ assumptions: { subfolders: children ? "children" : "folders" } });
      const folder = await other.folderByPath(path);
      const found: string[] = [];
      for await (const one of allOf((page) => other.folderChildren(folder.id, page))) found.push(one.name);
      assert.ok(found.includes("ete-parasol.jpg"));
      assert.equal(found.length, 22);
    }
  });

  it("reads collections to the end and knows unknown ones by name", async () => {
    const client = bench.connect();
    const [collection] = await client.collections();
    assert.ok(collection !== undefined);
    const whole = (await client.collectionAssets(collection.id)).items;
    assert.ok(whole.length > 1);
    await bench.set({ pageCap: 1 });
    const single: OtmmAsset[] = [];
    for await (const asset of allOf((page) => client.collectionAssets(collection.id, page))) single.push(asset);
    assert.deepEqual(ids(single), ids(whole));
    assert.match((await failed(client.collectionAssets("none-such"), "NOT_FOUND")).message, /none-such/);
  });

  it("lists what changed since an instant, newest first, and stops there", async () => {
    const client = bench.connect();
    const before = bench.sandbox.kernel.clock.now();
    await bench.sandbox.kernel.setClock(new Date(before.getTime() + 60_000));
    const [one, two] = (await everyHit(client, FINALS)).filter(
      (asset) => !asset.deleted && !asset.checkedOut && !asset.locked,
    );
    assert.ok(one !== undefined && two !== undefined);
    await client.updateFields(one.assetId, { [PRESERVATION]: "QUE" });
    await client.updateFields(two.assetId, { [PRESERVATION]: "QUE" });
    const since = new Date(before.getTime() + 30_000).toISOString();
    const changed: OtmmAsset[] = [];
    let cursor: OtmmCursor | undefined;
    bench.requests();
    do {
      const page = await client.changedSince(since, { limit: 1 }, { cursor });
      changed.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(ids(changed), ids([one, two]));
    assert.ok(bench.requests().length <= 3, "it does not read the whole archive");
  });

  it("loads many assets by id in parts, in the order asked for, without those that are gone", async () => {
    const client = bench.connect({ assumptions: { idsPerGet: 7 } });
    const all = await everyHit(client, FINALS);
    const wanted = [...ids(all), "0".repeat(40)].toReversed();
    const loaded = await client.assetsByIds(wanted);
    assert.deepEqual(
      loaded.map((asset) => asset.assetId),
      wanted.filter((id) => !/^0+$/.test(id)),
    );
  });

  it("lists domains and fields, from the models or from a sample asset", async () => {
    const client = bench.connect();
    assert.ok((await client.lookupDomains()).includes("ACME.DOMAIN.APPROVAL STATUS"));
    const values = await client.lookupDomain("ACME.DOMAIN.APPROVAL STATUS");
    assert.deepEqual(
      values.find(({ value }) => value === "APF"),
      { value: "APF", display: "Approved final ", expired: false },
    );
    assert.match((await failed(client.lookupDomain("NO.DOMAIN"), "NOT_FOUND")).message, /NO\.DOMAIN/);

    const models = await client.metadataFields({ modelId: "ACME.MODEL.CAMPAIGN" });
    assert.equal(models.from, "models");
    const approval = models.fields.find(({ id }) => id === APPROVAL);
    assert.deepEqual(
      [approval?.type, approval?.domainId, approval?.category],
      ["domain", "ACME.DOMAIN.APPROVAL STATUS", "General"],
    );
    const events = models.fields.find(({ id }) => id === "ACME.TABLE.ARCHIVE EVENTS");
    assert.equal(events?.columns?.length, 4);

    const older = bench.connect({ assumptions: { modelsPath: "/no-such-call" } });
    const sample = await older.metadataFields();
    assert.equal(sample.from, "sample");
    assert.ok(sample.fields.some(({ id }) => id === "OTMM.CUSTOM.FIELD_TITLE"));
  });

  it("survives a reverse proxy's hiccups while reading", async () => {
    const client = bench.connect();
    await client.whoAmI();
    bench.fault({ kind: "status", status: 503, match: { path: "/search/text" } });
    bench.fault({ kind: "drop", match: { path: "/search/text" } });
    bench.fault({ kind: "truncate", match: { path: "/search/text" } });
    assert.ok((await client.search({ limit: 50 })).items.length > 0);
  });
});
