import assert from "node:assert/strict";
import { RefusedLogin } from "../../../lib/http/index.js";
import { LifecycleError } from "../../../lib/messages/error.js";

describe("refused credentials", () => {
  const wrong = { username: "svc", password: "not-it" };
  let asked: number;
  const answers = (error?: LifecycleError) => async (): Promise<string> => {
    asked += 1;
    if (error !== undefined) throw error;
    return "token";
  };
  const denied = answers(new LifecycleError("DENIED", "no"));
  beforeEach(() => {
    asked = 0;
  });

  it("are not tried again for a minute, then once more", async () => {
    let now = 0;
    const login = new RefusedLogin(() => now);
    for (now of [0, 1, 59_999]) await assert.rejects(login.guard(wrong, denied), { code: "DENIED" });
    assert.equal(asked, 1);
    now = 60_001;
    assert.equal(await login.guard(wrong, answers()), "token");
    assert.equal(await login.guard(wrong, answers()), "token");
    assert.equal(asked, 3);
  });

  it("do not stand in the way of others", async () => {
    const login = new RefusedLogin();
    await assert.rejects(login.guard(wrong, denied), { code: "DENIED" });
    assert.equal(await login.guard({ ...wrong, password: "it" }, answers()), "token");
  });

  it("are remembered by a clock that nobody sets", async () => {
    const login = new RefusedLogin();
    await assert.rejects(login.guard(wrong, denied), { code: "DENIED" });
    const { now } = Date;
    try {
      for (const day of [-86_400_000, 86_400_000]) {
        Date.now = () => now() + day;
        await assert.rejects(login.guard(wrong, denied), { code: "DENIED" });
      }
    } finally {
      Date.now = now;
    }
    assert.equal(asked, 1);
  });

  it("are those that the server refused; one that failed, or a setting that is missing, is tried again", async () => {
    const login = new RefusedLogin();
    for (const code of ["UPSTREAM", "UNREACHABLE", "THROTTLED", "NOT_CONFIGURED"] as const)
      await assert.rejects(login.guard(wrong, answers(new LifecycleError(code, "no"))), { code });
    assert.equal(asked, 4);
    const setUp = answers(new LifecycleError("NOT_CONFIGURED", "set up a second factor", { status: 401 }));
    for (let times = 0; times < 3; times += 1)
      await assert.rejects(login.guard(wrong, setUp), { code: "NOT_CONFIGURED" });
    assert.equal(asked, 5);
  });
});
