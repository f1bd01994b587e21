import assert from "node:assert/strict";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import { good, idsOf, oneAsset } from "../faults/campaign.js";
import { DispositionWorld, WHOLE } from "./disposition-support.js";

const STATUS = "ACME.FIELD.PRESERVATION STATUS";
const HOLD = "ACME.FIELD.LEGAL HOLD";
const cast = oneAsset();
const [assetId = ""] = idsOf({ good: cast.good, bad: [] });
const { assetId: clipId } = good("Motiv.jpg");

interface Payload {
  outcome: string;
  already?: boolean;
  reasons?: { code: string }[];
  markdown: string;
  digest: string;
  paper: { kind: string; number: string; chainHead: string };
}

describe("disposition: release", function () {
  this.timeout(60_000);
  let world: DispositionWorld;
  let archive: string;
  before(async () => {
    world = await DispositionWorld.open();
  });
  after(() => world.close());
  beforeEach(async () => {
    archive = await world.fresh();
  });

  const settings = (): object => ({
    how: "archive-folder",
    folder: archive,
    statusField: STATUS,
    statusValue: "REL",
    inUse: [{ field: "ACME.FIELD.CAMPAIGN STATUS", values: ["RUN"] }],
  });
  const reader = (): Promise<OtmmReader> => {
    const { username = "", password = "" } = world.sandbox.ready.otmm ?? {};
    return OtmmReader.login({ url: world.sandbox.url("otmm"), username, password });
  };
  const untouched = async (before: string[]): Promise<void> => {
    assert.deepEqual(await world.foldersOf(assetId), before);
    const { expired, locked } = await world.systemView(assetId);
    assert.deepEqual({ expired, locked }, { expired: false, locked: false });
    assert.notEqual((await (await reader()).asset(assetId)).fields[STATUS], "REL");
  };

  it("moves the asset to the archive folder, expires it, and issues a transfer receipt", async () => {
    await world.load(settings());
    world.press([assetId]);
    const payload = (await world.out(0)).payload as Payload;
    assert.equal(payload.outcome, "released");
    assert.equal(payload.paper.kind, "transfer-receipt");
    assert.match(payload.paper.chainHead, /^[0-9a-f]{64}$/);
    for (const word of [/SHA-256 [0-9a-f]{64}/, /counts from 2021-02-28/, /Campaign 5 years/, /moved to folder/]) {
      assert.match(payload.markdown.replaceAll("\\", ""), word);
    }
    assert.deepEqual(await world.foldersOf(assetId), [archive]);
    const { expired, deleted, locked } = await world.systemView(assetId);
    assert.deepEqual({ expired, deleted, locked }, { expired: true, deleted: false, locked: false });
    const view = await (await reader()).asset(assetId);
    assert.equal(view.fields[STATUS], "REL");
    assert.equal(view.fields["ACME.FIELD.CAMPAIGN STATUS"], "END");
    const [job] = await world.jobs();
    const timeline = await (await world.store()).timeline(job?.assetKey ?? "");
    assert.equal(timeline.find(({ type }) => type === "source released")?.digest, payload.digest);
  });

  it("does nothing the second time and gives the receipt the same number", async () => {
    await world.load(settings());
    world.press([assetId]);
    const msg = await world.out(0);
    const first = msg.payload as Payload;
    const before = world.sandbox.kernel.log.entries({ limit: 100_000, system: "otmm" }).length;
    world.ports[0]?.splice(0);
    world.again(msg, "second");
    const second = (await world.out(0)).payload as Payload;
    assert.deepEqual([second.already, second.paper.number], [true, first.paper.number]);
    const since = world.sandbox.kernel.log.entries({ limit: 100_000, system: "otmm" }).slice(before);
    assert.deepEqual(
      since.filter(({ method }) => method === "PUT" || method === "PATCH").map(({ path }) => path),
      [],
    );
  });

  it("refuses a held asset, tells the matter and touches nothing", async () => {
    await (await reader()).edit(assetId, { [HOLD]: "Y" });
    const before = await world.foldersOf(assetId);
    await world.load(settings());
    world.press([assetId]);
    const payload = (await world.out(1)).payload as Payload;
    assert.ok(payload.reasons?.some(({ code }) => code === "on-hold"));
    assert.equal(payload.paper.kind, "refusal");
    await untouched(before);
  });

  it("refuses an asset that stands in a second folder", async () => {
    const roots = (await world.otmm("GET", "folders/rootfolders")) as {
      folders_resource: { folder_list: { asset_id: string }[] };
    };
    await world.addTo(roots.folders_resource.folder_list[0]?.asset_id ?? "", assetId);
    const before = await world.foldersOf(assetId);
    await world.load(settings());
    world.press([assetId]);
    assert.deepEqual(
      ((await world.out(1)).payload as Payload).reasons?.map(({ code }) => code),
      ["shared"],
    );
    await untouched(before);
  });

  it("refuses an asset that somebody has checked out", async () => {
    await (await reader()).edit(assetId, { [HOLD]: "Y" });
    const before = await world.foldersOf(assetId);
    await world.load(settings());
    world.press([assetId]);
    const msg = await world.out(1);
    world.ports[1]?.splice(0);
    await (await reader()).edit(assetId, { [HOLD]: "N" });
    await world.state("check_out", assetId);
    world.again(msg, "second");
    assert.deepEqual(
      ((await world.out(1)).payload as Payload).reasons?.map(({ code }) => code),
      ["checked-out"],
    );
    assert.deepEqual(await world.foldersOf(assetId), before);
    assert.equal((await world.systemView(assetId)).expired, false);
  });

  it("releases the parts that were joined into an asset along, and nothing while one of them is held", async () => {
    await world.join(assetId, clipId);
    const before = [await world.foldersOf(assetId), await world.foldersOf(clipId)];
    // Archived, and refused for a reason of its own; the hold comes afterwards.
    await world.load({ ...settings(), inUse: [{ field: "ACME.FIELD.CAMPAIGN STATUS", values: ["END"] }] }, WHOLE);
    world.press([assetId]);
    const msg = await world.out(1);
    assert.deepEqual(
      msg.asset?.joined?.map(({ otmm }) => otmm.assetId),
      [clipId],
    );
    await (await reader()).edit(clipId, { [HOLD]: "Y" });
    await world.unload();
    await world.load(settings(), WHOLE);
    const { joined: _parts, ...alone } = msg.asset ?? assert.fail("no asset");
    for (const [run, asset] of [
      ["with its part", msg.asset],
      ["as if it had none", alone],
    ] as const) {
      world.ports[1]?.splice(0);
      world.again({ ...msg, asset }, run);
      assert.deepEqual(
        ((await world.out(1)).payload as Payload).reasons?.map(({ code }) => code),
        ["on-hold"],
        run,
      );
    }
    assert.deepEqual([await world.foldersOf(assetId), await world.foldersOf(clipId)], before);
    await (await reader()).edit(clipId, { [HOLD]: "N" });
    world.again(msg, "lifted");
    const { markdown } = (await world.out(0)).payload as Payload;
    assert.match(markdown.replaceAll("\\", ""), /Parts, released along: "Motiv\.jpg"/);
    for (const id of [assetId, clipId]) {
      assert.deepEqual(await world.foldersOf(id), [archive]);
      assert.equal((await world.systemView(id)).expired, true);
    }
  });

  it("writes nothing in a dry run and plans the release", async () => {
    await world.load(settings());
    world.press([assetId]);
    await world.out(0);
    archive = await world.fresh();
    await world.load(settings());
    const before = await world.foldersOf(assetId);
    world.press([assetId], { dryRun: true });
    const { plan } = await world.out(1);
    assert.ok(plan?.some(({ action, refused }) => action.startsWith("move") && refused !== undefined));
    await untouched(before);
  });
});

describe("disposition without users", function () {
  this.timeout(60_000);
  it("releases nothing and says that adminAuth is missing; once it is set, the same job is replayed", async () => {
    const world = await DispositionWorld.open(false);
    try {
      const archive = await world.fresh();
      const settings = { how: "archive-folder", folder: archive };
      await world.load(settings);
      world.press([assetId]);
      const payload = (await world.out(1)).payload as Payload;
      assert.deepEqual(
        payload.reasons?.map(({ code }) => code),
        ["not-signed-in"],
      );
      assert.ok(!(await world.foldersOf(assetId)).includes(archive));
      const [job] = await world.jobs();
      await (await world.store()).replay(job?.id ?? "", "user:rita");
      await world.unload();
      world.users(true);
      await world.load(settings);
      assert.equal(((await world.out(0)).payload as Payload).outcome, "released");
      assert.deepEqual(await world.foldersOf(assetId), [archive]);
    } finally {
      await world.close();
    }
  });
});
