import { randomBytes } from "node:crypto";
import { deepEqual, equal, ok } from "node:assert/strict";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { assetReference } from "../../../lib/preservica/references.js";
import type { Reader } from "./reader.js";
import { Job, sha256, World } from "./world.js";

describe("several representations in one asset", function () {
  this.timeout(120_000);
  let world: World;
  let preservica: PreservicaClient;
  let reader: Reader;
  let count = 0;
  const nextId = (): string => `r${String(++count).padStart(4, "0")}`;

  before(async () => {
    world = await World.start();
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(() => {
    preservica = world.connect();
    reader = world.reader();
  });
  afterEach(() => {
    preservica.close();
  });

  it("keeps each named access copy in a representation of its own, and files of one name together", async () => {
    const id = nextId();
    const [master, web, tv, captions] = [60_000, 900, 1200, 300].map((size) => randomBytes(size));
    ok(master && web && tv && captions);
    const msg = world.message({
      id,
      files: [
        { name: "film.mxf", bytes: master },
        { role: "access", representation: "Web", name: "film.mp4", bytes: web },
        { role: "access", representation: "Broadcast", name: "film.mp4", bytes: tv },
        { role: "access", representation: "Web", name: "film.vtt", bytes: captions },
      ],
    });
    await world.drive(new Job(`job-${id}`, msg), preservica);
    const ref = assetReference(`${id}#v1`);
    deepEqual(await reader.representations(ref), ["Preservation Preservation", "Access Web", "Access Broadcast"]);
    const digests = async (type: "Preservation" | "Access", nth: number): Promise<string[]> =>
      (await reader.content(ref, type, nth)).map(({ bytes }) => sha256(bytes));
    deepEqual(await digests("Preservation", 1), [sha256(master)]);
    deepEqual(await digests("Access", 1), [sha256(web), sha256(captions)]);
    deepEqual(await digests("Access", 2), [sha256(tv)]);
    equal((await reader.byIdentifier("OTMM-Asset", `${id}#v1`)).length, 1);
  });
});
