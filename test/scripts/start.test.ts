import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, PACKAGE_ROOT } from "../../scripts/node-red.js";

const SYSTEMS = 5;

describe("npm start -- --users", function () {
  this.timeout(300_000);
  let started: ChildProcess;
  let data: string;
  let said = "";

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "start-"));
    const [port, systems] = [await freePort(), await freePort(SYSTEMS)];
    const args = ["--users", "--port", String(port), "--sandbox-port", String(systems), "--data", data];
    started = spawn(process.execPath, [join(PACKAGE_ROOT, "dist/scripts/start.js"), ...args], {
      cwd: PACKAGE_ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((ready, fail) => {
      started.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8");
        if (said.includes("Ctrl-C ends both.")) ready();
      });
      started.once("exit", (code) => fail(new Error(`It ended with code ${code}: ${said}`)));
    });
  });
  after(async () => {
    const ended = new Promise((done) => started.once("exit", done));
    started.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  });

  it("tells three people with passwords of this start; the flows are shut to everybody else", async () => {
    assert.equal(people().length, 3);
    assert.equal(new Set(people().map(([, password]) => password)).size, 3);
    assert.equal((await fetch(`${address()}/flows`)).status, 401);
  });

  it("lets records change flows, and an approver look and approve but not change", async () => {
    for (const [name, mayDeploy] of [
      ["records", true],
      ["approver-1", false],
      ["approver-2", false],
    ] as const) {
      const headers = await signedIn(name);
      const flows = await fetch(`${address()}/flows`, { headers });
      assert.equal(flows.status, 200, name);
      const body = await flows.text();
      const deployed = await fetch(`${address()}/flows`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "Node-RED-Deployment-Type": "nodes" },
        body,
      });
      assert.equal(deployed.ok, mayDeploy, `${name}: ${deployed.status}`);
      const store = (JSON.parse(body) as { id: string; type: string }[]).find(({ type }) => type === "lifecycle-store");
      const lists = `${address()}/content-lifecycle/stores/${store?.id}/approvals`;
      assert.deepEqual(await (await fetch(lists, { headers })).json(), { approvals: [] });
      const approved = await fetch(`${lists}/no-such-list/approve`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ digest: "0", reason: "of the test" }),
      });
      assert.equal(approved.status, 404, `${name} may approve what there is`);
    }
  });

  function address(): string {
    return /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? "";
  }
  function people(): [string, string][] {
    return [...said.matchAll(/^ {4}(\S+) +(\S+) {3}/gm)].map(([, name = "", password = ""]) => [name, password]);
  }
  async function signedIn(name: string): Promise<Record<string, string>> {
    const password = people().find(([known]) => known === name)?.[1] ?? "";
    const answer = await fetch(`${address()}/auth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_id: "node-red-admin",
        grant_type: "password",
        scope: "",
        username: name,
        password,
      }),
    });
    assert.equal(answer.status, 200, name);
    return { authorization: `Bearer ${((await answer.json()) as { access_token: string }).access_token}` };
  }
});
