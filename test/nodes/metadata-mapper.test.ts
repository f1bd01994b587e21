import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { StoreHolder } from "../../lib/runtime/types.js";
import type { JobSummary, LifecycleStore, StoredEvent } from "../../lib/store/types.js";
import store from "../../nodes/lifecycle-store/lifecycle-store.js";
import mappingProfile from "../../nodes/mapping-profile/mapping-profile.js";
import mapper from "../../nodes/metadata-mapper/metadata-mapper.js";
import { helper, major, until } from "../support/helper.js";

/** Without a title, as the first profile demands one. */
const ASSET: LifecycleAsset = { key: "otmm:dam:a", version: "1", name: "a.tif", ids: {}, fields: {}, content: [] };
const title = { id: "1", from: [{ kind: "field", id: "TITLE" }], to: { target: "dc", field: "dc:title" } };
const demanding = [{ ...title, required: true }];
const lenient = [{ ...title, from: [...title.from, { kind: "fixed", value: "untitled" }] }];

describe(`a mapper whose profile is changed by a deploy, on Node-RED ${major}`, function () {
  this.timeout(30_000);
  let userDir: string;

  before(() => new Promise<void>((done) => void helper.startServer(done)));
  after(() => new Promise<void>((done) => void helper.stopServer(done)));
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "mapper-"));
    helper.settings({ userDir });
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(userDir, { recursive: true, force: true });
  });

  const deploy = async (version: string, rows: object[]): Promise<void> => {
    const profile = { name: "titles", version, targets: [{ name: "dc", kind: "dublin-core" }], rows };
    await helper.unload();
    const flow = [
      { id: "flow0", type: "tab", label: "t" },
      { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 1 },
      { id: "profile0", type: "mapping-profile", profile },
      {
        id: "map0",
        type: "metadata-mapper",
        z: "flow0",
        x: 1,
        y: 1,
        store: "store0",
        profile: "profile0",
        wires: [[], []],
      },
    ];
    await helper.load([store, mappingProfile, mapper], flow);
  };
  const opened = (): Promise<LifecycleStore> => (helper.getNode("store0") as unknown as StoreHolder).store();
  /** The job of the asset once it is in that state. */
  const job = async (state: JobSummary["state"]): Promise<JobSummary> => {
    let found: JobSummary | undefined;
    await until(async () => {
      [found] = await (await opened()).jobs({ state });
      return found !== undefined;
    });
    if (found === undefined) throw new Error(`no job is ${state}`);
    return found;
  };
  const told = async (): Promise<unknown[]> =>
    (await (await opened()).timeline(ASSET.key))
      .filter(({ type }: StoredEvent) => type === "metadata modification")
      .map(({ detail }) => detail);
  /** Taken in and rejected under version 1.0.0; then that profile is deployed, and the job replayed. */
  const replayedUnder = async (version: string, rows: object[]): Promise<void> => {
    await deploy("1.0.0", demanding);
    helper.getNode("map0").receive({ asset: ASSET, lifecycle: { run: "r" } });
    const { id } = await job("refused");
    await deploy(version, rows);
    await helper.request().post(`/content-lifecycle/stores/store0/jobs/${id}/replay`).expect(200);
  };

  it("names the version that really mapped, and the one that the asset was taken in under", async () => {
    await replayedUnder("2.0.0", lenient);
    await job("done");
    assert.deepEqual(await told(), [
      { profile: "titles 2.0.0", warnings: ["mapped by titles 2.0.0; it was taken in under titles 1.0.0"] },
    ]);
  });

  it("notices rows that were changed under the same version", async () => {
    await replayedUnder("1.0.0", lenient);
    await job("done");
    const warning =
      "titles 1.0.0 was changed, under the same version, after this was taken in; mapped by the changed one";
    assert.deepEqual(await told(), [{ profile: "titles 1.0.0", warnings: [warning] }]);
  });

  it("names both in the reason when the changed profile rejects the asset", async () => {
    await replayedUnder("2.0.0", demanding);
    await until(async () => (await job("refused")).attempt === 2);
    assert.match(
      (await job("refused")).error?.message ?? "",
      /^row 1: .* \(mapped by titles 2\.0\.0; it was taken in under titles 1\.0\.0\)$/,
    );
  });

  it("says nothing of a deploy that leaves the profile as it was", async () => {
    await replayedUnder("1.0.0", demanding);
    await until(async () => (await job("refused")).attempt === 2);
    assert.doesNotMatch((await job("refused")).error?.message ?? "", /titles/);
  });
});
