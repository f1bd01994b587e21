import assert from "node:assert/strict";
import { identified } from "../../../lib/disposition/identified.js";
import { knownPlaces, withKnownIds } from "../../../lib/disposition/places.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { AssetIdentity } from "../../../lib/store/types.js";
import type { ContentSystem } from "../../../lib/systems/port.js";

const KEY = "otmm:dam:m1";
const otmm = (assetId: string, originalAssetId: string, version = "1", connection = "dam") => ({
  otmm: { connection, assetId, originalAssetId, version },
});
const master: LifecycleAsset = {
  key: KEY,
  version: "2",
  name: "master.mxf",
  ids: otmm("m2", "m1", "2"),
  fields: {},
  content: [],
};
const clip = { key: "otmm:dam:c1", version: "1", name: "clip.mp4", ...otmm("c1", "c1"), content: [] };
const known = (id: string, system = "otmm", connection = "dam"): AssetIdentity => ({
  system,
  connection,
  id,
  assetKey: KEY,
});
const named = (asset: LifecycleAsset, identities: Parameters<typeof knownPlaces>[1]): string[] =>
  knownPlaces(asset, identities).map(({ system, connection, id }) => `${system} ${connection} ${id}`);

/** What OTMM says of its ids: m1 to m3 are versions of one asset, c2 is the clip's second version. */
const SAID: Record<string, ReturnType<typeof otmm>> = {
  m1: otmm("m1", "m1"),
  m2: otmm("m2", "m1", "2"),
  m3: otmm("m3", "m1", "3"),
  c1: otmm("c1", "c1"),
  c2: otmm("c2", "c1", "2"),
};
const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
const dam: ContentSystem = {
  system: "otmm",
  connection: "dam",
  open: never,
  stored: never,
  holds: never,
  identify: (id) => {
    const said = SAID[id];
    if (id === "closed") return Promise.reject(new LifecycleError("DENIED", "403"));
    return said === undefined ? Promise.reject(new LifecycleError("NOT_FOUND", "404")) : Promise.resolve(said);
  },
};
const systems = {
  get(_system: string, connection: string): ContentSystem {
    if (connection === "dam") return dam;
    throw new LifecycleError("NOT_CONFIGURED", "no such connection");
  },
};

describe("the places where an asset is known", () => {
  it("include every part that was joined into it, as an asset of its own", () => {
    const places = knownPlaces({ ...master, joined: [clip] }, []);
    assert.deepEqual(
      places.map(({ id, asset }) => [id, asset.key, asset.ids.otmm?.assetId]),
      [
        ["m1", KEY, "m2"],
        ["c1", "otmm:dam:c1", "c1"],
      ],
    );
  });

  it("include a part that only the store knows, once, and no further place for further versions", async () => {
    const stored = ["m1", "m2", "m3", "c1", "c2"].map((id) => known(id));
    assert.deepEqual(named(master, await identified(master, stored, systems)), ["otmm dam m1", "otmm dam c1"]);
    const joined = { ...master, joined: [clip] };
    assert.deepEqual(named(joined, await identified(joined, stored, systems)), ["otmm dam m1", "otmm dam c1"]);
  });

  it("include what cannot be asked about, but nothing that its system no longer knows", async () => {
    const stored = [known("m2"), known("gone"), known("closed"), known("m1", "otmm", "agency")];
    assert.deepEqual(named(master, await identified(master, stored, systems)), [
      "otmm dam m1",
      "otmm dam closed",
      "otmm agency m1",
    ]);
  });

  it("give an asset without ids its own, not those of a part", async () => {
    const bare = { ...master, ids: {} };
    const stored = [known("c1"), known("m1"), known("m2"), known("r", "preservica", "archive")];
    const asset = withKnownIds(bare, await identified(bare, stored, systems));
    assert.equal(asset.ids.otmm?.originalAssetId, "m1");
    assert.equal(asset.ids.preservica?.ref, "r");
  });
});
