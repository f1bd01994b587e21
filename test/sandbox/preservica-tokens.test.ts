import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { totp } from "../../sandbox/preservica/access/totp.js";
import { EXTERNAL_SECRET, USERS } from "../../sandbox/preservica/access/users.js";
import { PreservicaBench } from "./preservica-support.js";

const MINUTE = 60_000;

describe("sandbox Preservica: access tokens", () => {
  let bench: PreservicaBench;
  before(async () => {
    bench = await PreservicaBench.start();
  });
  after(() => bench.stop());
  beforeEach(() => bench.forget());

  const statusWith = async (token: string): Promise<number> =>
    (await bench.call("GET", "/api/user/details", { as: null, headers: { "preservica-access-token": token } })).status;

  it("gives a token for fifteen minutes, which are counted on the sandbox's clock", async () => {
    const { json } = await bench.login();
    assert.equal(json["validFor"], 15);
    const token = String(json["token"]);
    assert.equal(await statusWith(token), 200);
    await bench.advance(14 * MINUTE);
    assert.equal(await statusWith(token), 200);
    await bench.advance(2 * MINUTE);
    assert.equal(await statusWith(token), 401);
  });

  it("takes the token as a bearer too", async () => {
    const answer = await bench.call("GET", "/api/user/details", {
      as: null,
      headers: { authorization: `Bearer ${await bench.token()}` },
    });
    assert.equal(answer.status, 200);
  });

  it("adds the user's details only when asked", async () => {
    assert.equal("roles" in (await bench.login()).json, false);
    const { json } = await bench.login("manager.one", { includeUserDetails: "true" });
    assert.equal(json["tenant"], "ALDER");
    assert.ok(Array.isArray(json["roles"]) && json["roles"].includes("ROLE_SDB_MANAGER_USER"));
  });

  it("refreshes once with a refresh token", async () => {
    const { json } = await bench.login();
    const headers = { "preservica-access-token": String(json["token"]) };
    const fields = { refreshToken: String(json["refresh-token"]) };
    const renewed = await bench.form("/api/accesstoken/refresh", fields, headers);
    assert.equal(renewed.status, 200);
    assert.notEqual(renewed.json["token"], json["token"]);
    const again = await bench.form("/api/accesstoken/refresh", fields, headers);
    assert.equal(again.status, 401);
    assert.equal(again.json["success"], false);
  });

  it("does not refresh after fifteen minutes", async () => {
    const { json } = await bench.login();
    await bench.advance(16 * MINUTE);
    const late = await bench.form(
      "/api/accesstoken/refresh",
      { refreshToken: String(json["refresh-token"]) },
      { "preservica-access-token": String(json["token"]) },
    );
    assert.equal(late.status, 401);
  });

  it("refuses a wrong password, a wrong tenant and credentials in the query", async () => {
    assert.equal((await bench.login("svc.lifecycle", { password: "wrong" })).status, 401);
    assert.equal((await bench.login("svc.lifecycle", { tenant: "OTHER" })).status, 401);
    assert.equal((await bench.login("svc.lifecycle", { tenant: "ALDER" })).status, 200);
    assert.equal((await bench.form("/api/accesstoken/login?username=svc.lifecycle", {})).status, 400);
  });

  it("asks an account with two factors for its code, and another one to set itself up", async () => {
    const first = await bench.login("twofactor.one");
    assert.deepEqual([first.status, first.json["message"], first.json["tenant"]], [401, "needs.2fa", "ALDER"]);
    const account = USERS.find((user) => user.login === "twofactor.one");
    assert.ok(account?.twoFactor?.kind === "totp");
    const fields = {
      username: "twofactor.one",
      tenant: "ALDER",
      continuationToken: String(first.json["continuationToken"]),
      twoFactorToken: totp(account.twoFactor.secret, new Date()),
    };
    assert.equal((await bench.form("/api/accesstoken/complete-2fa", fields)).status, 200);
    assert.equal(
      (await bench.form("/api/accesstoken/complete-2fa", fields)).status,
      401,
      "a continuation token works once",
    );
    const unready = await bench.login("twofactor.new");
    assert.deepEqual([unready.status, unready.json["message"]], [401, "needs.2fa.setup"]);
  });

  it("computes codes as RFC 6238 does", () => {
    assert.equal(totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", new Date(59_000)), "287082");
  });

  it("trusts an application that knows the shared secret", async () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const hash = createHash("sha1")
      .update(`preservica-external-auth${timestamp}svc.lifecycle${EXTERNAL_SECRET}`)
      .digest("hex");
    const fields = { username: "svc.lifecycle", tenant: "ALDER", timestamp, hash };
    assert.equal((await bench.form("/api/accesstoken/acquire-external", fields)).status, 200);
    assert.equal(
      (await bench.form("/api/accesstoken/acquire-external", { ...fields, hash: hash.replace(/^./u, "x") })).status,
      401,
    );
  });

  it("keeps tokens over a restart", async () => {
    const token = await bench.token();
    await bench.restart();
    assert.equal(await statusWith(token), 200);
  });
});
