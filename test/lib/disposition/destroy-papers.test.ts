import assert from "node:assert/strict";
import { givenOut } from "../../../lib/disposition/destroy-links.js";
import { certificateOf, type CertificateFacts } from "../../../lib/disposition/destroy-papers.js";
import type { Approval, StoredEvent } from "../../../lib/store/types.js";

const copy = (id: string, version: string) => ({
  system: "preservica",
  connection: "archive",
  place: id,
  id,
  version,
  role: "official",
});
const APPROVAL: Approval = {
  id: "1",
  job: "j",
  run: "r",
  assetKey: "otmm:dam:a",
  assetVersion: "2",
  assetName: "a.tif",
  list: {
    rule: "Campaign 5 years",
    class: "CAMP-5Y",
    trigger: "end date",
    start: "2021-02-28",
    until: "2026-02-28",
    copies: [copy("r1", "1"), copy("r2", "")],
    retention: [
      { id: "r1", policies: [{ policy: "P", ref: "p1", period: "5 YEAR", start: "2021-02-28", expired: true }] },
    ],
  },
  digest: "d",
  state: "used",
  approvals: [],
  created: "",
};
const end = (nth: number) => ({
  method: `way ${nth}`,
  confirmed: `time ${nth}`,
  notReached: ["backups of the archive"],
});
const FACTS: CertificateFacts = {
  asset: {
    key: "otmm:dam:a",
    version: "2",
    name: "a.tif",
    ids: {},
    fields: {},
    content: [],
    source: { date_imported: "2020-05-01T08:00:00Z", date_last_updated: "2020-06-02T08:00:00Z" },
  },
  approval: APPROVAL,
  at: "2026-11-20T12:00:00.000Z",
  holds: [],
  ended: [
    { copy: copy("r1", "1"), how: end(1) },
    { copy: copy("r2", ""), how: end(2) },
  ],
  left: [],
  givenOut: [],
  zone: "UTC",
  chainHead: "",
};
const rowsOf = (title: string, facts: CertificateFacts): [string, string][] =>
  certificateOf(facts)
    .sections.filter((section) => section.title === title)
    .flatMap(({ rows }) => rows.map(({ name, value }): [string, string] => [name, value]));

describe("certificate of destruction", () => {
  it("confirms each copy by itself, with the version that it was", () => {
    assert.deepEqual(rowsOf("Copies destroyed", FACTS), [
      ["preservica archive r1, version 1 (official)", "way 1; confirmed time 1"],
      ["preservica archive r2, version not known (official)", "way 2; confirmed time 2"],
    ]);
  });

  it("says what the record was, and what is not known", () => {
    assert.deepEqual(rowsOf("Record", FACTS), [
      ["Record number", "r1, r2"],
      ["Inclusive dates", "2020-05-01T08:00:00Z to 2020-06-02T08:00:00Z, in the source"],
      ["Class or series", "CAMP-5Y"],
      ["Version of the schedule", "not known"],
      ["Rule", "Campaign 5 years"],
      ["Trigger", "end date"],
      ["Kept from", "2021-02-28"],
      ["Kept through", "2026-02-28"],
    ]);
    const bare = { ...FACTS, approval: { ...APPROVAL, list: {} }, asset: { ...FACTS.asset, source: {} } };
    assert.ok(rowsOf("Record", bare).every(([, value]) => value === "not known"));
    assert.deepEqual(rowsOf("Retention, as the governing system stated it", FACTS), [
      ["P", "5 YEAR, counts from 2021-02-28, expired: true (p1)"],
    ]);
  });

  it("names what was not reached, each once: copies that are kept, and what was given out", () => {
    const facts = { ...FACTS, left: ["otmm dam b"], givenOut: ["Link g"] };
    assert.deepEqual(
      rowsOf("Copies not reached", facts).map(([, value]) => value),
      [
        "otmm dam b: came after people approved, is not on the list, and is kept",
        "backups of the archive",
        "Link g",
        "Backups and caches, and what people fetched before, are not known to this software",
      ],
    );
  });

  it("takes links that are open, copies that were handed on, and fetches from the timeline, and nothing else", () => {
    const event = (type: string, detail: Record<string, string>, outcome: StoredEvent["outcome"] = "success") => ({
      assetKey: "k",
      type,
      at: "2026-01-01",
      basis: "witnessed" as const,
      agent: "",
      outcome,
      detail,
      seq: 1,
      learnt: "",
      hash: "",
    });
    const link = (grant: string, expires: string): StoredEvent =>
      event("access granted", { as: "link", grant, expires });
    const told = givenOut(
      [
        link("open", "2026-12-01"),
        link("over", "2026-02-01"),
        link("revoked", "2026-12-01"),
        event("access revoked", { grant: "revoked" }),
        event("access granted", { as: "reference" }),
        event("access used", { grant: "over" }),
        event("access used", { grant: "over" }, "failure"),
        event("access refused", { why: "held" }, "refused"),
      ],
      "2026-11-20",
    );
    assert.deepEqual(told, [
      "Link open, given 2026-01-01, good until 2026-12-01: it finds nothing any more, the archive is asked at each use",
      "Access copies handed on by a flow, 2026-01-01: where they went is not known",
      "Fetches of access copies by links: 1; where those copies are is not known",
    ]);
  });
});
