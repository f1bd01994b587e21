import assert from "node:assert/strict";
import { PreservicaReader } from "../../scripts/demo/readers/preservica.js";
import { ask, form } from "../../scripts/demo/readers/http.js";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { softwareAgent } from "../../lib/messages/software.js";
import type { Approval, JobSummary, LifecycleEvent } from "../../lib/store/types.js";
import { good, idsOf, oneAsset } from "../faults/campaign.js";
import { helper, until } from "../support/helper.js";
import { DispositionWorld, WHOLE } from "./disposition-support.js";
import { IDS } from "../faults/flow.js";
import { reportOf } from "../../lib/timeline/index.js";

const HOLD = "ACME.FIELD.LEGAL HOLD";
const cast = oneAsset();
const [assetId = ""] = idsOf({ good: cast.good, bad: [] });
const { assetId: clipId } = good("Motiv.jpg");
const SETTINGS = { act: "destroy", deleteSource: true, lookSeconds: 0.1 };

interface Payload {
  outcome: string;
  reasons?: { code: string }[];
  markdown: string;
  digest: string;
  approval: string;
  list: { copies: { system: string; id: string }[] };
  paper: { kind: string };
}

describe("disposition: destroy", function () {
  this.timeout(60_000);
  let world: DispositionWorld;
  before(async () => {
    world = await DispositionWorld.open();
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.fresh();
  });

  const otmm = (): Promise<OtmmReader> => {
    const { username = "", password = "" } = world.sandbox.ready.otmm ?? {};
    return OtmmReader.login({ url: world.sandbox.url("otmm"), username, password });
  };
  const preservica = (): Promise<PreservicaReader> => {
    const { tenant = "", username = "", password = "" } = world.sandbox.ready.preservica ?? {};
    return PreservicaReader.login({ url: world.sandbox.url("preservica"), tenant, username, password });
  };
  const post = async (
    user: string,
    approval: string,
    act: string,
    body: object,
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await helper
      .request()
      .post(`/content-lifecycle/stores/${IDS.store}/approvals/${approval}/${act}`)
      .set("authorization", `Bearer ${user}`)
      .send(body);
    return { status: answer.status, body: answer.body };
  };
  const awaiting = async (): Promise<Payload> => (await world.out(2)).payload as Payload;
  const agreed = async ({ approval, digest }: Payload): Promise<void> => {
    for (const [user, act] of [
      ["rita", "request"],
      ["anna", "approve"],
      ["bert", "approve"],
    ] as const) {
      const { status } = await post(user, approval, act, { digest, reason: `because, ${user}` });
      assert.equal(status, 200, `${user} ${act}`);
    }
  };
  /** Token of the request in the archive, once it is known to the job. */
  const requestToken = async (which?: JobSummary): Promise<string> => {
    const job = which ?? (await world.jobs())[0];
    let token: string | undefined;
    await until(async () => {
      const { checkpoint = {} } = (await (await world.store()).job(job?.id ?? "")) ?? {};
      const [, asked] = Object.entries(checkpoint).find(([name]) => name.startsWith("request ")) ?? [];
      token = (asked as { token: string | null } | undefined)?.token ?? undefined;
      return token !== undefined;
    }, 30_000);
    return token ?? "";
  };
  const manager = async (approved: boolean, which?: JobSummary): Promise<void> => {
    const token = await requestToken(which);
    const url = world.sandbox.url("preservica");
    const login = await ask(`${url}/api/accesstoken/login`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        username: "manager.one",
        password: "archive-Manager-0001",
        tenant: "ALDER",
      }).toString(),
    });
    const headers = {
      "Preservica-Access-Token": (JSON.parse(login.text) as { token: string }).token,
      "content-type": "application/xml",
    };
    await until(async () => (await ask(`${url}/api/entity/progress/${token}`, { headers })).text.includes("PENDING"));
    const version = /<CurrentVersion>(\d+\.\d+)/.exec(
      (await ask(`${url}/api/entity/versiondetails/version`, { headers })).text,
    )?.[1];
    await ask(`${url}/api/entity/actions/deletions/${token}`, {
      method: "PUT",
      headers,
      body: `<DeletionAction xmlns="http://preservica.com/EntityAPI/v${version}"><Approval><Approved>${String(approved)}</Approved><Comment>ok</Comment></Approval></DeletionAction>`,
    });
  };
  /** A person puts one more policy, of ten years, on a copy in the archive. */
  const addPolicy = async (ref: string): Promise<void> => {
    const { tenant = "", username = "", password = "" } = world.sandbox.ready.preservica ?? {};
    const url = `${world.sandbox.url("preservica")}/api`;
    const login = await ask(`${url}/accesstoken/login`, form({ username, password, tenant }));
    const token = (JSON.parse(login.text) as { token: string }).token;
    const headers = { "Preservica-Access-Token": token, "content-type": "application/xml" };
    const policies = await ask(`${url}/entity/retention-policies?start=0&max=100`, { headers });
    const policy = /ref="([^"]+)" name="Product 10 years after last unit"/.exec(policies.text)?.[1];
    const answer = await ask(`${url}/entity/information-objects/${ref}/retention-assignments`, {
      method: "POST",
      headers,
      body: `<RetentionAssignment xmlns="http://preservica.com/RetentionManagement/v6.2"><RetentionPolicy>${policy}</RetentionPolicy></RetentionAssignment>`,
    });
    assert.ok(answer.status < 300, `${answer.status}: ${policies.text} ${answer.text}`);
  };
  const archived = async (): Promise<{ ref: string }[]> =>
    await (await preservica()).byIdentifier("OTMM-Original", cast.good[0]?.originalId ?? assetId);
  const refOf = (msg: LifecycleMessage): string => msg.asset?.ids.preservica?.ref ?? "";

  it("destroys in every system after two approvals and a manager's, and certifies each copy", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const list = await awaiting();
    assert.equal((await world.systemView(assetId)).deleted, false);
    await agreed(list);
    await manager(true);
    const msg = await world.out(0);
    const payload = msg.payload as Payload;
    assert.equal(payload.paper.kind, "certificate-of-destruction");
    const text = payload.markdown.replaceAll("\\", "");
    for (const word of [
      "anna, ",
      "bert, ",
      "rita, ",
      list.digest,
      "marked for deletion",
      "a tombstone is left",
      "Copies not reached",
      "Kept through: 2026-02-28",
    ]) {
      assert.ok(text.includes(word), `${word} is not in\n${text}`);
    }
    assert.equal((await world.systemView(assetId)).deleted, true);
    assert.deepEqual(await archived(), []);
    const [job] = await world.jobs();
    const types = (await (await world.store()).timeline(job?.assetKey ?? "")).map(({ type }) => type);
    for (const type of [
      "destruction proposed",
      "destruction requested",
      "destruction approved",
      "destruction used",
      "destroyed",
    ]) {
      assert.ok(types.includes(type), type);
    }
    assert.notEqual(refOf(msg), "");
    const { location } = await reportOf(await world.store(), job?.assetKey ?? "", "UTC");
    assert.deepEqual(
      Object.fromEntries(location.map(({ system, connection, state }) => [`${system}:${connection}`, state])),
      { "otmm:dam": "destroyed", "preservica:archive": "destroyed" },
    );
  });

  it("says on the certificate what the record was, and which links are still about", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const list = await awaiting();
    const [job] = await world.jobs();
    const store = await world.store();
    const granted = (grant: string, expires: string): LifecycleEvent => ({
      assetKey: job?.assetKey ?? "",
      type: "access granted",
      at: "2026-01-01T00:00:00.000Z",
      basis: "witnessed",
      agent: softwareAgent("preservica-access"),
      system: "preservica",
      outcome: "success",
      detail: { as: "link", grant, expires },
    });
    await store.append([granted("open-one", "2999-01-01T00:00:00.000Z"), granted("over", "2020-01-01T00:00:00.000Z")]);
    await agreed(list);
    await manager(true);
    const msg = await world.out(0);
    const text = (msg.payload as Payload).markdown.replaceAll("\\", "");
    const ref = refOf(msg);
    for (const words of [
      `Record number: ${ref}`,
      "Inclusive dates: 20",
      "Version of the schedule: not known",
      "5 YEAR, counts from ",
      `preservica archive ${ref}, version 1 (official): deleted by Preservica's two-person process`,
      "Link open-one, given 2026-01-01T00:00:00.000Z, good until 2999-01-01T00:00:00.000Z",
    ]) {
      assert.ok(text.includes(words), `${words} is not in\n${text}`);
    }
    assert.ok(!text.includes("Link over"));
  });

  it("takes OTMM's mark back when another policy is put on the archive's copy while its manager decides", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const list = await awaiting();
    await agreed(list);
    const token = await requestToken();
    assert.equal((await world.systemView(assetId)).deleted, true);
    const [copy] = await archived();
    await addPolicy(copy?.ref ?? "");
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual([...new Set(payload.reasons?.map(({ code }) => code))], ["list-changed"]);
    assert.ok(payload.markdown.includes(`Reject the pending request ${token} in archive.`), payload.markdown);
    assert.equal((await world.systemView(assetId)).deleted, false);
    assert.equal((await archived()).length, 1);
    assert.equal((await (await world.store()).approval(list.approval))?.state, "lapsed");
  });

  it("does not mark again what a person takes back in OTMM while the archive's manager decides", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    await agreed(await awaiting());
    await requestToken();
    await world.state("undelete", assetId);
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual(
      payload.reasons?.map(({ code }) => code),
      ["list-changed"],
    );
    assert.equal((await world.systemView(assetId)).deleted, false);
    assert.equal((await archived()).length, 1);
  });

  it("has people asked anew when the archive's policies change while they decide", async () => {
    // By then ten years are over, too.
    await world.sandbox.kernel.setClock(new Date("2032-06-01T00:00:00Z"));
    await world.load(SETTINGS);
    world.press([assetId]);
    const first = await awaiting();
    await post("rita", first.approval, "request", { digest: first.digest, reason: "due" });
    await post("anna", first.approval, "approve", { digest: first.digest, reason: "due" });
    const [copy] = await archived();
    await addPolicy(copy?.ref ?? "");
    await until(() => (world.ports[2]?.length ?? 0) > 1, 30_000);
    const next = world.ports[2]?.[1]?.payload as Payload;
    assert.notEqual(next.digest, first.digest);
    assert.equal((await (await world.store()).approval(first.approval))?.why, "the list changed");
    assert.equal((await (await world.store()).approval(next.approval))?.state, "proposed");
    const answer = await post("bert", first.approval, "approve", { digest: first.digest, reason: "due" });
    assert.equal(answer.status, 409);
    assert.equal((await (await otmm()).asset(assetId)).deleted, false);
  });

  it("lets neither the requester nor the same person twice nor a changed digest approve", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const { approval, digest } = await awaiting();
    const good = { digest, reason: "due" };
    assert.equal((await post("anna", approval, "approve", good)).status, 409);
    assert.equal((await post("rita", approval, "request", good)).status, 200);
    assert.equal((await post("rita", approval, "approve", good)).status, 403);
    assert.equal((await post("anna", approval, "approve", { ...good, digest: "0".repeat(64) })).status, 409);
    assert.equal((await post("anna", approval, "approve", { ...good, reason: " " })).status, 400);
    assert.equal((await post("anna", approval, "approve", good)).status, 200);
    assert.equal((await post("anna", approval, "approve", good)).status, 403);
    assert.equal((await post("nobody", approval, "approve", good)).status, 401);
    assert.equal((await world.systemView(assetId)).deleted, false);
  });

  it("keeps approvals over a restart and goes on with them", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const { approval, digest } = await awaiting();
    await post("rita", approval, "request", { digest, reason: "due" });
    await post("anna", approval, "approve", { digest, reason: "due" });
    await world.unload();
    await world.load(SETTINGS);
    assert.equal((await post("bert", approval, "approve", { digest, reason: "due" })).status, 200);
    await manager(true);
    assert.equal(((await world.out(0)).payload as Payload).outcome, "destroyed");
  });

  it("lets the approvals lapse when a hold is placed while people decide", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const { approval, digest } = await awaiting();
    await post("rita", approval, "request", { digest, reason: "due" });
    await post("anna", approval, "approve", { digest, reason: "due" });
    await (await otmm()).edit(assetId, { [HOLD]: "Y" });
    const payload = (await world.out(1)).payload as Payload;
    assert.ok(payload.reasons?.some(({ code }) => code === "on-hold"));
    assert.equal((await (await world.store()).approval(approval))?.state, "lapsed");
    assert.equal((await post("bert", approval, "approve", { digest, reason: "due" })).status, 409);
    assert.equal((await world.systemView(assetId)).deleted, false);
    assert.equal((await archived()).length, 1);
  });

  it("gives OTMM its copy back when the archive's manager rejects, and the approval lapses", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const list = await awaiting();
    await agreed(list);
    await manager(false);
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual(
      payload.reasons?.map(({ code }) => code),
      ["refused-by-system"],
    );
    assert.equal((await world.systemView(assetId)).deleted, false);
    assert.equal((await archived()).length, 1);
    assert.equal((await (await world.store()).approval(list.approval))?.state, "lapsed");
  });

  it("lists the parts that were joined into the record, destroys them with it, and not while one is held", async () => {
    await world.join(assetId, clipId);
    await world.load(SETTINGS, WHOLE);
    world.press([assetId]);
    const msg = await world.out(2);
    const { approval, digest, list } = msg.payload as Payload;
    assert.deepEqual(
      list.copies.filter(({ system }) => system === "otmm").map(({ id }) => id),
      [assetId, clipId],
    );
    await post("rita", approval, "request", { digest, reason: "due" });
    await (await otmm()).edit(clipId, { [HOLD]: "Y" });
    const refused = (await world.out(1)).payload as Payload;
    assert.ok(refused.reasons?.some(({ code }) => code === "on-hold"));
    assert.equal((await (await world.store()).approval(approval))?.state, "lapsed");
    await (await otmm()).edit(clipId, { [HOLD]: "N" });
    world.ports[2]?.splice(0);
    // A message that does not carry the parts: the store knows them.
    const { joined: _parts, ...alone } = msg.asset ?? assert.fail("no asset");
    world.again({ ...msg, asset: alone }, "lifted");
    await agreed(await awaiting());
    await manager(
      true,
      (await world.jobs()).find(({ run }) => run === "lifted"),
    );
    await world.out(0);
    for (const id of [assetId, clipId]) assert.equal((await world.systemView(id)).deleted, true, id);
  });

  const withoutUsers = async (work: () => Promise<void>): Promise<void> => {
    await world.unload();
    world.users(false);
    try {
      await world.load(SETTINGS);
      await work();
      await world.unload();
    } finally {
      world.users(true);
    }
  };

  it("lets the list lapse when Node-RED no longer knows its users while people decide", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const { approval, digest } = await awaiting();
    await post("rita", approval, "request", { digest, reason: "due" });
    await post("anna", approval, "approve", { digest, reason: "due" });
    await withoutUsers(async () => {
      const payload = (await world.out(1)).payload as Payload;
      assert.deepEqual(
        payload.reasons?.map(({ code }) => code),
        ["not-signed-in"],
      );
      assert.equal((await (await world.store()).approval(approval))?.state, "lapsed");
    });
    assert.equal((await world.systemView(assetId)).deleted, false);
  });

  it("rests while Node-RED does not know its users, and goes on when it does again", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const list = await awaiting();
    await agreed(list);
    await until(async () => (await world.systemView(assetId)).deleted);
    await withoutUsers(async () => {
      await until(async () => (await world.jobs()).some(({ state, step }) => state === "waiting" && step === "users"));
      assert.equal((await (await world.store()).approval(list.approval))?.state, "used");
    });
    await world.load(SETTINGS);
    await manager(true);
    await world.out(0);
    assert.deepEqual(await archived(), []);
  });

  it("refuses a rejected list for good", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const { approval, digest } = await awaiting();
    await post("anna", approval, "reject", { digest, reason: "still needed" });
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual(
      payload.reasons?.map(({ code }) => code),
      ["not-approved"],
    );
  });

  it("refuses a record with a copy in OTMM unless the node is set to delete there", async () => {
    await world.load({ ...SETTINGS, deleteSource: false });
    world.press([assetId]);
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual(
      payload.reasons?.map(({ code }) => code),
      ["copy-not-destroyable"],
    );
  });

  it("refuses while the archive does not state that retention has expired", async () => {
    await world.sandbox.kernel.setClock(new Date("2025-06-01T00:00:00Z"));
    await world.load(SETTINGS);
    world.press([assetId]);
    const payload = (await world.out(1)).payload as Payload;
    assert.deepEqual(
      payload.reasons?.map(({ code }) => code),
      ["retention-not-expired"],
    );
  });

  it("plans without asking anybody", async () => {
    await world.load(SETTINGS);
    world.press([assetId]);
    const msg = await world.out(2);
    const answer = await helper
      .request()
      .get(`/content-lifecycle/stores/${IDS.store}/approvals`)
      .set("authorization", "Bearer anna");
    assert.equal((answer.body as { approvals: Approval[] }).approvals.length, 1);
    helper.getNode("dispose").receive({ ...msg, dryRun: true, lifecycle: { run: "dry" } });
    const { plan } = await world.out(0);
    assert.deepEqual(
      plan?.map(({ system }) => system),
      ["otmm", "preservica"],
    );
    assert.equal((await (await world.store()).approvals({})).length, 1);
  });
});
