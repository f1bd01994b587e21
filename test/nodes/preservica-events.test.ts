import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { PreservicaReader } from "../../scripts/demo/readers/preservica.js";
import { helper, until } from "../support/helper.js";
import { PreservicaStage } from "./preservica-stage.js";

interface Told {
  kind: string;
  kinds: string[];
  ref: string;
  key: string;
}
const SECRET = "webhook-secret-of-the-test";

describe("preservica-events", () => {
  let stage: PreservicaStage;
  before(async () => {
    stage = await PreservicaStage.open();
    stage.as("manager.one", "archive-Manager-0001");
  });
  after(() => stage.close());
  afterEach(() => stage.unload());

  const deploy = (config: object = {}, secret = SECRET) =>
    stage.deploy(
      "preservica-events",
      { pollSeconds: 1, sweepMinutes: 0, queue: "watch", origin: "dam", publicUrl: stage.web, ...config },
      1,
      { secret },
    );
  const told = (): Told[] => stage.got(0).map(({ payload }) => payload as Told);
  const looks = (): number =>
    stage.sandbox.kernel.log.entries({ limit: 100_000 }).filter(({ path }) => path.endsWith("/entities/updated-since"))
      .length;
  /** Resolves after a whole look that begins after the call. */
  const looked = async (): Promise<void> => {
    const before = looks();
    await until(() => looks() > before + 1, 30_000);
  };
  const manager = (): Promise<PreservicaReader> =>
    PreservicaReader.login({
      url: stage.sandbox.url("preservica"),
      tenant: "ALDER",
      username: "manager.one",
      password: "archive-Manager-0001",
    });
  const setTag = async (number: number, tag: string): Promise<string> => {
    const ref = await stage.refOf(number);
    await stage.putText(`/api/entity/information-objects/${ref}/security-descriptor?includeDescendants=false`, tag);
    await until(async () => (await stage.reader.asset(ref)).tag === tag);
    return ref;
  };

  it("tells nothing of what there was, then each change once, with the key that the asset has in OTMM", async () => {
    await deploy();
    await looked();
    assert.deepEqual(told(), []);
    const ref = await setTag(1, "restricted");
    await until(() => told().length > 0, 30_000);
    await looked();
    assert.deepEqual(
      told().map(({ kinds, ref: of, key }) => [kinds.join(), of, key]),
      [["tag", ref, stage.seeded(1).key]],
    );
    assert.equal(stage.got(0)[0]?.asset?.source?.["change.tagBefore"], "internal");
  });

  it("tells a changed tag from the archive's list of changes alone, though the archive's clock is days behind", async () => {
    await deploy({ sweepMinutes: 1440, queue: "list" });
    await looked();
    const ref = await setTag(7, "restricted");
    await until(() => told().length > 0, 30_000);
    assert.deepEqual(
      told().map(({ kind, ref: of }) => [kind, of]),
      [["tag", ref]],
    );
  });

  it("misses nothing that happened while it was away: tag, hold, destruction", async () => {
    const tagged = await setTag(2, "closed");
    const destroyed = await stage.refOf(8);
    await stage.reader.destroy(destroyed);
    const list = await stage.reader.get("/api/entity/legal-holds?start=0&max=20&expand=true");
    const hold = /<Ref>([^<]+)<\/Ref><Name>MAT-2026-017/.exec(list)?.[1] ?? "";
    const held = await stage.refOf(9);
    const put = await stage.reader.raw(
      "POST",
      `/api/entity/information-objects/${held}/legal-holds`,
      `<LegalHoldAssignmentRequest xmlns="http://preservica.com/XIP/v9.1"><LegalHoldRef>${hold}</LegalHoldRef></LegalHoldAssignmentRequest>`,
    );
    assert.equal(put.status, 200);
    await deploy();
    const seen = (): Map<string, string> => new Map(told().map(({ ref, kind }) => [ref, kind]));
    await until(() => [tagged, destroyed, held].every((ref) => seen().has(ref)), 30_000);
    assert.deepEqual(
      [tagged, destroyed, held].map((ref) => seen().get(ref)),
      ["tag", "destroyed", "hold-on"],
    );
  });

  it("goes on after a reading that failed for good", async () => {
    await deploy({ queue: "failed" });
    await looked();
    const fault = stage.sandbox.kernel.faults.add({
      system: "preservica",
      kind: "status",
      status: 400,
      match: { path: "/entities/updated-since" },
    });
    await until(() => fault.hit === 1);
    const ref = await setTag(11, "restricted");
    await until(() => told().some((one) => one.ref === ref));
    assert.equal(stage.got("errors").length, 1);
  });

  it("does not tell what its own account did", async () => {
    await deploy({ ownUser: "manager.one" });
    await looked();
    stage.got(0).length = 0;
    await setTag(3, "restricted");
    await looked();
    assert.deepEqual(told(), []);
  });

  it("is woken by a proven call, and neither by a forged one nor twice by a doubled one", async () => {
    await deploy({ pollSeconds: 86_400, subscribe: true });
    await until(
      () =>
        stage.sandbox.kernel.log
          .entries({ limit: 100_000 })
          .filter(
            ({ method, path, status }) => method === "POST" && path === "/api/webhook/subscriptions" && status === 200,
          ).length === 3,
      30_000,
    );
    await until(() => helper.getNode("node0") !== null);
    const url = `${stage.web}/content-lifecycle/preservica-events/node0`;
    const body = JSON.stringify({ trigger: "MOVED", timestamp: "2020-01-01T00:00:00.000Z", events: [] });
    const sign = (text: string, secret = SECRET) =>
      createHmac("sha256", secret).update(`preservica-webhook-auth${text}`).digest("hex");
    const call = async (text: string, signature: string) =>
      (
        await fetch(url, {
          method: "POST",
          body: text,
          headers: { "Preservica-Signature": signature, "content-type": "application/json" },
        })
      ).status;
    assert.equal(await call(body, sign(body, "other")), 401);
    assert.equal(await call(`${body} `, sign(body)), 401);
    assert.equal(await call(body, ""), 401);
    assert.equal(await call(body, sign(body)), 200);
    assert.equal(await call(body, sign(body)), 200);
    const ref = await setTag(4, "restricted");
    await until(() => told().some((one) => one.ref === ref), 30_000);
    assert.equal(told().filter((one) => one.ref === ref).length, 1);
  });

  it("looks once more after a call, for what the archive takes from its index only later", async () => {
    const config = { sweepMinutes: 1440, queue: "settle" };
    await deploy(config);
    await looked();
    await stage.unload();
    const before = looks();
    await deploy({ ...config, pollSeconds: 86_400, settleSeconds: 4 });
    await until(() => looks() > before, 30_000);
    await stage.change({ indexDelayMs: 3000 });
    const ref = await stage.refOf(12);
    await (
      await manager()
    ).rewrite(ref, "urn:clc:schema:lifecycle:1", (xml) =>
      xml.replace(/(<(?:\w+:)?retention>[\s\S]*?<(?:\w+:)?start>)[^<]*/, "$12023-02-03"),
    );
    await stage.change({ indexDelayMs: 0 });
    const body = JSON.stringify({ trigger: "MOVED", timestamp: "2020-01-01T00:00:00.000Z", events: [] });
    const signature = createHmac("sha256", SECRET).update(`preservica-webhook-auth${body}`).digest("hex");
    const called = await fetch(`${stage.web}/content-lifecycle/preservica-events/node0`, {
      method: "POST",
      body,
      headers: { "Preservica-Signature": signature },
    });
    assert.equal(called.status, 200);
    await until(() => told().some((one) => one.ref === ref && one.kinds.includes("policy")), 30_000);
  });

  it("signs no text that would pass as an event, however it is asked for as a challenge", async () => {
    await deploy({ pollSeconds: 86_400, queue: "oracle" });
    await until(() => helper.getNode("node0") !== null);
    const url = `${stage.web}/content-lifecycle/preservica-events/node0`;
    const challenge = async (code: string): Promise<{ status: number; signed: string }> => {
      const answer = await fetch(`${url}?challengeCode=${encodeURIComponent(code)}`, { method: "POST" });
      const said = (await answer.json()) as { challengeResponse?: string };
      return { status: answer.status, signed: said.challengeResponse ?? "" };
    };
    for (const body of ['{"events":[]}', "", "abc"]) {
      const { status, signed } = await challenge(`preservica-webhook-auth${body}`);
      assert.equal(status, 400, body);
      const forged = await fetch(url, { method: "POST", body, headers: { "Preservica-Signature": signed } });
      assert.equal(forged.status, 401, body);
    }
    assert.equal((await challenge("")).status, 400);
    assert.equal((await challenge("a".repeat(129))).status, 400);
    for (const code of ["0b6f5f0e-4a57-4b0b-9d39-2f5f1a3c9a11", "c306c99ca3a736124fa711bec53c737d", "aZ09+/=="]) {
      const wanted = createHmac("sha256", SECRET).update(code).digest("hex");
      assert.deepEqual(await challenge(code), { status: 200, signed: wanted });
    }
  });

  it("takes a secret whose variable is not set for none, not for the text that everybody can read", async () => {
    const reference = "${NO_SUCH_VARIABLE}";
    await deploy({ pollSeconds: 86_400, queue: "unset" }, reference);
    await until(() => helper.getNode("node0") !== null);
    const body = "{}";
    const answer = await fetch(`${stage.web}/content-lifecycle/preservica-events/node0`, {
      method: "POST",
      body,
      headers: {
        "Preservica-Signature": createHmac("sha256", reference).update(`preservica-webhook-auth${body}`).digest("hex"),
      },
    });
    assert.equal(answer.status, 401);
  });
});
