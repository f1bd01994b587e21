import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { until } from "../support/helper.js";
import { codeOf, PreservicaStage } from "./preservica-stage.js";

const HERBST = "Alder & Finch / Campaigns / 2015 / AF-2015-HRB Herbst 2015";

/** Asks and waits for the summary; the references that came. */
async function run(stage: PreservicaStage, msg: Record<string, unknown> = {}): Promise<string[]> {
  stage.send(msg);
  await until(() => stage.got(1).length > 0 || stage.got("errors").length > 0, 120_000);
  return stage.got(0).map(({ asset }) => asset?.ids.preservica?.ref ?? "");
}

describe("preservica-fetch", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
  });
  after(() => stage.close());
  afterEach(() => stage.unload());

  it("finds by index fields what the archive holds under a policy, once each", async () => {
    const conditions = [
      { field: "xip.retention_policy_assignment_name", value: "Campaign 5 years after end", valueType: "str" },
    ];
    await stage.deploy("preservica-fetch", { mode: "search", conditions, pageSize: 3, origin: "dam" }, 2);
    const refs = await run(stage);
    const wanted = await Promise.all([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12].map((number) => stage.refOf(number)));
    assert.deepEqual([...refs].sort(), wanted.sort());
    const summary = stage.got(1)[0]?.payload as { found: number; refused: number };
    assert.deepEqual([summary.found, summary.refused], [11, 0]);
  });

  it("gives an asset of OTMM its key there, and its own to one without", async () => {
    await stage.deploy("preservica-fetch", { mode: "identifiers", origin: "dam", content: "all" }, 2);
    const { key, version } = stage.seeded(3);
    await run(stage, { payload: `${key.split(":")[2]}#v${version}` });
    const asset = stage.got(0)[0]?.asset;
    assert.deepEqual([asset?.key, asset?.version], [key, "1"]);
    assert.equal(asset?.content.filter(({ role }) => role === "access").length, 2);
    assert.equal(asset?.content.filter(({ role }) => role === "preservation").length, 1);
    await stage.unload();
    await stage.deploy("preservica-fetch", { mode: "references", content: "none" }, 2);
    const ref = await stage.refOf(3);
    await run(stage, { payload: [ref] });
    assert.equal(stage.got(0)[0]?.asset?.key, `preservica:archive:${ref}`);
  });

  it("names what is not there as refused", async () => {
    await stage.deploy("preservica-fetch", { mode: "references" }, 2);
    const refs = await run(stage, { payload: [randomUUID(), await stage.refOf(1), "no-uuid"] });
    assert.equal(refs.length, 1);
    const summary = stage.got(1)[0]?.payload as { refused: number };
    assert.equal(summary.refused, 2);
  });

  it("says which folder is missing", async () => {
    await stage.deploy("preservica-fetch", { mode: "folder", folder: "Alder & Finch / Nowhere" }, 2);
    await run(stage);
    assert.equal(codeOf(stage.got("errors")[0] ?? {}), "NOT_FOUND");
  });

  it("stays in the folder when it is told to", async () => {
    await stage.deploy("preservica-fetch", { mode: "folder", folder: HERBST, subfolders: false, content: "none" }, 2);
    assert.equal((await run(stage)).length, 11);
  });
});
