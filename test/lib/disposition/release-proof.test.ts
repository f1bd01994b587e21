import assert from "node:assert/strict";
import type { ReleaseDeps, ReleaseSettings } from "../../../lib/disposition/release.js";
import { archivedLinks, otherVersions } from "../../../lib/disposition/release-proof.js";
import type { ContentRef, LifecycleAsset } from "../../../lib/messages/asset.js";
import type { StoredEvent } from "../../../lib/store/types.js";
import type { CustodyState, SourceLink, SourceState } from "../../../lib/systems/disposal.js";
import type { ContentSystem } from "../../../lib/systems/port.js";

const AT = "2026-11-20T12:00:00.000Z";
const SETTINGS: ReleaseSettings = {
  source: "dam",
  archive: "archive",
  how: "delete",
  folder: "",
  statusField: "",
  statusValue: "",
  inUse: [],
  zone: "UTC",
};

/** An archive that keeps some references, and a store in which some versions were taken in. */
function around(
  kept: readonly string[],
  accessions: readonly [key: string, version: string, ref: string][],
): ReleaseDeps {
  const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
  const look = ({ ids }: LifecycleAsset): Promise<CustodyState> => {
    const id = ids.preservica?.ref ?? "";
    const state = kept.includes(id) ? "kept" : "gone";
    return Promise.resolve({ at: AT, state, id, title: id, securityTag: "", files: [], retention: [] });
  };
  const system = (name: "otmm" | "preservica"): ContentSystem => ({
    system: name,
    connection: name === "otmm" ? "dam" : "archive",
    open: never,
    stored: () => Promise.resolve({ size: 10, fixity: [] }),
    holds: never,
    custody: { look },
  });
  const events = accessions.map(([assetKey, assetVersion, object], seq): StoredEvent => ({
    assetKey,
    assetVersion,
    object,
    type: "accession",
    outcome: "success",
    at: AT,
    learnt: AT,
    basis: "reported",
    agent: "",
    seq,
    hash: "",
  }));
  return {
    systems: { get: system },
    store: {
      find: never,
      timeline: (key) => Promise.resolve(events.filter(({ assetKey }) => assetKey === key)),
      head: never,
    },
    signedIn: () => true,
  };
}

describe("what a release rests on", () => {
  const link = (key: string, version?: string): SourceLink => ({
    type: "PLACED",
    direction: "to",
    key,
    ...(version === undefined ? {} : { version }),
  });

  it("is the linked version of another asset, as the archive keeps it now", async () => {
    const deps = around(
      ["r-kept", "r-old"],
      [
        ["kept", "2", "r-kept"],
        ["destroyed", "1", "r-destroyed"],
        ["changed", "1", "r-old"],
      ],
    );
    const links = [
      link("kept", "2"),
      link("destroyed", "1"),
      // The archive has version 1, the link leads to version 2.
      link("changed", "2"),
      link("unresolved"),
      link("unknown", "1"),
    ];
    assert.deepEqual(await archivedLinks(links, SETTINGS, deps), ["kept"]);
    const twice = [link("kept", "2"), link("kept", "1")];
    assert.deepEqual(await archivedLinks(twice, SETTINGS, deps), []);
  });

  it("is the own copy of each further version, as the archive states it now", async () => {
    const deps = around(
      ["r1"],
      [
        ["otmm:dam:a", "1", "r1"],
        ["otmm:dam:a", "2", "r2"],
      ],
    );
    const content = (id: string): ContentRef[] => [
      { system: "otmm", connection: "dam", id, role: "preservation", name: id, mediaType: "", fixity: [] },
    ];
    const versions = ["1", "2", "3", "4"].map((version): SourceState["versions"][number] => ({
      id: version,
      version,
      latest: version === "4",
      deleted: false,
      expired: false,
      locked: false,
      checkedOut: false,
      content: content(version),
    }));
    const asset: LifecycleAsset = {
      key: "otmm:dam:a",
      version: "4",
      name: "a",
      ids: { preservica: { connection: "archive", ref: "r4" } },
      fields: {},
      content: [],
    };
    const timeline = await deps.store.timeline(asset.key);
    const state: SourceState = { at: AT, versions, folders: [], links: [], fields: {} };
    const found = await otherVersions(asset, state, timeline, SETTINGS, deps);
    assert.deepEqual(
      found.map(({ version, files, copy }) => [version, files.map(({ name }) => name), copy?.id, copy?.state]),
      [
        ["1", ["1"], "r1", "kept"],
        ["2", ["2"], "r2", "gone"],
        ["3", ["3"], undefined, undefined],
      ],
    );
  });
});
