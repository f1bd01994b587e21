import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { ingest, planIngest, type IngestResult } from "../../../lib/preservica/ingest.js";
import { Job, QUICK, World } from "./world.js";

const MODS = "http://www.loc.gov/mods/v3";

describe("folders that the mapping describes", function () {
  this.timeout(120_000);
  let world: World;
  let preservica: PreservicaClient;
  let count = 0;

  before(async () => {
    world = await World.start();
    preservica = world.connect();
  });
  after(async () => {
    preservica.close();
    await world.stop();
  });

  interface Group {
    /** Titles of the museum's and the series' folder. */
    path: string[];
    code: string;
    level?: number;
    xml?: string;
  }
  function message({ path, code, level = 1, xml }: Group): ReturnType<World["message"]> {
    const id = `f${String(++count).padStart(4, "0")}`;
    const msg = world.message({ id, values: { Parent: path, [`Folder/${level}/Collection-Code`]: code } });
    msg.asset.metadata = {
      ...msg.asset.metadata,
      series: {
        profile: { name: "test", version: "1.0.0" },
        kind: "fragment",
        schema: MODS,
        folder: level,
        values: {},
        xml: xml ?? `<mods xmlns="${MODS}"><titleInfo><title>${code}</title></titleInfo></mods>`,
      },
    };
    return msg;
  }
  const drive = async (group: Group, client = preservica): Promise<IngestResult> => {
    const msg = message(group);
    const { done } = await world.drive(new Job(`job-${msg._msgid}`, msg, QUICK), client);
    return done.outputs[0]?.msg.payload as IngestResult;
  };
  const folderAt = async (path: string[]): Promise<string> => (await preservica.findFolderPath(path)).ref ?? "";
  const codesOn = async (folder: string): Promise<string[]> =>
    (await preservica.entities.identifiers("SO", folder)).map(({ type, value }) => `${type} ${value}`);
  const recordsOn = async (folder: string): Promise<string[]> =>
    (await preservica.entities.fragments("SO", folder, MODS)).map(({ xml }) => xml);

  it("get their code and their document once, however many assets come at the same time", async () => {
    const path = ["Museum", "Plates"];
    await Promise.all(Array.from({ length: 12 }, () => drive({ path, code: "MH.1912" })));
    const folder = await folderAt(path);
    deepEqual(await codesOn(folder), ["Collection-Code MH.1912"]);
    const [record, ...more] = await recordsOn(folder);
    equal(more.length, 0);
    match(record ?? "", /<title>MH\.1912<\/title>/);
  });

  it("are described above the asset's own folder, too, and the asset does not carry their document", async () => {
    const path = ["Museum", "Glass", "Series"];
    const { ref } = await drive({ path, code: "MH.2", level: 2 });
    deepEqual(await codesOn(await folderAt(path.slice(0, 2))), ["Collection-Code MH.2"]);
    deepEqual(await codesOn(await folderAt(path)), []);
    deepEqual(
      (await preservica.asset(ref)).fragments.filter(({ schema }) => schema === MODS),
      [],
    );
  });

  it("keep what archivists wrote; a code that differs is told", async () => {
    const path = ["Museum", "By hand"];
    const { ref } = await preservica.ensureFolderPath(path, "open");
    await preservica.entities.addIdentifier("SO", ref, { type: "Collection-Code", value: "theirs" });
    await preservica.entities.addFragment("SO", ref, MODS, `<mods xmlns="${MODS}"><note>theirs</note></mods>`);
    const { warnings } = await drive({ path, code: "ours" });
    match(warnings.join(), /Collection-Code theirs, not ours/);
    deepEqual(await codesOn(ref), ["Collection-Code theirs"]);
    match((await recordsOn(ref)).join(), /^<mods[^>]*><note>theirs<\/note><\/mods>$/);
  });

  it("are not given a code that another folder carries", async () => {
    await drive({ path: ["Museum", "First"], code: "MH.TWIN" });
    const uploads = world.uploads();
    await rejects(drive({ path: ["Museum", "Second"], code: "MH.TWIN" }), { code: "CONFLICT", message: /"First"/ });
    equal(world.uploads(), uploads, "nothing was sent");
  });

  it("get it once whichever answer is lost", async () => {
    const patient = world.connect({ retries: 0, assumptions: { lostAnswerMs: 200 } });
    for (const lost of ["/identifiers", "/metadata"]) {
      const path = ["Museum", `Lost ${lost.slice(1)}`];
      const msg = message({ path, code: `MH${lost}` });
      await world.fault({ kind: "lost", match: { method: "POST", path: lost }, times: 1 });
      const job = new Job(`job-${msg._msgid}`, msg, QUICK);
      await rejects(world.drive(job, patient), { retryable: true });
      await world.drive(job.again(), patient);
      const folder = await folderAt(path);
      deepEqual(await codesOn(folder), [`Collection-Code MH${lost}`]);
      equal((await recordsOn(folder)).length, 1);
    }
    patient.close();
  });

  it("must be on the path, and are described by what is known before the packing", async () => {
    const run = (group: Group): Promise<unknown> =>
      ingest(new Job("job-x", message(group), QUICK), world.deps(preservica));
    await rejects(run({ path: ["One"], code: "c", level: 2 }), { code: "INVALID_INPUT", message: /folder 2/ });
    const late = `<mods xmlns="${MODS}">urn:clc:late:sha256:preservation</mods>`;
    await rejects(run({ path: ["One"], code: "c", xml: late }), { code: "INVALID_INPUT", message: /late value/ });
  });

  it("are named by a dry run", async () => {
    const { asset } = message({ path: ["Museum", "Planned"], code: "MH.P" });
    const { planned } = await planIngest("n", asset, QUICK, world.deps(preservica), new AbortController().signal);
    deepEqual(
      planned.filter(({ action }) => action.startsWith("describe")).map(({ target }) => target),
      ["Museum/Planned"],
    );
  });
});
