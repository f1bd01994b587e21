import assert from "node:assert/strict";
import type { ArchivedCopy, ArchiveStatus } from "../../lib/preservica/index.js";
import { assetRef } from "../../sandbox/preservica/seed/seed.js";
import type { ContentRef, Fixity, LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { until } from "../support/helper.js";
import { PreservicaStage } from "./preservica-stage.js";

const statusOf = ({ payload }: LifecycleMessage): ArchiveStatus => payload as ArchiveStatus;

describe("preservica-status", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
  });
  after(() => stage.close());
  beforeEach(() => stage.deploy("preservica-status", {}, 2));
  afterEach(() => stage.unload());

  it("tells place, tag, retention, history and digest of the version that the asset is", async () => {
    const { from, msg } = await stage.ask({ asset: stage.seeded(4) });
    assert.equal(from, 0);
    const status = statusOf(msg);
    assert.equal(status.ref, await stage.refOf(4));
    assert.equal(status.location, "Alder & Finch / Campaigns / 2015 / AF-2015-HRB Herbst 2015");
    assert.equal(status.retention.state, "RUN");
    assert.deepEqual(
      [status.retention.ruling?.name, status.retention.ruling?.start, status.retention.ruling?.until],
      ["Campaign 5 years after end", "2024-12-31", "2029-12-31"],
    );
    assert.equal(status.holds.state, "clear");
    const master = await stage.reader.content(status.ref, "Preservation");
    assert.deepEqual(
      status.files.filter(({ representation }) => representation === "Preservation").map(({ name }) => name),
      master.map(({ filename }) => filename),
    );
    const source = msg.asset?.source ?? {};
    assert.equal(source["archive.status"], "PRE");
    assert.equal(source["archive.access"], "RES");
    assert.equal(source["archive.retentionUntil"], "2029-12-31");
    assert.equal(source["archive.sha256"], master[0]?.sha256);
    assert.equal(msg.asset?.ids.preservica?.ref, status.ref);
    const table = msg.asset?.fields["archive.events"];
    assert.equal(table?.type, "table");
    assert.ok(table?.type === "table" && table.columns["type"]?.values.some(({ value }) => value === "Ingest"));
  });

  it("says held, not started, expired and damaged", async () => {
    const held = statusOf((await stage.ask({ asset: stage.seeded(6) })).msg);
    assert.equal(held.retention.state, "HLD");
    assert.deepEqual(held.holds.state === "held" ? [...held.holds.matters].sort() : [], [
      "MAT-2026-017",
      "MAT-2026-021",
    ]);
    assert.equal(statusOf((await stage.ask({ asset: stage.seeded(7) })).msg).retention.state, "NST");
    assert.equal(statusOf((await stage.ask({ asset: stage.seeded(8) })).msg).retention.state, "EXP");
    assert.equal(statusOf((await stage.ask({ asset: stage.seeded(9) })).msg).integrity.state, "failed");
  });

  it("says destroyed when only the tombstone is left", async () => {
    const known = (await stage.ask({ asset: stage.seeded(8) })).msg;
    await stage.reader.destroy(await stage.refOf(8));
    const { from, msg } = await stage.ask({ asset: known.asset, topic: "kept" });
    assert.equal(from, 0);
    assert.equal(statusOf(msg).deleted, true);
    assert.equal(msg.asset?.source?.["archive.status"], "DST");
    assert.match(statusOf(msg).events[0]?.type ?? "", /^Deleted/);
    assert.equal(msg.topic, "kept");
  });

  it("takes the source's word for which asset was destroyed, and for nothing that lives", async () => {
    const text = (value: string) => ({ type: "text" as const, label: "", value });
    const claiming = (ref: string, version: string): LifecycleAsset => ({
      ...stage.seeded(90),
      ids: { otmm: { connection: "dam", assetId: "own", originalAssetId: "nowhere", version: "1" } },
      fields: { REF: text(ref), OF: text(version) },
    });
    await stage.unload();
    await stage.deploy("preservica-status", { referenceField: "REF", versionField: "OF" }, 2);
    const tombstone = assetRef(`${stage.seeded(5).key.split(":")[2] ?? ""}#v1`);
    assert.equal((await stage.ask({ asset: claiming(tombstone, "own") })).from, 0);
    assert.equal((await stage.ask({ asset: claiming(tombstone, "an earlier one") })).from, 1);
    assert.equal((await stage.ask({ asset: claiming(await stage.refOf(1), "own") })).from, 1);
  });

  it("does not call a later version archived because an earlier one is", async () => {
    const { from, msg } = await stage.ask({ asset: stage.seeded(1, "2") });
    assert.equal(from, 1);
    assert.deepEqual((msg.payload as { earlier: string[] }).earlier, [await stage.refOf(1)]);
  });

  it("names the archived copy of bytes that are brought in again, and whether it was destroyed", async () => {
    const bytes = (algorithm: "MD5" | "SHA-256", value: string): ContentRef => {
      const fixity: Fixity[] = [{ algorithm, value, by: "source" }];
      return { system: "otmm", connection: "dam", id: "x", role: "preservation", name: "a", mediaType: "a/b", fixity };
    };
    const md5 = "0123456789abcdef0123456789abcdef";
    await stage.ask({ asset: { ...stage.seeded(3), content: [bytes("MD5", md5)] } });
    const ref = await stage.refOf(3);
    const again = { ...stage.seeded(99), name: "again", content: [bytes("MD5", md5.toUpperCase())] };
    const { from, msg } = await stage.ask({ asset: again });
    assert.equal(from, 1);
    const copiesIn = ({ payload }: LifecycleMessage) => (payload as { copies?: ArchivedCopy[] }).copies;
    assert.deepEqual(
      copiesIn(msg)?.map(({ ref: of, key, destroyed }) => [of, key, destroyed]),
      [[ref, stage.seeded(3).key, false]],
    );
    assert.equal(msg.asset?.source?.["archive.copies"], ref);
    const [master] = await stage.reader.content(ref, "Preservation");
    const stated = { ...stage.seeded(98), content: [bytes("SHA-256", master?.sha256 ?? "")] };
    assert.equal(copiesIn((await stage.ask({ asset: stated })).msg)?.[0]?.ref, ref);
    const other = { ...stage.seeded(97), content: [bytes("MD5", "f".repeat(32))] };
    assert.deepEqual(copiesIn((await stage.ask({ asset: other })).msg), []);
    assert.equal(copiesIn((await stage.ask({ asset: stage.seeded(96) })).msg), undefined);
    assert.deepEqual(
      copiesIn((await stage.ask({ asset: { ...again, ...stage.seeded(3, "2"), content: again.content } })).msg),
      [],
    );
  });

  it("says that holds are unknown where they may not be asked", async () => {
    await stage.change({ profile: "9.1.0 hold-403" });
    try {
      const status = statusOf((await stage.ask({ asset: stage.seeded(3) })).msg);
      assert.equal(status.holds.state, "unknown");
      assert.equal(status.retention.state, "UNK");
    } finally {
      await stage.change({ profile: "9.1.0" });
    }
  });

  it("shows a changed tag and place at the next reading", async () => {
    const asset = stage.seeded(2);
    const ref = await stage.refOf(2);
    await stage.putText(
      `/api/entity/information-objects/${ref}/security-descriptor?includeDescendants=false`,
      "closed",
    );
    await until(async () => (await stage.reader.asset(ref)).tag === "closed");
    assert.equal(statusOf((await stage.ask({ asset })).msg).access, "CLS");
  });
});
