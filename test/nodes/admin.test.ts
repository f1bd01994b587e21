import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { NodeInitializer } from "node-red";
import { major } from "../support/helper.js";
import { type NodeRed, type NodeRedUser, PACKAGE_ROOT, startNodeRed } from "../../scripts/node-red.js";

const READER: NodeRedUser = { username: "reader", password: "r", permissions: "read" };
const EDITOR: NodeRedUser = { username: "editor", password: "e", permissions: "*" };
const PROFILE = { name: "p", version: "1.0.0", targets: [{ name: "dc", kind: "dublin-core" }], rows: [] };

/** What each route of the package asks of a person: looking, or changing something or running what they bring. */
const ROUTES: readonly [method: string, path: string, needs: "read" | "write"][] = [
  ["GET", "mapping-profile/:id/defaults", "read"],
  ["GET", "mapping-profile/:id/defaults/:name", "read"],
  ["POST", "mapping-profile/:id/format", "read"],
  ["POST", "mapping-profile/:id/parse", "read"],
  ["POST", "mapping-profile/:id/preview", "write"],
  ["GET", "mapping-profile/:id/sample", "read"],
  ["POST", "mapping-profile/:id/targets", "read"],
  ["POST", "otmm-connection/:id/asset", "read"],
  ["GET", "otmm-connection/:id/fields", "read"],
  ["GET", "otmm-connection/:id/folders", "read"],
  ["GET", "otmm-connection/:id/test", "read"],
  ["POST", "preservica-access/:id/grants/:grant/revoke", "write"],
  ["GET", "preservica-connection/:id/test", "read"],
  ["POST", "preservica-govern/:id/lifts", "write"],
  ["POST", "retention-trigger/:id/preview", "write"],
  ["GET", "retention-trigger/:id/sample", "read"],
  ["GET", "stores/:id/anchors", "read"],
  ["POST", "stores/:id/anchors", "write"],
  ["GET", "stores/:id/approvals", "read"],
  ["GET", "stores/:id/approvals/:approval", "read"],
  ["POST", "stores/:id/approvals/:approval/approve", "write"],
  ["POST", "stores/:id/approvals/:approval/reject", "write"],
  ["POST", "stores/:id/approvals/:approval/request", "write"],
  ["POST", "stores/:id/backup", "write"],
  ["POST", "stores/:id/erase", "write"],
  ["GET", "stores/:id/find", "read"],
  ["GET", "stores/:id/jobs", "read"],
  ["GET", "stores/:id/jobs/:job", "read"],
  ["POST", "stores/:id/jobs/:job/adopt", "write"],
  ["POST", "stores/:id/jobs/:job/cancel", "write"],
  ["POST", "stores/:id/jobs/:job/replay", "write"],
  ["POST", "stores/:id/jobs/replay", "write"],
  ["GET", "stores/:id/queues", "read"],
  ["POST", "stores/:id/queues/:queue/adopt", "write"],
  ["GET", "stores/:id/runs", "read"],
  ["GET", "stores/:id/timeline", "read"],
];

/** The admin routes that the nodes of the package really add, with the permission that each asks for. */
function addedRoutes(): string[] {
  const manifest = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as {
    "node-red": { nodes: Record<string, string> };
  };
  const added: string[] = [];
  const adds = (method: string) => (path: string, permission: string) => {
    added.push(`${method} ${path} ${permission}`);
  };
  const RED: unknown = {
    nodes: { registerType: () => undefined },
    httpAdmin: { get: adds("GET"), post: adds("POST"), put: adds("PUT") },
    auth: { needsPermission: (permission: string) => permission },
    events: new EventEmitter(),
    settings: {},
  };
  for (const file of Object.values(manifest["node-red"].nodes)) {
    const initialize = createRequire(__filename)(join(PACKAGE_ROOT, file)) as NodeInitializer;
    void initialize(RED as Parameters<NodeInitializer>[0]);
  }
  return added.sort();
}

