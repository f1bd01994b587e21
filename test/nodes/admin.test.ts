import assert from "node:assert/strict";
import { major } from "../support/helper.js";
import { type NodeRed, type NodeRedUser, startNodeRed } from "../../scripts/node-red.js";

const READER: NodeRedUser = { username: "reader", password: "r", permissions: "read" };
const EDITOR: NodeRedUser = { username: "editor", password: "e", permissions: "*" };
const PROFILE = { name: "p", version: "1.0.0", targets: [{ name: "dc", kind: "dublin-core" }], rows: [] };

describe(`admin endpoints behind Node-RED ${major}'s own sign-in`, function () {
  this.timeout(240_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startNodeRed({
      version: major,
      users: [READER, EDITOR],
      flows: [{ id: "conn-dam", type: "otmm-connection", key: "dam", url: "http://127.0.0.1:9", zone: "UTC" }],
    });
  });
  after(() => nodeRed.stop());

  /** Status of a call by that user; without a user, nobody is signed in. */
  async function status(user: NodeRedUser | undefined, method: string, path: string, body?: unknown): Promise<number> {
    const answer = await fetch(`${nodeRed.url}/content-lifecycle/${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(user === undefined ? {} : { authorization: `Bearer ${await token(user)}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await answer.arrayBuffer();
    return answer.status;
  }
  async function token({ username, password, permissions }: NodeRedUser): Promise<string> {
    const answer = await nodeRed.admin("POST", "auth/token", {
      client_id: "node-red-admin",
      grant_type: "password",
      scope: permissions,
      username,
      password,
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  it("answer nobody who is not signed in", async () => {
    for (const path of [
      "otmm-connection/conn-dam/test",
      "otmm-connection/conn-dam/fields",
      "mapping-profile/x/defaults",
    ]) {
      assert.equal(await status(undefined, "GET", path), 401, path);
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
