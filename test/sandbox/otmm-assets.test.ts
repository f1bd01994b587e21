import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { at, condition, field, listAt, OtmmBench, STATUS, stringAt } from "./otmm-support.js";

const ARCHIVED = "ACME.FIELD.PRESERVATION STATUS";

describe("sandbox OTMM: assets", () => {
  let otmm: OtmmBench;

  before(async () => {
    otmm = await OtmmBench.start();
  });
  after(() => otmm.stop());

  it("gives metadata only when asked, in three levels, domains with display value", async () => {
    const id = await otmm.idOf("spring-poster-layout.pdf");
    assert.equal("metadata" in (await otmm.asset(id)), false);
    const flags = { load_metadata: "true", load_destination_links: true, load_path: true };
    const request = JSON.stringify({ data_load_request: flags });
    const asset = await otmm.asset(id, { load_type: "custom", data_load_request: request });
    assert.equal(at(asset, "metadata", "metadata_element_list", 0, "id"), "ACME.CATEGORY.GENERAL");
    const status = listAt(asset, "metadata", "metadata_element_list", 0, "metadata_element_list").find(
      (entry) => entry["id"] === STATUS,
    );
    assert.equal(at(status, "value", "domain_value"), true);
    assert.equal(at(status, "value", "value", "display_value"), "Approved final ");
    assert.equal(at(status, "value", "value", "field_value", "value"), "APF");
    assert.equal(listAt(asset, "links", "links").length, 3);
    assert.equal(at(asset, "path_list", 0, "tree_name"), "Public Folders");
    assert.equal("security_policy_list" in asset, false);
    assert.equal(JSON.stringify(asset).includes("null"), false, "a literal null breaks the vendor's own client");
  });

  it("serves bytes that match size and checksum, whole, in part and beyond the end", async () => {
    const id = await otmm.idOf("spring-film.mp4");
    const asset = await otmm.asset(id);
    const url = `${otmm.api}/assets/${id}/contents`;
    const whole = Buffer.from(await (await fetch(url, { headers: otmm.headers })).arrayBuffer());
    assert.equal(whole.length, asset["content_size"]);
    assert.equal(createHash("md5").update(whole).digest("hex"), at(asset, "master_content_info", "content_checksum"));
    const range = async (value: string) => fetch(url, { headers: { ...otmm.headers, range: value } });
    const part = await range("bytes=100-199");
    assert.equal(part.status, 206);
    assert.equal(part.headers.get("content-range"), `bytes 100-199/${whole.length}`);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(100, 200));
    assert.deepEqual(Buffer.from(await (await range("bytes=-50")).arrayBuffer()), whole.subarray(-50));
    assert.equal((await range(`bytes=${whole.length}-`)).status, 416);
    const head = await otmm.call("HEAD", stringAt(asset, "master_content_info", "url").replace("/otmmapi/v6", ""));
    assert.equal(head.headers.get("content-length"), String(whole.length));
    await otmm.settings({ rangeSupport: false });
    assert.equal((await range("bytes=100-199")).status, 200);
    await otmm.settings({ rangeSupport: true });
  });

  it("gives renditions, names in the disposition, and 404 where there is none", async () => {
    const id = await otmm.idOf("🌸.png");
    const preview = await otmm.get(`/assets/${id}/contents`, { rendition_type: "preview", disposition: "attachment" });
    assert.equal(preview.headers.get("content-type"), "image/jpeg");
    assert.match(
      preview.headers.get("content-disposition") ?? "",
      /^attachment; filename="__?_preview.jpg"; filename\*=UTF-8''%F0%9F%8C%B8_preview\.jpg$/,
    );
    assert.equal(
      (await otmm.get(`/assets/${await otmm.idOf("MH_1912_008.wav")}/contents`, { rendition_type: "preview" })).status,
      404,
    );
    assert.equal((await otmm.get(`/assets/${id}/contents`, { rendition_type: "sketch" })).status, 400);
  });

  it("lets a viewer see but not download or edit", async () => {
    await otmm.login("viewer", "viewer-2026");
    const id = await otmm.idOf("spring-film.mp4");
    assert.equal((await otmm.get(`/assets/${id}/contents`)).status, 403);
    assert.equal((await otmm.get(`/assets/${id}/contents`, { rendition_type: "preview" })).status, 200);
    assert.equal((await otmm.state("lock", id)).status, 403);
    await otmm.login("svc.lifecycle", "lifecycle-2026");
  });

  it("changes metadata only under the caller's own lock", async () => {
    const id = await otmm.idOf("spring-loop.mp4");
    assert.equal((await otmm.patch(id, [field(ARCHIVED, "PRE")])).status, 409);
    assert.equal((await otmm.state("lock", id)).status, 200);
    const before = await otmm.asset(id);
    assert.equal(before["locked"], true);
    await otmm.pass(5000);
    assert.equal((await otmm.patch(id, [field(ARCHIVED, "PRE"), field("ACME.FIELD.ARCHIVE ID", "abc")])).status, 200);
    const after = await otmm.asset(id);
    assert.notEqual(after["date_last_updated"], before["date_last_updated"]);
    assert.equal(after["metadata_state_user_name"], "Lifecycle, Service");
    assert.equal((await otmm.state("unlock", id)).status, 200);
    assert.equal((await otmm.asset(id))["locked"], false);
    assert.deepEqual(await otmm.ids(condition(ARCHIVED, "PRE")), [id]);
  });

  it("refuses unknown fields, unknown domain values, wrong types and unequal columns", async () => {
    const id = await otmm.idOf("spring-making-of.mp4");
    await otmm.state("lock", id);
    const column = (name: string, ...values: string[]) => ({
      id: `ACME.COLUMN.${name}`,
      type: "com.artesia.metadata.MetadataTableField",
      values: values.map((value) => ({ value: { type: "string", value } })),
    });
    const day = "2026-11-16T00:00:00Z";
    const wrong = [
      [field("ACME.FIELD.NONE", "x")],
      [field(ARCHIVED, "NONE")],
      [field("ACME.FIELD.APPROVED VERSION", "two")],
      [field("ACME.FIELD.ARCHIVED ON", "2026-11-16T00:00:00.000Z")],
      [field("ACME.FIELD.ARCHIVE ID", "x".repeat(37))],
      [
        column("EVENT DATE", day, day),
        column("EVENT TYPE", "a"),
        column("EVENT AGENT", "a"),
        column("EVENT OUTCOME", "a"),
      ],
      [column("EVENT TYPE", "a")],
    ];
    for (const edits of wrong)
      assert.equal((await otmm.patch(id, edits)).status, 400, JSON.stringify(edits).slice(0, 120));
    const events = [
      column("EVENT DATE", day),
      column("EVENT TYPE", "ingestion end"),
      column("EVENT AGENT", "flow"),
      column("EVENT OUTCOME", "ok"),
    ];
    assert.equal((await otmm.patch(id, events)).status, 200);
    const emptied = events.map((entry) => ({ ...entry, values: [] }));
    assert.equal(
      (await otmm.patch(id, [...emptied, { ...field("ACME.FIELD.BUSINESS OWNER", ""), value: null }])).status,
      200,
    );
    await otmm.state("unlock", id);
  });

  it("answers a bulk lock with what succeeded and what failed, and fails when nothing did", async () => {
    const free = await otmm.idOf("ete-film.mp4");
    const taken = await otmm.idOf("ete-en-cours.jpg");
    const mixed = await otmm.state("lock", free, taken, "0".repeat(40));
    const result = at(mixed.json, "bulk_asset_result_representation", "bulk_asset_result");
    assert.deepEqual(at(result, "successful_object_list"), [free]);
    assert.deepEqual(
      listAt(result, "failed_object_list").map((entry) => entry["object_id"]),
      [taken, "0".repeat(40)],
    );
    assert.match(stringAt(result, "failed_object_list", 0, "reason"), /locked by another user: mkeller/);
    assert.equal((await otmm.state("lock", taken)).status, 409);
    await otmm.state("unlock", free);
    await otmm.settings({ bulkLimit: 1 });
    assert.equal((await otmm.state("lock", free, taken)).status, 400);
    await otmm.settings({ bulkLimit: 100 });
  });

  it("marks for deletion, keeps listing, and purges when told", async () => {
    const id = await otmm.idOf("cancelled-draft.jpg");
    assert.equal((await otmm.state("delete", id)).status, 200);
    const asset = await otmm.asset(id);
    assert.deepEqual([asset["deleted"], asset["content_state"]], [true, "SEL_DEL"]);
    assert.equal((await otmm.state("lock", id)).status, 409);
    await otmm.settings({ purge: "first" });
    assert.equal((await otmm.get(`/assets/${id}`)).status, 404);
  });

  it("derives expiry from the metadata field", async () => {
    const id = await otmm.idOf("ete-banniere-1.png");
    await otmm.state("lock", id);
    await otmm.patch(id, [field("ARTESIA.FIELD.EXPIRATION DATE", "2026-11-20T23:00:00Z")]);
    await otmm.state("unlock", id);
    assert.equal((await otmm.asset(id))["expired"], false);
    await otmm.pass(5 * 86_400_000);
    await otmm.login("svc.lifecycle", "lifecycle-2026");
    assert.equal((await otmm.asset(id))["expired"], true);
  });

  it("adds links, and refuses unknown types and targets", async () => {
    const [from, to] = [await otmm.idOf("ete-source.tif"), await otmm.idOf("ete-plage.jpg")];
    const link = (body: object) => otmm.call("POST", `/assets/${from}/links`, JSON.stringify(body));
    assert.equal((await link({ link_type_id: "DERIVED_FROM", source_id: from, destination_id: to })).status, 200);
    const links = at((await otmm.get(`/assets/${from}/links`)).json, "links_resource", "links");
    assert.deepEqual(links, {
      source_id: from,
      links: [{ link_type_id: "DERIVED_FROM", source_id: from, destination_id: to }],
    });
    assert.equal((await link({ link_type_id: "NONE", destination_id: to })).status, 400);
    assert.equal((await link({ link_type_id: "CONTAINS", destination_id: "0".repeat(40) })).status, 404);
  });

  it("counts an undocumented path, member or method as refused", async () => {
    const before = otmm.refused();
    const id = await otmm.idOf("ete-soleil.jpg");
    assert.equal((await otmm.get("/assetz")).status, 404);
    assert.equal((await otmm.call("DELETE", `/assets/${id}`)).status, 404);
    const extra = await otmm.call(
      "PATCH",
      `/assets/${id}`,
      JSON.stringify({ edited_asset: { data: { metadata: [], name: "x" } } }),
    );
    assert.equal(extra.status, 400);
    assert.equal(otmm.refused(), before + 3);
  });

  it("can answer errors as HTML and lists of one as the object", async () => {
    await otmm.settings({ htmlErrors: true, singleAsObject: true });
    const missing = await otmm.get("/assets/none");
    assert.match(missing.headers.get("content-type") ?? "", /text\/html/);
    const roots = at((await otmm.get("/folders/rootfolders")).json, "folders_resource", "folder_list");
    assert.equal(at(roots, "name"), "Public Folders");
    await otmm.settings({ htmlErrors: false, singleAsObject: false });
  });
});
