import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PreservicaBench } from "./preservica-support.js";

describe("sandbox Preservica: webhooks", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("In");
  });
  after(() => bench.stop());

  const secret = "s3cret";
  let receiver: Server;
  let url: string;
  let right = true;
  const events: { body: string; signature: string; chunked: boolean }[] = [];

  before((done) => {
    receiver = createServer((request, response) => {
      const code = new URL(request.url ?? "", "http://x").searchParams.get("challengeCode");
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        if (code !== null) {
          const challengeResponse = createHmac("sha256", right ? secret : "other")
            .update(code)
            .digest("hex");
          response.end(JSON.stringify({ challengeCode: code, challengeResponse }));
          return;
        }
        events.push({
          body,
          signature: String(request.headers["preservica-signature"]),
          chunked: request.headers["transfer-encoding"] === "chunked",
        });
        response.end("{}");
      });
    });
    receiver.listen(0, "127.0.0.1", () => {
      url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
      done();
    });
  });
  after((done) => void receiver.close(done));

  const subscribe = (triggerType: string, as = "manager.one"): Promise<{ status: number; text: string }> =>
    bench.call("POST", "/api/webhook/subscriptions", {
      as,
      body: JSON.stringify({ url, triggerType, secret, includeIdentifiers: "true" }),
      type: "application/json",
    });

  it("subscribes a receiver that meets the challenge, and no other", async () => {
    right = false;
    assert.equal((await subscribe("MOVED")).status, 400);
    right = true;
    assert.equal((await subscribe("MOVED", "svc.lifecycle")).status, 403);
    assert.equal((await subscribe("NONSENSE")).status, 400);
    const made = await subscribe("FULL_TEXT_INDEXED");
    assert.equal(made.status, 200, made.text);
    const list: unknown = JSON.parse((await bench.get("/api/webhook/subscriptions", "manager.one")).text);
    assert.ok(Array.isArray(list) && list.length === 1, "a bare array");
  });

  it("signs events, sends them chunked, and names the identifiers", async () => {
    events.length = 0;
    const ref = await bench.ingest({ parent: folder, identifiers: { "OTMM-Asset": "hook#v1" } });
    await bench.until(() => Promise.resolve(events.length > 0));
    const [event] = events;
    assert.ok(event);
    assert.equal(
      event.signature,
      createHmac("sha256", secret).update(`preservica-webhook-auth${event.body}`).digest("hex"),
    );
    assert.ok(event.chunked);
    const said = JSON.parse(event.body) as { trigger: string; tenant: string; events: unknown[] };
    assert.deepEqual([said.trigger, said.tenant], ["FULL_TEXT_INDEXED", "ALDER"]);
    assert.deepEqual(said.events, [{ entityType: "IO", entityRef: ref, identifiers: [{ "OTMM-Asset": "hook#v1" }] }]);
  });

  it("ends a subscription", async () => {
    const [subscription] = JSON.parse((await bench.get("/api/webhook/subscriptions", "manager.one")).text) as {
      id: string;
    }[];
    const path = `/api/webhook/subscriptions/${subscription?.id ?? ""}`;
    assert.equal((await bench.call("DELETE", path, { as: "manager.one" })).status, 204);
    assert.equal((await bench.call("DELETE", path, { as: "manager.one" })).status, 404);
  });
});
