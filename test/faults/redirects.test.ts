import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FaultOrder } from "../../sandbox/kernel/faults.js";
import { idsOf, oneAsset } from "./campaign.js";
import { scene } from "./scene.js";

/** Somebody else's server, and everything that came there. */
class Stranger {
  readonly seen: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    this.seen.push(`${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const PLACES: { says: string; order: Pick<FaultOrder, "system" | "match" | "status"> }[] = [
  { says: "OTMM's login", order: { system: "otmm", match: { method: "POST", path: "/sessions" } } },
  { says: "OTMM's assets", order: { system: "otmm", match: { method: "GET", path: "/assets?" } } },
  { says: "OTMM's content", order: { system: "otmm", match: { path: "/renditions/" }, status: 302 } },
  { says: "a write to OTMM", order: { system: "otmm", match: { method: "PATCH" } } },
  { says: "Preservica's login", order: { system: "preservica", match: { path: "/accesstoken/login" } } },
  { says: "a read from Preservica", order: { system: "preservica", match: { path: "by-identifier" }, status: 302 } },
  {
    says: "a write to Preservica",
    order: { system: "preservica", match: { method: "POST", path: "/structural-objects" } },
  },
  { says: "an upload", order: { system: "preservica", match: { method: "PUT", path: "package.upload" } } },
];

describe("redirects to another host", function () {
  this.timeout(240_000);
  const faults = scene();
  let stranger: Stranger;
  before(async () => {
    stranger = await new Stranger().open();
  });
  after(() => stranger.close());

  for (const { says, order } of PLACES) {
    it(`of ${says} are never followed: no token, no password, no byte goes there`, async () => {
      const cast = oneAsset();
      const headers = { location: `${stranger.url}/elsewhere?take=everything` };
      const run = await faults.play({
        cast,
        // Listed hosts count for https only: that this one is listed must not help it.
        changes: { attempts: 1, redirectHosts: new URL(stranger.url).host },
        faults: [{ kind: "status", status: 307, headers, times: 0, ...order }],
      });
      assert.ok(faults.world.hit().length > 0);
      assert.deepEqual(stranger.seen, []);
      faults.world.kernel.faults.clear();
      await faults.holds(cast, run.state === "failed" ? await faults.world.run(idsOf(cast)) : await faults.repair());
      assert.deepEqual(stranger.seen, []);
    });
  }

  it("cannot be reached by a message: hosts come from connections only", async () => {
    const cast = oneAsset();
    await faults.prepare({ cast });
    const lies = {
      url: stranger.url,
      host: stranger.url,
      baseUrl: stranger.url,
      connection: { url: stranger.url },
      headers: { location: stranger.url },
    };
    faults.world.press(
      cast.good.map(({ assetId }) => assetId),
      lies,
    );
    const run = await faults.world.settled();
    assert.equal(run.counts.done, 1);
    assert.deepEqual(stranger.seen, []);
  });
});
