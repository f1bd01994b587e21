import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { at, condition, field, listAt, OtmmBench, stringAt } from "./otmm-support.js";

describe("sandbox OTMM: import and jobs", () => {
  let otmm: OtmmBench;
  let folder: string;

  before(async () => {
    otmm = await OtmmBench.start();
    const [root] = listAt((await otmm.get("/folders/rootfolders")).json, "folders_resource", "folder_list");
    const order = {
      folder_resource: {
        folder: { name: "Returned", metadata: { metadata_element_list: [] }, security_policy_list: [{ id: 6 }] },
      },
    };
    const made = await otmm.call("POST", `/folders/${String(root?.["asset_id"])}`, JSON.stringify(order));
    assert.equal(made.status, 201);
    folder = stringAt(made.json, "folder_resource", "folder", "asset_id");
  });
  after(() => otmm.stop());

  const part = (value: unknown) => new Blob([JSON.stringify(value)], { type: "application/json" });
  const manifest = (name: string, more: object = {}) =>
    part({ upload_manifest: { master_files: [{ file: { file_name: name, file_type: "image/png" }, ...more }] } });
  const representation = (...metadata: object[]) =>
    part({
      asset_resource: {
        asset: {
          metadata: { metadata_element_list: metadata },
          metadata_model_id: "ACME.MODEL.CAMPAIGN",
          security_policy_list: [{ id: 2 }],
        },
      },
    });

  function order(name: string, ...metadata: object[]): FormData {
    const form = new FormData();
    form.set("parent_folder_id", folder);
    form.set("asset_representation", representation(...metadata));
    form.set("manifest", manifest(name));
    return form;
  }

  async function jobOf(method: string, path: string, body: FormData | URLSearchParams, status = 200): Promise<string> {
    const answer = await otmm.call(method, path, body);
    assert.equal(answer.status, status, answer.text);
    return stringAt(answer.json, "job_handle", "job_id");
  }

  it("imports in one call: a job that ends with the asset in its folder", async () => {
    const form = order("grün.png", field("OTMM.CUSTOM.FIELD_TITLE", "Green"));
    form.set("files", new Blob(["green"], { type: "image/png" }), "grün.png");
    const job = await jobOf("POST", "/assets", form, 202);
    assert.equal(at((await otmm.get(`/jobs/${job}`)).json, "job_resource", "job", "status"), "STARTED");
    assert.equal((await otmm.ended(job))["status"], "COMPLETED");
    const [asset] = listAt(
      (await otmm.get(`/folders/${folder}/children`, { limit: "50" })).json,
      "folder_children",
      "asset_list",
    );
    assert.deepEqual([asset?.["name"], asset?.["import_job_id"], asset?.["version"]], ["grün.png", Number(job), 1]);
    assert.equal(at(asset, "master_content_info", "content_checksum"), createHash("md5").update("green").digest("hex"));
  });

  it("reports wrong models, fields and files in the job, not in the answer", async () => {
    const file = (form: FormData, name: string) => {
      form.set("files", new Blob(["x"]), name);
      return form;
    };
    const unknownField = file(order("a.png", field("ACME.FIELD.NONE", "x")), "a.png");
    const wrongName = file(order("a.png", { ...field("ACME.FIELD.CAMPAIGN CODE", "x"), name: "Code" }), "a.png");
    const missingFile = file(order("a.png"), "b.png");
    for (const form of [unknownField, wrongName, missingFile]) {
      const ended = await otmm.ended(await jobOf("POST", "/assets", form, 202));
      assert.equal(ended["status"], "FAILED");
      assert.notEqual(ended["error_message"], null);
    }
    await otmm.settings({ failImports: "Disk full" });
    const ended = await otmm.ended(await jobOf("POST", "/assets", file(order("a.png"), "a.png"), 202));
    assert.deepEqual([ended["status"], ended["error_message"]], ["FAILED", "Disk full"]);
    await otmm.settings({ failImports: "" });
  });

  it("imports in three steps", async () => {
    const job = await jobOf("POST", "/jobs/imports", new URLSearchParams({ file_name: "big.png" }));
    const upload = new FormData();
    upload.set("import_job_id", job);
    upload.set("file_name", "big.png");
    upload.set("file", new Blob(["big".repeat(100_000)]), "big.png");
    assert.equal((await otmm.call("POST", "/renditions", upload)).status, 200);
    const start = order("big.png");
    start.set("import_job_id", job);
    start.set("file_name", "big.png");
    assert.equal(await jobOf("PUT", `/jobs/imports/${job}`, start), job);
    assert.equal((await otmm.ended(job))["status"], "COMPLETED");
    assert.equal((await otmm.ids(condition("ARTESIA.FIELD.ASSET NAME", "big.png"))).length, 1);
  });

  async function checkIn(id: string, bytes: string): Promise<Record<string, unknown>> {
    const job = await jobOf("POST", "/jobs/imports", new URLSearchParams({ file_name: "new.png" }));
    const upload = new FormData();
    upload.set("import_job_id", job);
    upload.set("file_name", "new.png");
    upload.set("file", new Blob([bytes]), "new.png");
    await otmm.call("POST", "/renditions", upload);
    const start = new FormData();
    start.set("import_job_id", job);
    start.set("file_name", "new.png");
    start.set("manifest", manifest("new.png", { uoi_id: id }));
    await jobOf("PUT", `/jobs/imports/${job}`, start);
    return otmm.ended(job);
  }

  it("checks in a new version that takes over the metadata and ends the checkout", async () => {
    const old = await otmm.idOf("ete-banniere-2.png");
    assert.equal((await checkIn(old, "early"))["status"], "FAILED", "not checked out");
    assert.equal((await otmm.state("check_out", old)).status, 200);
    assert.equal((await checkIn(old, "second"))["status"], "COMPLETED");
    const versions = listAt((await otmm.get(`/assets/${old}/versions`)).json, "assets_resource", "asset_list");
    assert.deepEqual(
      versions.map((asset) => [asset["version"], asset["latest_version"], asset["checked_out"], asset["locked"]]),
      [
        [1, false, false, false],
        [2, true, false, false],
      ],
    );
    assert.equal(versions[1]?.["original_asset_id"], old);
    assert.notEqual(versions[1]?.["asset_id"], old);
    const [latest] = await otmm.ids(condition("ARTESIA.FIELD.ORIGINAL ASSET ID", old));
    assert.equal(latest, versions[1]?.["asset_id"]);
    assert.match(JSON.stringify(await otmm.asset(String(latest), { load_type: "metadata" })), /LUM-2024-ETE/);
  });

  it("cancels a checkout", async () => {
    const id = await otmm.idOf("ete-banniere-1.png");
    await otmm.state("check_out", id);
    assert.equal((await otmm.state("check_out", id)).status, 409);
    assert.equal((await otmm.state("cancel_check_out", id)).status, 200);
    assert.equal((await otmm.asset(id))["checked_out"], false);
  });

  it("puts a preview on an asset", async () => {
    const id = await otmm.idOf("big.png");
    const form = new FormData();
    form.set("rendition_type", "preview");
    form.set("file", new Blob(["small"], { type: "image/png" }), "small.png");
    assert.equal((await otmm.ended(await jobOf("POST", `/assets/${id}/contents`, form, 202)))["status"], "COMPLETED");
    assert.equal((await otmm.get(`/assets/${id}/contents`, { rendition_type: "preview" })).text, "small");
  });

  it("edits many as a job, setting and appending", async () => {
    const ids = await otmm.ids(condition("ACME.FIELD.CAMPAIGN CODE", "AF-2025-CXL"));
    const section = (metadata_section_id: string, metadata_field_id: string, metadata_value: unknown) => ({
      metadata_section_id,
      field_id_value_entries: [{ metadata_field_id, metadata_value }],
    });
    const wrap = (value: string) => ({ value: { type: "string", value } });
    const context = { type: "com.artesia.asset.selection.AssetIdsSelectionContext", asset_ids: ids };
    const metadata_edit_id_value_list = [
      section("METADATA_MISC_EDIT_SECTION", "ACME.FIELD.PRESERVATION STATUS", wrap("REF")),
      section("METADATA_APPEND_SECTION", "ARTESIA.FIELD.TAG", [wrap("refused")]),
    ];
    const request = {
      bulk_edit_request_param: { bulk_edit_request: { context, metadata_values: { metadata_edit_id_value_list } } },
    };
    const answer = await otmm.call("PATCH", "/assets", JSON.stringify(request));
    assert.equal((await otmm.ended(stringAt(answer.json, "job_handle", "job_id")))["status"], "COMPLETED");
    assert.equal(
      (await otmm.ids(condition("ACME.FIELD.PRESERVATION STATUS", "REF"), condition("ARTESIA.FIELD.TAG", "refused")))
        .length,
      ids.length,
    );
    assert.match(
      JSON.stringify(await otmm.asset(String(ids[0]), { load_type: "metadata" })),
      /"campaign"/,
      "the earlier tags are still there",
    );
  });

  it("moves an asset between folders, never out of all", async () => {
    const id = await otmm.idOf("big.png");
    const [root] = listAt((await otmm.get("/folders/rootfolders")).json, "folders_resource", "folder_list");
    const archived = listAt(
      (await otmm.get(`/folders/${String(root?.["asset_id"])}/folders`)).json,
      "folders_resource",
      "folder_list",
    ).find((entry) => entry["name"] === "Archived");
    const target = String(archived?.["asset_id"]);
    const change = (where: string, type: string) => {
      const context = JSON.stringify({ selection_context_param: { selection_context: { asset_ids: [id] } } });
      return otmm.call("PUT", `/folders/${where}/children`, new URLSearchParams({ type, selection_context: context }));
    };
    assert.equal((await change(folder, "remove")).status, 409);
    assert.equal((await change(target, "add")).status, 200);
    assert.equal((await change(folder, "remove")).status, 200);
    const parents = listAt((await otmm.get(`/assets/${id}/parents`)).json, "folders_resource", "folder_list");
    assert.deepEqual(
      parents.map((entry) => entry["name"]),
      ["Archived"],
    );
  });
});
