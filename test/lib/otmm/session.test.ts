import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { OtmmLogin, OtmmOptions } from "../../../lib/otmm/index.js";
import { Bench, failed } from "./support.js";

describe("the OTMM login", () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.start();
  });
  beforeEach(() => bench.reset());
  after(() => bench.stop());

  const ways = (): Record<string, Partial<OtmmOptions>> => {
    const facts = bench.sandbox.ready.otmm ?? {};
    const oauth = async (): Promise<Awaited<ReturnType<OtmmOptions["credentials"]>>> => ({
      username: "svc.lifecycle",
      password: "lifecycle-2026",
      clientId: facts["clientId"],
      clientSecret: facts["clientSecret"],
    });
    const login = (method: "session" | "digest" | "oauth"): { login: OtmmLogin } => ({ login: { method } });
    return {
      session: login("session"),
      digest: login("digest"),
      oauth: { ...login("oauth"), credentials: oauth },
      otds: { login: { method: "otds", otdsUrl: bench.sandbox.url("otmm"), resourceId: otdsResource } },
    };
  };

  for (const way of ["session", "digest", "oauth", "otds"]) {
    it(`works by ${way}, is shared by fifty callers and is renewed once when it ended`, async () => {
      const client = bench.connect({ ...ways()[way], concurrency: 50 });
      const fifty = (): Promise<unknown> =>
        Promise.all(Array.from({ length: 50 }, () => client.search({ limit: 1, detail: "system" })));
      const logins = (): number =>
        bench.requests().filter((line) => /^POST \/sessions|^GET \/sessions|\/credentials$/.test(line)).length;
      await fifty();
      // OTDS: a ticket, then the session that it opens.
      const once = way === "otds" ? 2 : 1;
      assert.equal(logins(), once);
      await bench.hourLater();
      await fifty();
      assert.equal(logins(), once);
    });
  }

  it("keeps every cookie of a cluster, not only the session's", async () => {
    await bench.set({ stickySessions: true });
    const client = bench.connect();
    assert.equal((await client.whoAmI()).loginName, "svc.lifecycle");
    assert.ok((await client.search({ limit: 1 })).total);
  });

  it("tries refused credentials once, whoever asks, so that the account is not locked", async () => {
    const client = bench.connect({
      credentials: async () => ({ username: "svc.lifecycle", password: "wrong-password" }),
    });
    bench.requests();
    await Promise.allSettled(Array.from({ length: 20 }, () => client.search({})));
    const error = await failed(client.search({}), "DENIED");
    assert.match(error.message, /"svc.lifecycle"/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /wrong-password/);
    assert.deepEqual(bench.requests(), ["POST /sessions"]);
  });

  it("takes corrected credentials at once", async () => {
    let password = "wrong-password";
    const client = bench.connect({ credentials: async () => ({ username: "svc.lifecycle", password }) });
    await failed(client.search({}), "DENIED");
    password = "lifecycle-2026";
    assert.ok((await client.search({ limit: 1 })).total);
  });

  it("logs out when it is closed", async () => {
    const client = bench.connect();
    await client.whoAmI();
    bench.requests();
    await client.close();
    assert.deepEqual(bench.requests(), ["DELETE /sessions"]);
    await failed(client.search({}), "UNREACHABLE");
  });

  it("says that an address leads to a web page", async () => {
    bench.fault({
      kind: "body",
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>Sign in</html>",
      times: 0,
    });
    const error = await failed(bench.connect().whoAmI(), "UPSTREAM");
    assert.match(error.message, /web page/);
  });

  it("refuses settings that cannot work", () => {
    assert.throws(() => bench.connect({ zone: "Mars/Olympus" }), { code: "NOT_CONFIGURED" });
    assert.throws(() => bench.connect({ baseUrl: "dam.example.com" }), { code: "NOT_CONFIGURED" });
    assert.throws(() => bench.connect({ connection: "" }), { code: "NOT_CONFIGURED" });
  });

  it("tells what works and which permission is missing", async () => {
    const good = await bench.connect().testConnection();
    assert.deepEqual(
      good.map(({ name, state }) => `${name} ${state}`),
      ["login ok", "search ok", "folders ok", "metadata ok", "download ok", "preview ok", "edit ok", "holds ok"],
    );
    const viewer = bench.connect({
      credentials: async () => ({ username: "viewer", password: "viewer-2026" }),
      holds: undefined,
    });
    const weak = await viewer.testConnection();
    const edit = weak.find(({ name }) => name === "edit");
    assert.equal(edit?.state, "missing");
    assert.match(edit.message, /EDIT_METADATA/);
    assert.equal(weak.find(({ name }) => name === "holds")?.state, "missing");
    const locked = bench.connect({ credentials: async () => ({ username: "viewer", password: "not-it-at-all" }) });
    assert.deepEqual(
      (await locked.testConnection()).map(({ name, state }) => `${name} ${state}`),
      ["login missing"],
    );
  });

  for (const { name, match, right } of [
    { name: "search", match: { path: "/search/text" }, right: /read access .* security policies/ },
    { name: "folders", match: { path: "/folders/rootfolders" }, right: /FOLDERS\.VIEW/ },
    { name: "metadata", match: { path: "/\\/assets\\/[0-9a-f]{40}/" }, right: /view the asset and its metadata/ },
    { name: "download", match: { method: "HEAD", path: "/renditions/", nth: 1 }, right: /ASSET\.DOWNLOAD and/ },
    { name: "preview", match: { method: "HEAD", path: "/renditions/", nth: 2 }, right: /ASSET\.DOWNLOAD_PREVIEW/ },
  ])
    it(`names the right that is missing: ${name}`, async () => {
      bench.fault({ kind: "status", status: 403, match, times: 0 });
      const checks = await bench.connect().testConnection();
      const missing = checks.filter(({ state }) => state !== "ok");
      assert.deepEqual(
        missing.map((check) => `${check.name} ${check.state}`),
        [`${name} missing`],
      );
      assert.match(missing[0]?.message ?? "", right);
    });
});

/** Id of the OTMM resource in the sandbox's directory service. */
const otdsResource = "5f3a1c52-8a4e-4a3e-9d6b-0c7f5a9e2d11";
