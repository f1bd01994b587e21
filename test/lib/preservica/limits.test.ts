import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { PreservicaClient, PreservicaOptions } from "../../../lib/preservica/client.js";
import { type IngestPlan, type IngestResult, planIngest } from "../../../lib/preservica/ingest.js";
import { assetReference } from "../../../lib/preservica/references.js";
import type { Reader } from "./reader.js";
import { Job, QUICK, World, type MadeAsset } from "./world.js";

describe("limits are said before the work", function () {
  this.timeout(120_000);
  let world: World;
  let reader: Reader;
  let preservica: PreservicaClient;
  let count = 0;
  const nextId = (): string => `s${String(++count).padStart(4, "0")}`;

  before(async () => {
    world = await World.start();
    reader = world.reader();
    await reader.makePolicy("From the lifecycle", "lcy.retention_start");
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(async () => {
    await fetch(`${world.sandbox.control}/faults`, { method: "DELETE" });
    await fetch(`${world.sandbox.control}/log`, { method: "DELETE" });
    preservica = world.connect();
  });
  afterEach(() => {
    preservica.close();
  });

  const plan = async (made: MadeAsset, client = preservica): Promise<IngestPlan> =>
    await planIngest("ingest", world.message(made).asset, QUICK, world.deps(client), new AbortController().signal);
  const warned = ({ planned }: IngestPlan): string[] => planned.flatMap(({ warnings }) => warnings ?? []);

  const tooLarge: [string, NonNullable<PreservicaOptions["assumptions"]>, RegExp][] = [
    ["one file", { maxFileBytes: 2000 }, /file "b.mov" has 2.93 KiB; Preservica takes 1.95 KiB at most \(maxFileBytes/],
    [
      "all files together",
      { maxPackageBytes: 4000 },
      /package with all files of the asset has 4.88 KiB.*maxPackageBytes/,
    ],
  ];
  for (const [what, assumptions, message] of tooLarge) {
    it(`refuses ${what} that the archive cannot take, without a byte sent`, async () => {
      const made = {
        id: nextId(),
        files: [
          { name: "a.mov", bytes: Buffer.alloc(2000, 1) },
          { name: "b.mov", bytes: Buffer.alloc(3000, 2) },
        ],
      };
      const small = world.connect({ assumptions });
      await rejects(world.drive(new Job(`job-${made.id}`, world.message(made)), small), { code: "REFUSED", message });
      match((await plan(made, small)).planned[0]?.refused ?? "", message);
      equal(world.uploads(), 0);
      deepEqual(await reader.byIdentifier("OTMM-Asset", `${made.id}#v1`), []);
      small.close();
      await world.drive(new Job(`job-${made.id}-again`, world.message(made)), preservica);
    });
  }

  const made = (): MadeAsset => ({
    id: nextId(),
    values: { RetentionPolicy: "From the lifecycle" },
    retentionStart: "2021-02-28",
  });
  const clock = async (): Promise<string> =>
    warned(await plan(made()))
      .filter((one) => /clock/.test(one))
      .join();

  it("says that a policy's clock will not start: the tenant lacks the index field, or the asset its document", async () => {
    equal(await clock(), "");
    preservica.indexFields.list = () => Promise.resolve([]);
    match(await clock(), /counts from lcy.retention_start, which this tenant does not index: its clock will not start/);
    const elsewhere = [{ key: "lcy.retention_start", schema: "urn:example:other" }];
    preservica.indexFields.list = () => Promise.resolve(elsewhere);
    match(await clock(), /which is read from urn:example:other, and the asset carries no such document/);
  });

  it("does not guess where the archive does not tell what it indexes", async () => {
    await world.fault({ kind: "status", status: 403, times: 0, match: { path: "/indexed-fields" } });
    equal(await clock(), "");
    equal(await preservica.indexFields.list(), undefined);
  });

  it("names an unknown security tag and a missing access copy in the plan, as the run does", async () => {
    const open = { id: nextId(), tag: "no-such-tag" };
    const planned = warned(await plan(open));
    match(planned.join(), /security tag "no-such-tag" is unknown in Preservica, "closed" is used/);
    match(planned.join(), /there is no access representation/);
    const { done } = await world.drive(new Job(`job-${open.id}`, world.message(open)), preservica);
    deepEqual((done.outputs[0]?.msg.payload as IngestResult | undefined)?.warnings, planned);
    // Archived by now: the plan says so, and still warns.
    const again = await plan(open);
    deepEqual(
      again.planned.map(({ action, target }) => `${action} ${target}`),
      [`keep ${assetReference(`${open.id}#v1`)}`],
    );
    match(warned(again).join(), /no-such-tag/);
  });
});
