import assert from "node:assert/strict";
import { at, OtmmBench, stringAt } from "./otmm-support.js";

describe("sandbox OTMM: sessions", () => {
  let otmm: OtmmBench;
  const credentials = { username: "svc.lifecycle", password: "lifecycle-2026" };

  before(async () => {
    otmm = await OtmmBench.start();
  });
  after(() => otmm.stop());

  async function statusWith(headers: Record<string, string>, path = "/users/me"): Promise<number> {
    return (await otmm.call("GET", path, undefined, headers)).status;
  }

  it("takes the session cookie only together with the session's id", async () => {
    const session = await otmm.login(credentials.username, credentials.password);
    const { cookie = "" } = otmm.headers;
    assert.match(stringAt(session, "message_digest"), /^[0-9a-f]{40}$/);
    assert.equal(await statusWith({ cookie, "x-requested-by": String(session["id"]) }), 200);
    assert.equal(await statusWith({ cookie }), 403);
    assert.equal(await statusWith({ cookie, "x-requested-by": "1" }), 403);
    assert.equal(await statusWith({ cookie }, "/sessions"), 200, "the calls on sessions need no header");
  });

  it("takes the message digest, as a header of its own and as a bearer", async () => {
    const session = await otmm.login(credentials.username, credentials.password);
    const digest = stringAt(session, "message_digest");
    const id = String(session["id"]);
    assert.equal(await statusWith({ otmmauthtoken: digest, "x-requested-by": id }), 200);
    assert.equal(await statusWith({ authorization: `Bearer otmmToken ${digest}`, "x-requested-by": id }), 200);
    assert.equal(await statusWith({ otmmauthtoken: digest }), 403);
    assert.equal(await statusWith({ otmmauthtoken: "0".repeat(40), "x-requested-by": id }), 401);
  });

  it("gives an OAuth token that needs no further header and ends after its life", async () => {
    const form = {
      ...credentials,
      grant_type: "password",
      client_id: "content-lifecycle",
      client_secret: "sandbox-client-secret",
    };
    const answer = await otmm.call("POST", "/sessions/oauth2/token", new URLSearchParams(form), {});
    const authorization = `Bearer ${stringAt(answer.json, "token_info", "oauth_token", "accessToken")}`;
    assert.equal(await statusWith({ authorization }), 200);
    const wrong = await otmm.call(
      "POST",
      "/sessions/oauth2/token",
      new URLSearchParams({ ...form, client_secret: "x" }),
      {},
    );
    assert.equal(wrong.status, 401);
    await otmm.pass(3_600_000);
    assert.equal(await statusWith({ authorization }), 401);
  });

  it("exchanges an OTDS ticket for a session", async () => {
    const otds = `${otmm.sandbox.url("otmm")}/otdsws/rest/authentication`;
    const post = async (path: string, body: object) =>
      (await fetch(`${otds}/${path}`, { method: "POST", body: JSON.stringify(body) })).json();
    const first = await post("credentials", {
      userName: credentials.username,
      password: credentials.password,
      ticketType: "OTDSTICKET",
    });
    const general = stringAt(first, "ticket");
    assert.equal(await statusWith({ otdstoken: general }, "/sessions"), 401, "not a ticket for this resource yet");
    const targetResourceId = "5f3a1c52-8a4e-4a3e-9d6b-0c7f5a9e2d11";
    const ticket = stringAt(await post("resource/ticketforresource", { ticket: general, targetResourceId }), "ticket");
    const session = await otmm.call("GET", "/sessions", undefined, { otdstoken: ticket });
    const id = String(at(session.json, "session_resource", "session", "id"));
    assert.equal(await statusWith({ otdstoken: ticket, "x-requested-by": id }), 200);
    assert.equal(await statusWith({ otdstoken: ticket }), 403);
  });

  it("ends a session that was idle for too long, and one that was closed", async () => {
    await otmm.login(credentials.username, credentials.password);
    await otmm.pass(20 * 60_000);
    assert.equal(await statusWith(otmm.headers), 200, "used within the limit");
    await otmm.pass(31 * 60_000);
    const late = await otmm.get("/users/me");
    assert.equal(late.status, 401);
    assert.equal(at(late.json, "exception_body", "http_response_code"), 401);
    await otmm.login(credentials.username, credentials.password);
    assert.equal((await otmm.call("DELETE", "/sessions")).status, 200);
    assert.equal(await statusWith(otmm.headers), 401);
    await otmm.login(credentials.username, credentials.password);
  });

  it("demands the load balancer's cookie where sessions are sticky", async () => {
    await otmm.settings({ stickySessions: true });
    const { cookie = "", ...rest } = otmm.headers;
    assert.equal(await statusWith(otmm.headers), 200);
    assert.equal(await statusWith({ ...rest, cookie: cookie.split("; ")[0] ?? "" }), 401);
    await otmm.settings({ stickySessions: false });
  });

  it("refuses wrong credentials and strangers", async () => {
    const answer = await otmm.call("POST", "/sessions", new URLSearchParams({ ...credentials, password: "no" }), {});
    assert.equal(answer.status, 401);
    assert.equal(await statusWith({}), 401);
  });
});
