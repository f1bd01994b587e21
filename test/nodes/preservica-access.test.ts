import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { claimsOf, signLink } from "../../lib/access/index.js";
import { helper, until } from "../support/helper.js";
import { codeOf, messageOf, PreservicaStage } from "./preservica-stage.js";

interface Granted {
  granted: boolean;
  url: string;
  grant: string;
  size: number;
  reasons: string[];
  links: { url: string }[];
}
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("preservica-access", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
  });
  after(() => stage.close());
  afterEach(() => stage.unload());

  const deploy = (config: Record<string, unknown> = {}) =>
    stage.deploy(
      "preservica-access",
      { mode: "link", minutes: 5, publicUrl: stage.web, ...config },
      2,
      typeof config["secret"] === "string" ? { secret: config["secret"] } : {},
    );
  const ask = async (number: number): Promise<Granted & { port: number }> => {
    const { from, msg } = await stage.ask({ asset: stage.seeded(number) });
    const payload = msg.payload as Granted;
    return { ...payload, port: Number(from) };
  };
  const events = async (number: number): Promise<string[]> => {
    const answer = await helper.request().get("/content-lifecycle/stores/store0/jobs");
    assert.equal(answer.status, 200);
    const store = await (
      helper.getNode("store0") as unknown as {
        store(): Promise<{ timeline(key: string): Promise<{ type: string; outcome: string }[]> }>;
      }
    ).store();
    return (await store.timeline(stage.seeded(number).key)).map(({ type, outcome }) => `${type}: ${outcome}`);
  };

  const refusals = async (number: number): Promise<number> =>
    (await events(number)).filter((event) => event === "access refused: refused").length;

  it("serves exactly the bytes of the access copy, whole, by HEAD and by range, and never the master", async () => {
    await deploy();
    const given = await ask(3);
    const ref = await stage.refOf(3);
    const [access] = await stage.reader.content(ref, "Access");
    const [master] = await stage.reader.content(ref, "Preservation");
    const whole = await fetch(given.url);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    assert.equal(whole.status, 200);
    assert.equal(sha256(bytes), sha256(access?.bytes ?? Buffer.alloc(0)));
    assert.notEqual(sha256(bytes), sha256(master?.bytes ?? Buffer.alloc(0)));
    assert.equal(whole.headers.get("content-type"), "video/mp4");
    const head = await fetch(given.url, { method: "HEAD" });
    assert.deepEqual([head.status, head.headers.get("content-length")], [200, String(bytes.length)]);
    const part = await fetch(given.url, { headers: { range: "bytes=100-199" } });
    assert.deepEqual([part.status, part.headers.get("content-range")], [206, `bytes 100-199/${bytes.length}`]);
    assert.deepEqual(new Uint8Array(await part.arrayBuffer()), bytes.slice(100, 200));
    assert.equal((await fetch(given.url, { headers: { range: `bytes=${bytes.length}-` } })).status, 416);
    await until(async () => (await events(3)).filter((event) => event === "access used: success").length === 2);
    assert.ok((await events(3)).includes("access granted: success"));
  });

  it("refuses what has no access copy, is held, destroyed, or under a tag that is not allowed, and says why", async () => {
    await deploy();
    const without = await ask(2);
    assert.equal(without.port, 1);
    assert.match(without.reasons.join(), /no access representation/);
    assert.match((await ask(6)).reasons.join(), /legal hold/);
    assert.ok((await events(6)).includes("access refused: refused"));
    await stage.unload();
    await deploy({ tags: "open" });
    assert.match((await ask(3)).reasons.join(), /security tag is "internal"/);
  });

  it("refuses when holds may not be asked", async () => {
    await stage.change({ profile: "9.1.0 hold-403" });
    try {
      await deploy();
      assert.match((await ask(3)).reasons.join(), /counts as held/);
    } finally {
      await stage.change({ profile: "9.1.0" });
    }
  });

  it("refuses what the connection's account may not read, as closed to it", async () => {
    const hidden = await stage.refOf(10);
    stage.as("reader.cleared", "archive-Reader-00001");
    try {
      await deploy({ refuseHeld: false });
      const closed = await ask(10);
      assert.equal(closed.port, 1);
      assert.match(closed.reasons.join(), /may not read it|has no asset/);
      const known = { ...stage.seeded(10), ids: { preservica: { connection: "archive", ref: hidden } } };
      const { from, msg } = await stage.ask({ asset: known });
      assert.equal(from, 1);
      assert.match((msg.payload as Granted).reasons.join(), /may not read it/);
      assert.equal((await ask(3)).port, 0);
    } finally {
      const { username = "", password = "" } = stage.sandbox.ready.preservica ?? {};
      stage.as(username, password);
    }
  });

  it("does not take a refused login for a refused asset", async () => {
    stage.as("svc.lifecycle", "wrong");
    try {
      await deploy();
      const { from, msg } = await stage.ask({ asset: stage.seeded(3) });
      assert.equal(from, "errors");
      assert.equal(codeOf(msg), "DENIED");
    } finally {
      const { username = "", password = "" } = stage.sandbox.ready.preservica ?? {};
      stage.as(username, password);
    }
  });

  it("gives no link to an address that is not set, and says which variable is missing", async () => {
    await deploy({ publicUrl: "${NO_SUCH_ADDRESS}" });
    const before = await events(3);
    const { from, msg } = await stage.ask({ asset: stage.seeded(3) });
    assert.equal(from, "errors");
    assert.equal(codeOf(msg), "NOT_CONFIGURED");
    assert.match(messageOf(msg), /NO_SUCH_ADDRESS/);
    assert.deepEqual(await events(3), before);
  });

  it("plans in a dry run what it would give, and gives nothing", async () => {
    for (const mode of ["link", "reference"]) {
      await deploy({ mode });
      const before = await events(4);
      const { from, msg } = await stage.ask({ asset: stage.seeded(4), dryRun: true });
      assert.equal(from, 0);
      assert.equal(msg.plan?.at(-1)?.action, "give access");
      assert.deepEqual(
        msg.asset?.content.map(({ role, name }) => `${role} ${name}`),
        mode === "link" ? [] : ["access brochure-preview.jpg"],
      );
      assert.deepEqual(await events(4), before);
      await stage.unload();
    }
  });

  it("refuses changed, foreign, revoked and expired links", async () => {
    await deploy();
    const before = await refusals(4);
    const given = await ask(4);
    const link = given.url.slice(given.url.lastIndexOf("/") + 1);
    const base = given.url.slice(0, given.url.lastIndexOf("/"));
    const [node = "", grant = "", expiry = "", nonce = "", mac = ""] = link.split(".");
    const later = (Number.parseInt(expiry, 36) + 3600).toString(36);
    for (const wrong of [
      [node, grant, later, nonce, mac],
      [node, "other", expiry, nonce, mac],
      [node, grant, expiry, "AAAA", mac],
      [node, grant, expiry, nonce, `${mac.slice(0, -1)}${mac.endsWith("A") ? "B" : "A"}`],
      ["eHg", grant, expiry, nonce, mac],
      ["junk"],
    ]) {
      assert.equal((await fetch(`${base}/${wrong.join(".")}`)).status, 404, wrong.join("."));
    }
    // Three of them name a grant of this node.
    assert.equal((await refusals(4)) - before, 3);
    assert.equal((await fetch(given.url)).status, 200);
    const revoked = await helper
      .request()
      .post(`/content-lifecycle/preservica-access/node0/grants/${given.grant}/revoke`);
    assert.equal(revoked.status, 200);
    assert.equal((await fetch(given.url)).status, 410);
    assert.ok((await events(4)).includes("access revoked: success"));
    await stage.unload();
    await deploy({ minutes: 0 });
    assert.equal((await fetch((await ask(4)).url)).status, 410);
  });

  it("serves a one-time link once, also when two ask at the same time", async () => {
    await deploy({ oneTime: true });
    const { url } = await ask(1);
    const answers = await Promise.all([fetch(url), fetch(url), fetch(url)]);
    assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ["200", "410", "410"]);
  });

  it("asks the archive again at each use", async () => {
    await deploy();
    const { url } = await ask(9);
    assert.equal((await fetch(url)).status, 200);
    const ref = await stage.refOf(9);
    await stage.putText(
      `/api/entity/information-objects/${ref}/security-descriptor?includeDescendants=false`,
      "closed",
    );
    await until(async () => (await stage.reader.asset(ref)).tag === "closed");
    assert.equal((await fetch(url)).status, 403);
  });

  it("keeps links good over a redeploy, and one node's secret is not another's", async () => {
    await deploy();
    const { url } = await ask(4);
    await stage.unload();
    await deploy();
    assert.equal((await fetch(url)).status, 200);
    await stage.unload();
    await deploy({ secret: "own" });
    assert.equal((await fetch(url)).status, 404);
  });

  it("signs with a secret of its own where the entered one's variable is not set, not with the text that all can read", async () => {
    const reference = "${NO_SUCH_VARIABLE}";
    await deploy({ secret: reference });
    const { url } = await ask(4);
    const link = url.slice(url.lastIndexOf("/") + 1);
    const claims = claimsOf(link);
    assert.ok(claims !== undefined);
    const forged = signLink(claims, reference);
    assert.equal((await fetch(`${url.slice(0, url.lastIndexOf("/"))}/${forged}`)).status, 404);
    assert.equal((await fetch(url)).status, 200);
  });

  it("keeps a secret that nobody entered in a file for itself, not in the store", async () => {
    await deploy();
    await ask(4);
    const folder = join(stage.folder, "content-lifecycle");
    const keys = readdirSync(join(folder, "keys")).filter((name) => name.endsWith(".key"));
    assert.equal(keys.length, 1);
    const file = join(folder, "keys", keys[0] ?? "");
    assert.equal(statSync(file).mode & 0o077, 0);
    const secret = readFileSync(file, "utf8").trim();
    assert.match(secret, /^[0-9a-f]{64}$/);
    const files = readdirSync(folder).filter((name) => name.startsWith("test.db"));
    assert.ok(files.length > 0);
    for (const name of files) assert.equal(readFileSync(join(folder, name)).includes(secret), false, name);
  });

  it("hands only access files on as references", async () => {
    await deploy({ mode: "reference" });
    const { msg } = await stage.ask({ asset: stage.seeded(3) });
    assert.deepEqual(
      msg.asset?.content.map(({ role, name }) => `${role} ${name}`),
      ["access herbst-film-web.mp4"],
    );
  });
});
