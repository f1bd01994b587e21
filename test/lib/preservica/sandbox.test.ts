import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import type { PreservicaClient } from "../../../lib/preservica/client.js";
import { assetReference } from "../../../lib/preservica/references.js";
import { Job, sha256, World } from "./world.js";

describe("Preservica client on the sandbox", function () {
  this.timeout(20_000);
  let world: World;
  let client: PreservicaClient;
  const ref = assetReference("client#v1");
  const bytes = Buffer.from("bytes of client v1");
  const asset: LifecycleAsset = {
    key: "otmm:dam:client",
    version: "1",
    name: "client",
    ids: { preservica: { connection: "archive", ref } },
    fields: {},
    content: [],
  };

  before(async () => {
    world = await World.start();
    client = world.connect();
    await world.drive(new Job("job", world.message({ id: "client", tag: "open" })), client);
  });
  after(async () => {
    client.close();
    await world.stop();
  });
  afterEach(() => {
    const refused = world.sandbox.kernel.log.entries({ refused: true, limit: 1000 });
    deepEqual(
      refused.map((entry) => `${entry.method} ${entry.path}: ${entry.refused ?? ""}`),
      [],
    );
  });

  it("finds a good connection good", async () => {
    const report = await client.testConnection();
    ok(report.ok, JSON.stringify(report.checks));
    deepEqual(
      report.checks.map((check) => check.what),
      ["login", "version", "roles", "read", "upload", "security tags", "legal holds"],
    );
  });

  it("names the permission that an account lacks", async () => {
    const reader = world.connect({
      credentials: () => ({ username: "reader.cleared", password: "archive-Reader-00001" }),
    });
    const report = await reader.testConnection();
    const failed = report.checks.filter((check) => !check.ok);
    deepEqual(
      failed.map((check) => check.what),
      ["upload", "security tags"],
    );
    match(failed[0]?.text ?? "", /right to ingest/);
    match(failed[1]?.text ?? "", /does not see the security tag "closed"/);
    reader.close();
  });

  it("asks nothing more after a login that fails", async () => {
    const wrong = world.connect({ credentials: () => ({ username: "svc.lifecycle", password: "not-the-password" }) });
    const report = await wrong.testConnection();
    deepEqual(
      report.checks.map((check) => [check.what, check.ok]),
      [["login", false]],
    );
    wrong.close();
  });

  it("walks to the bitstreams and gives them as references whose bytes and digests can be had", async () => {
    const [content] = await client.contentOf(ref);
    ok(content !== undefined);
    deepEqual([content.role, content.name, content.size], ["preservation", "hero.tif", bytes.length]);
    const stored = await client.stored(content);
    equal(stored.size, bytes.length);
    equal(stored.fixity.find((entry) => entry.algorithm === "SHA-256")?.value, sha256(bytes));
    const request = await client.open(content);
    const answer = await fetch(request.url, { headers: request.headers });
    ok(Buffer.from(await answer.arrayBuffer()).equals(bytes));
  });

  it("reads the same through a versioned path", async () => {
    const old = world.connect({ apiPath: "v7.7" });
    equal((await old.asset(ref)).title, "Asset client");
    const [content] = await old.contentOf(ref);
    equal(content?.id, (await client.contentOf(ref))[0]?.id);
    await old.entities.addIdentifier("IO", ref, { type: "Old-Path", value: "x" });
    equal((await old.findByIdentifier("Old-Path", "x"))[0]?.ref, ref);
    old.close();
  });

  it("adds, changes and removes identifiers and metadata", async () => {
    const added = await client.entities.addIdentifier("IO", ref, { type: "ECM-Record", value: "a b/c & d" });
    deepEqual(
      (await client.findByIdentifier("ECM-Record", "a b/c & d")).map((found) => found.ref),
      [ref],
    );
    await client.entities.updateIdentifier("IO", ref, added.apiId, { type: "ECM-Record", value: "2" });
    deepEqual(await client.findByIdentifier("ECM-Record", "a b/c & d"), []);
    await client.entities.deleteIdentifier("IO", ref, added.apiId);
    deepEqual(await client.findByIdentifier("ECM-Record", "2"), []);
    const note = await client.entities.addFragment(
      "IO",
      ref,
      "urn:test:note",
      '<note xmlns="urn:test:note">one &amp; 1</note>',
    );
    await client.entities.updateFragment(
      "IO",
      ref,
      note.ref,
      "urn:test:note",
      '<note xmlns="urn:test:note">two</note>',
    );
    const fragments = await client.entities.fragments("IO", ref, "urn:test:note");
    deepEqual(
      fragments.map((fragment) => fragment.xml),
      ['<note xmlns="urn:test:note">two</note>'],
    );
  });

  it("tells the history of an asset, all pages of it", async () => {
    const small = world.connect({ assumptions: { pageSize: 2 } });
    const types: string[] = [];
    for await (const action of small.entities.eventActions("IO", ref)) types.push(action.type);
    ok(types.includes("Ingest") && types.length > 4, types.join());
    small.close();
  });

  it("lists folders page by page", async () => {
    const parent = (await client.ensureFolderPath("Paged", "open")).ref;
    for (let n = 1; n <= 5; n += 1) await client.ensureFolderPath(["Paged", `Folder ${n}`], "open");
    const small = world.connect({ assumptions: { pageSize: 2 } });
    const titles: string[] = [];
    for await (const entry of small.children(parent)) titles.push(entry.title);
    deepEqual(
      titles.sort(),
      [1, 2, 3, 4, 5].map((n) => `Folder ${n}`),
    );
    small.close();
  });

  it("searches the index", async () => {
    await world.control("clock", { advance: "PT10S" });
    const hits = [];
    for await (const hit of client.search({
      fields: { "xip.title": ["Asset client"] },
      show: ["xip.security_descriptor"],
    }))
      hits.push(hit);
    deepEqual(
      hits.map((hit) => [hit.type, hit.ref, hit.fields["xip.security_descriptor"]]),
      [["IO", ref, ["open"]]],
    );
  });

  it("shows what the process monitor knows of an ingest", async () => {
    const [monitor] = await client.monitors({ name: ref, category: "Ingest" });
    equal(monitor?.status, "Succeeded");
    deepEqual(await client.processes.messages(monitor?.id ?? "", "Error"), []);
  });

  it("asks for holds by the API where there is one, by policies where there is none, and takes a refusal for unknown", async () => {
    equal((await client.holds(asset)).state, "clear");
    const policy = await world.reader().makePolicy("LH: MAT-2026-017", undefined);
    await client.retention.assign(ref, policy);
    for (const profile of ["9.1.0", "7.7.0", "9.1.0 hold-403"]) {
      await world.change({ profile });
      const answer = await client.holds(asset);
      deepEqual(answer.state === "held" ? answer.matters : answer, ["MAT-2026-017"], profile);
    }
    const free: LifecycleAsset = {
      ...asset,
      ids: { preservica: { connection: "archive", ref: assetReference("free#v1") } },
    };
    await world.change({ profile: "9.1.0" });
    await world.drive(new Job("job-free", world.message({ id: "free", tag: "open" })), client);
    const states: string[] = [];
    for (const profile of ["9.1.0", "7.7.0", "9.1.0 hold-403"]) {
      await world.change({ profile });
      states.push((await client.holds(free)).state);
    }
    deepEqual(states, ["clear", "clear", "unknown"]);
    await world.change({ profile: "9.1.0" });
  });

  it("refreshes its token where the server wants that", async () => {
    let minutes = 0;
    const own = world.connect({ clock: () => minutes * 60_000 });
    await own.userDetails();
    minutes = 13;
    await own.userDetails();
    const calls = world.sandbox.kernel.log.entries({ limit: 5 }).map((entry) => `${entry.path} ${entry.status}`);
    ok(calls.includes("/api/accesstoken/refresh 200"), calls.join());
    own.close();
  });
});