describe(`admin endpoints behind Node-RED ${major}'s own sign-in`, function () {
  this.timeout(240_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startNodeRed({
      version: major,
      users: [READER, EDITOR],
      flows: [
        { id: "store0", type: "lifecycle-store", file: "t.db", retentionDays: 1 },
        { id: "conn-dam", type: "otmm-connection", key: "dam", url: "http://127.0.0.1:9", zone: "UTC" },
      ],
    });
  });
  after(() => nodeRed.stop());

  /** A call by that user; without a user, nobody is signed in. */
  async function call(user: NodeRedUser | undefined, method: string, path: string, body?: unknown): Promise<Response> {
    return await fetch(`${nodeRed.url}/content-lifecycle/${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(user === undefined ? {} : { authorization: `Bearer ${await token(user)}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  async function status(...asked: Parameters<typeof call>): Promise<number> {
    const answer = await call(...asked);
    await answer.arrayBuffer();
    return answer.status;
  }
  const tokens = new Map<string, Promise<string>>();
  function token(user: NodeRedUser): Promise<string> {
    const known = tokens.get(user.username) ?? signIn(user);
    tokens.set(user.username, known);
    return known;
  }
  async function signIn({ username, password, permissions }: NodeRedUser): Promise<string> {
    const answer = await nodeRed.admin("POST", "auth/token", {
      client_id: "node-red-admin",
      grant_type: "password",
      scope: permissions,
      username,
      password,
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** The routes that turn a person away. */
  async function closedTo(user: NodeRedUser | undefined): Promise<string[]> {
    const closed: string[] = [];
    for (const [method, path] of ROUTES) {
      const there = path.replace("stores/:id", "stores/store0").replaceAll(/:\w+/g, "nobody");
      const answered = await status(user, method, there, method === "GET" ? undefined : {});
      if (answered === 401) closed.push(`${method} ${path}`);
      // What is let through says what is missing, and no more; nothing crashes.
      else assert.ok([200, 400, 404].includes(answered), `${method} ${path} answered ${answered}`);
    }
    return closed;
  }
  const named = ([method, path]: (typeof ROUTES)[number]): string => `${method} ${path}`;

  it("are all in this table, each with its permission", () => {
    const expected = ROUTES.map(
      ([method, path, needs]) => `${method} /content-lifecycle/${path} content-lifecycle.${needs}`,
    );
    assert.deepEqual(addedRoutes(), expected.sort());
  });

  it("answer nobody who is not signed in", async () => {
    assert.deepEqual(await closedTo(undefined), ROUTES.map(named));
  });

  it("let a reader look, but not replay, cancel, adopt, back up, anchor, erase, approve or anything else that acts", async () => {
    assert.deepEqual(await closedTo(READER), ROUTES.filter(([, , needs]) => needs === "write").map(named));
    assert.equal(existsSync(join(nodeRed.userDir, "content-lifecycle", "backups")), false);
  });

  it("let an editor do all of it", async () => {
    assert.deepEqual(await closedTo(EDITOR), []);
    assert.equal(existsSync(join(nodeRed.userDir, "content-lifecycle", "backups")), true);
  });

  it("answer what fails before anything is asked with its code, too", async () => {
    for (const [method, path, body, code] of [
      ["GET", "retention-trigger/nobody/sample", undefined, "NOT_FOUND"],
      ["POST", "retention-trigger/nobody/preview", { zone: "nowhere" }, "INVALID_INPUT"],
    ] as const) {
      const answer = await call(EDITOR, method, path, body);
      assert.equal(((await answer.json()) as { code?: string }).code, code, path);
    }
  });

  it("let a reader look, but not run a profile that he brings", async () => {
    assert.equal(await status(READER, "GET", "otmm-connection/conn-dam/test"), 200);
    assert.equal(await status(READER, "GET", "mapping-profile/x/defaults"), 200);
    assert.equal(await status(READER, "POST", "mapping-profile/x/preview", { profile: PROFILE }), 401);
  });

  it("let an editor do both", async () => {
    assert.equal(await status(EDITOR, "GET", "otmm-connection/conn-dam/test"), 200);
    assert.equal(await status(EDITOR, "POST", "mapping-profile/x/preview", { profile: PROFILE }), 200);
  });

  it("answer 404 for a connection that is not deployed", async () => {
    assert.equal(await status(EDITOR, "GET", "otmm-connection/other/test"), 404);
    assert.equal(await status(EDITOR, "GET", "preservica-connection/conn-dam/test"), 404);
  });
});
