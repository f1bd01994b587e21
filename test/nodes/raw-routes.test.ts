import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";

const version = process.env["NODE_RED"] === "4" ? 4 : 5;
const SECRET = "raw-route-secret";
const at = { x: 100, y: 100, z: "tab-raw", wires: [[]] };
const flows = (type: string, more: object = {}): object[] => [
  { id: "tab-raw", type: "tab", label: "raw" },
  { id: "store-raw", type: "lifecycle-store", file: "raw.db", retentionDays: 90 },
  {
    id: "archive-raw",
    type: "preservica-connection",
    key: "archive",
    url: "http://127.0.0.1:9",
    tenant: "ALDER",
    credentials: { username: "nobody", password: "nothing" },
  },
  {
    id: "node-raw",
    type,
    store: "store-raw",
    connection: "archive-raw",
    credentials: { secret: SECRET },
    ...more,
    ...at,
  },
];

describe(`public routes of a real Node-RED ${version}`, () => {
  let red: NodeRed | undefined;
  afterEach(async () => {
    await red?.stop();
    red = undefined;
  });

  it("see the bytes of a JSON body as they were signed, though the admin parser reads them first", async () => {
    red = await startNodeRed({ version });
    await red.deploy(flows("preservica-events", { pollSeconds: 86400 }));
    const url = `${red.url}/content-lifecycle/preservica-events/node-raw`;
    // Spaces and order that a parsed and rewritten body would lose.
    const body = '{ "trigger":"MOVED",\n  "events" : [ ] , "a":1.0}';
    const sign = (text: string): string =>
      createHmac("sha256", SECRET).update(`preservica-webhook-auth${text}`).digest("hex");
    const call = async (signature: string): Promise<number> => {
      const chunked = new ReadableStream({
        start(stream) {
          for (const part of [body.slice(0, 7), body.slice(7)]) stream.enqueue(new TextEncoder().encode(part));
          stream.close();
        },
      });
      const headers = { "content-type": "application/json", "preservica-signature": signature };
      const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body: chunked, duplex: "half" };
      return (await fetch(url, init)).status;
    };
    assert.equal(await call(sign(body)), 200);
    assert.equal(await call(sign(JSON.stringify(JSON.parse(body)))), 401);
    const code = "5a1f";
    const challenge = await fetch(`${url}?challengeCode=${code}`, { method: "POST" });
    assert.deepEqual(await challenge.json(), {
      challengeCode: code,
      challengeResponse: createHmac("sha256", SECRET).update(code).digest("hex"),
    });
    assert.equal((await fetch(`${red.url}/content-lifecycle/preservica-events/other`, { method: "POST" })).status, 404);
    assert.equal((await fetch(`${red.url}/content-lifecycle/access/a.b.c.d.e`)).status, 404);
  });

  it("are explained when Node-RED serves none", async () => {
    red = await startNodeRed({ version, settings: { httpNodeRoot: false } });
    await red.deploy(flows("preservica-access", { mode: "link" }));
    await red.waitFor(/httpNodeRoot is false/, 20_000);
  });

  it("are explained when a password stands before them", async () => {
    red = await startNodeRed({
      version,
      settings: { httpNodeAuth: { user: "u", pass: "$2b$08$abcdefghijklmnopqrstuv" } },
    });
    await red.deploy(flows("preservica-access", { mode: "link" }));
    await red.waitFor(/httpNodeAuth is set/, 20_000);
  });
});
