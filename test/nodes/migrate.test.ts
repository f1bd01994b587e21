import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stored } from "../../nodes/shared/configuration.js";
import { migrate as disposition } from "../../nodes/disposition/config.js";
import { migrate as retention } from "../../nodes/retention-trigger/config.js";
import { migrate as fetch } from "../../nodes/otmm-asset-fetch/config.js";
import { migrate as event } from "../../nodes/lifecycle-event/config.js";
import { migrate as query } from "../../nodes/lifecycle-query/config.js";
import { migrate as mapper } from "../../nodes/metadata-mapper/config.js";
import { migrate as ingest } from "../../nodes/preservica-ingest/config.js";
import { migrate as otmm } from "../../nodes/otmm-connection/config.js";
import { migrate as preservica } from "../../nodes/preservica-connection/config.js";
import { migrate as profile } from "../../nodes/mapping-profile/config.js";
import { migrate as store } from "../../nodes/lifecycle-store/config.js";
import { migrate as importing } from "../../nodes/otmm-asset-import/config.js";
import { migrate as watch } from "../../nodes/otmm-asset-watch/config.js";
import { migrate as update } from "../../nodes/otmm-asset-update/config.js";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

const MIGRATIONS: Record<string, (stored: Stored) => object> = {
  "retention-trigger": retention,
  disposition,
  "otmm-asset-fetch": fetch,
  "otmm-asset-update": update,
  "otmm-asset-import": importing,
  "otmm-asset-watch": watch,
  "metadata-mapper": mapper,
  "preservica-ingest": ingest,
  "otmm-connection": otmm,
  "preservica-connection": preservica,
  "mapping-profile": profile,
  "lifecycle-store": store,
  "lifecycle-event": event,
  "lifecycle-query": query,
};

describe("reading stored definitions", () => {
  for (const [type, migrate] of Object.entries(MIGRATIONS)) {
    it(`${type}: knows the same members with the same defaults as the form`, () => {
      const html = readFileSync(join(PACKAGE_ROOT, "dist/nodes", type, `${type}.html`), "utf8");
      const start = html.indexOf("defaults: {", html.indexOf(`registerType("${type}"`));
      const defaults = html.slice(start, html.indexOf("\n    }", start));
      const declared = [...defaults.matchAll(/^ {6}([A-Za-z]+): \{/gm)]
        .map(([, name]) => name)
        .filter((name) => name !== "version");
      assert.deepEqual(Object.keys(migrate({})), declared);
      for (const [name, value] of Object.entries(migrate({})) as [string, unknown][]) {
        const literal = new RegExp(`^ {6}${name}: \\{\\s*value: ("[^"]*"|[\\d.]+|true|false)`, "m").exec(defaults)?.[1];
        if (literal !== undefined && name !== "redirectHosts")
          assert.equal(JSON.parse(literal), value, `${type}.${name}`);
      }
    });

    it(`${type}: is pure and changes nothing the second time`, () => {
      const stored = Object.freeze({ id: "a1", type, name: " x " });
      const once = migrate(stored);
      assert.deepEqual(migrate({ ...once }), once);
    });
  }

  it("takes numbers that the form stored as text", () => {
    assert.equal(fetch({ pageSize: "50" }).pageSize, 50);
    assert.equal(ingest({ attempts: "" }).attempts, 5);
  });

  it("falls back where a choice is unknown and leaves out rows that are none", () => {
    assert.equal(fetch({ mode: "guess" }).mode, "search");
    assert.deepEqual(fetch({ rules: [null, "x", { field: "F", operator: "??", value: 1 }] }).rules, [
      { field: "F", operator: "is", value: "", reason: "" },
    ]);
  });

  it("splits the list of content hosts", () => {
    assert.deepEqual(otmm({ redirectHosts: "a.example.org, b.example.org" }).redirectHosts, [
      "a.example.org",
      "b.example.org",
    ]);
  });
});
