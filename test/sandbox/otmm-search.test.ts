import assert from "node:assert/strict";
import { at, condition, LATEST, listAt, OtmmBench, STATUS } from "./otmm-support.js";

const CODE = "ACME.FIELD.CAMPAIGN CODE";
const CAMPAIGN = "ACME.FIELD.CAMPAIGN STATUS";

describe("sandbox OTMM: search", () => {
  let otmm: OtmmBench;

  before(async () => {
    otmm = await OtmmBench.start();
  });
  after(() => otmm.stop());

  async function total(...conditions: Parameters<OtmmBench["search"]>[0]): Promise<unknown> {
    return at(await otmm.search(conditions), "search_result", "total_hit_count");
  }

  it("finds the approved final assets of ended campaigns, good and bad", async () => {
    // 30 good ones; zero bytes, wrong MD5, deleted, checked out, other approved version; two of the contradictory campaign.
    assert.equal(await total(condition(LATEST, "Y"), condition(CAMPAIGN, "END"), condition(STATUS, "APF")), 37);
  });

  it("joins with and before or, and minds parentheses", async () => {
    const draft = condition(STATUS, "DRA");
    const rejected = condition(STATUS, "REJ", { relational_operator: "or" });
    const spring = condition(CODE, "AF-2021-SPR");
    assert.equal(await total({ ...draft, left_paren: "(" }, { ...rejected, right_paren: ")" }, spring), 3);
    const all = Number(await total(draft));
    assert.equal(
      await total(draft, rejected, spring),
      all + 1,
      "drafts of all campaigns, and the one rejected of spring",
    );
  });

  it("compares domain fields with the value id, text as a part, cascading values by their upper level", async () => {
    assert.equal(await total(condition(STATUS, "AP")), 0);
    assert.equal(await total(condition(CODE, "2021")), 24);
    assert.equal(await total(condition("ACME.FIELD.REGION", "20")), 10);
  });

  it("finds rows of a table by several columns of the same row", async () => {
    const cell = (metadata_field_id: string, value: string) => ({
      type: "com.artesia.search.SearchTabularFieldCondition",
      metadata_field_id,
      relational_operator_id: "ARTESIA.OPERATOR.CHAR.IS",
      value,
      relational_operator: "and",
    });
    const table = (...tabular_field_list: object[]) => ({
      type: "com.artesia.search.SearchTabularCondition",
      metadata_table_id: "ACME.TABLE.PRODUCTS",
      tabular_field_list,
    });
    assert.equal(await total(table(cell("ACME.COLUMN.SKU", "AF-110"))), 7);
    assert.equal(await total(table(cell("ACME.COLUMN.SKU", "AF-110"), cell("ACME.COLUMN.GTIN", "4012345001020"))), 7);
    assert.equal(await total(table(cell("ACME.COLUMN.SKU", "AF-110"), cell("ACME.COLUMN.GTIN", "4012345001037"))), 0);
  });

  it("compares dates and numbers, and knows emptiness", async () => {
    const end = (operator: string, value: string) =>
      condition("ACME.FIELD.END DATE", value, { relational_operator_id: `ARTESIA.OPERATOR.DATE.${operator}` });
    const latest = condition(LATEST, "Y");
    assert.equal(await total(latest, end("IS BEFORE", "01/01/2024")), 24);
    assert.equal(await total(latest, end("IS AFTER", "2026-11-16T09:00:00Z")), 12);
    assert.equal(
      await total(
        latest,
        condition(CODE, "LUM"),
        condition("ACME.FIELD.APPROVED VERSION", "2", { relational_operator_id: "ARTESIA.OPERATOR.NUMBER.IS" }),
      ),
      1,
    );
    const none = { relational_operator_id: "ARTESIA.OPERATOR.CHAR.IS EMPTY" };
    assert.equal(await total(latest, condition(CODE, "LUM"), condition("ACME.FIELD.CONFIDENTIALITY", "", none)), 1);
  });

  it("reports an unknown field or operator and leaves the condition out", async () => {
    for (const wrong of [
      condition("ACME.FIELD.NONE", "x"),
      condition(CODE, "x", { relational_operator_id: "ARTESIA.OPERATOR.CHAR.NONE" }),
    ]) {
      const result = await otmm.search([wrong, condition(CODE, "AF-2025-CXL")]);
      assert.equal(at(result, "search_result", "contains_invalid_conditions"), true);
      assert.equal(at(result, "search_result", "total_hit_count"), 2);
    }
  });

  it("pages by offset until the total is reached", async () => {
    const seen: unknown[] = [];
    for (let after = 0; after < 24; after += 10) {
      const result = await otmm.search([condition(CODE, "AF-2021-SPR")], {
        after: String(after),
        limit: "10",
        sort: "asc_NAME",
      });
      assert.equal(at(result, "search_result", "offset"), after);
      assert.equal(at(result, "search_result", "hit_count"), Math.min(10, 24 - after));
      seen.push(...listAt(result, "asset_list").map((asset) => asset["asset_id"]));
    }
    assert.equal(new Set(seen).size, 24);
  });

  it("gives ids without assets, keywords in names and display values, folders by filter", async () => {
    const ids = await otmm.search([condition(CODE, "AF-2025-CXL")], { return_type: "ids" });
    assert.equal(JSON.stringify(ids).includes("asset_list"), false);
    const words = async (keyword_query: string, more = {}) =>
      at(
        (await otmm.get("/search/text", { keyword_query, ...more })).json,
        "search_result_resource",
        "search_result",
        "total_hit_count",
      );
    assert.equal(await words("🌸"), 1);
    assert.equal(await words('"parasol" and *'), 3);
    assert.equal(await words('("spring-film" or "spring-loop")'), 2);
    const [root] = listAt((await otmm.get("/folders/rootfolders")).json, "folders_resource", "folder_list");
    assert.equal(await words("hero", { folder_filter: String(root?.["asset_id"]), folder_filter_type: "direct" }), 0);
    assert.equal(await words("hero", { folder_filter: String(root?.["asset_id"]), folder_filter_type: "all" }), 1);
  });

  it("restricts to facet values by display name, and to assets without a value", async () => {
    const restrict = (field_id: string, ...value_list: (string | null)[]) => ({
      facet_restriction_list: JSON.stringify({
        facet_restriction_list: { facet_field_restriction: [{ field_id, value_list }] },
      }),
    });
    const lumiere = await otmm.search([condition(LATEST, "Y")], restrict("ACME.FIELD.BRAND", "Lumière"));
    assert.equal(at(lumiere, "search_result", "total_hit_count"), 22);
    const untitled = await otmm.search([condition(CODE, "AF-2021-SPR")], restrict("OTMM.CUSTOM.FIELD_TITLE", null));
    assert.equal(at(untitled, "search_result", "total_hit_count"), 4);
  });

  it("accepts a POST with everything in the query, and refuses a missing wrapper and raw brackets", async () => {
    const posted = await otmm.call("POST", `/search/text?keyword_query=${encodeURIComponent("🌸")}`);
    assert.equal(at(posted.json, "search_result_resource", "search_result", "total_hit_count"), 1);
    const bare = await otmm.call(
      "POST",
      "/search/text",
      new URLSearchParams({ search_condition_list: '{"search_condition":[]}' }),
    );
    assert.equal(bare.status, 400);
    const raw = await rawStatus(otmm.sandbox.url("otmm"), "/otmmapi/v6/search/text?x={}");
    assert.match(raw, /^HTTP\/1\.1 400 [\s\S]*text\/html/i);
  });

  it("limits metadata to the fields asked for, without the category level", async () => {
    const result = await otmm.search([condition(CODE, "AF-2025-CXL")], {
      load_type: "metadata",
      metadata_to_return: `${CODE},${STATUS}`,
    });
    const fields = listAt(result, "asset_list", 0, "metadata", "metadata_element_list");
    assert.deepEqual(
      fields.map((entry) => entry["id"]),
      [STATUS, CODE],
    );
  });

  it("shows a change in searches only after the index has caught up", async () => {
    await otmm.settings({ indexDelayMs: 60_000 });
    const [id = ""] = await otmm.ids(condition(CODE, "AF-2025-CXL"), condition(STATUS, "WDR"));
    await otmm.state("lock", id);
    const domain = {
      type: "com.artesia.metadata.DomainValue",
      field_value: { type: "string", value: "REJ" },
      displayValue: "Rejected",
    };
    const patched = await otmm.patch(id, [
      { id: STATUS, type: "com.artesia.metadata.MetadataField", value: { value: domain } },
    ]);
    assert.equal(patched.status, 200, patched.text);
    assert.deepEqual(await otmm.ids(condition(CODE, "AF-2025-CXL"), condition(STATUS, "REJ")), []);
    assert.match(JSON.stringify(await otmm.asset(id, { load_type: "metadata" })), /"Rejected"/);
    await otmm.pass(61_000);
    assert.deepEqual(await otmm.ids(condition(CODE, "AF-2025-CXL"), condition(STATUS, "REJ")), [id]);
    await otmm.settings({ indexDelayMs: 0 });
  });
});

/** An answer to a request line that fetch would have encoded. */
async function rawStatus(base: string, path: string): Promise<string> {
  const { connect } = await import("node:net");
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.end(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}
