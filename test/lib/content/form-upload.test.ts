import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sendForm, type FormUpload } from "../../../lib/content/index.js";
import { LifecycleError } from "../../../lib/messages/error.js";

describe("sending a content as part of a form", () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const bytes = randomBytes(3_000_000);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const source = (): Promise<string> =>
    serve((_request, response) => {
      response.writeHead(200, { "Content-Length": bytes.length });
      response.end(bytes);
    });
  const upload = (from: string, to: string, more: Partial<FormUpload> = {}): FormUpload => ({
    label: "master.tif",
    open: () => Promise.resolve({ method: "GET", url: from, headers: {}, idleMs: 10_000 }),
    size: bytes.length,
    algorithms: ["SHA-256"],
    target: { method: "POST", url: to, headers: { "X-Requested-By": "42" }, idleMs: 10_000 },
    fields: { import_job_id: "7", file_name: "märz.tif" },
    file: { part: "file", name: 'a "märz".tif', mediaType: "image/tiff" },
    signal: new AbortController().signal,
    ...more,
  });
  const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  const code = async (sent: Promise<unknown>): Promise<string> =>
    await sent.then(
      () => "sent",
      (thrown: unknown) => (thrown instanceof LifecycleError ? thrown.code : String(thrown)),
    );

  it("states its length beforehand, and what arrives is what was sent, hashed on the way", async () => {
    let seen: { length: number; body: FormData; requestedBy: unknown } | undefined;
    const target = await serve((request, response) => {
      void bodyOf(request).then(async (body) => {
        const type = request.headers["content-type"] ?? "";
        assert.equal(Number(request.headers["content-length"]), body.length);
        const parsed = await new Response(new Uint8Array(body), { headers: { "Content-Type": type } }).formData();
        seen = { length: body.length, body: parsed, requestedBy: request.headers["x-requested-by"] };
        response.end();
      });
    });
    assert.deepEqual(await sendForm(upload(await source(), target)), {
      size: bytes.length,
      digests: { "SHA-256": sha256 },
    });
    assert.equal(seen?.requestedBy, "42");
    assert.deepEqual([seen?.body.get("import_job_id"), seen?.body.get("file_name")], ["7", "märz.tif"]);
    const file = seen?.body.get("file") as File;
    assert.equal(file.type, "image/tiff");
    assert.ok(Buffer.from(await file.arrayBuffer()).equals(bytes));
  });

  it("reads no more of the source than the target takes", async () => {
    let given = 0;
    const size = 256 * 1024 * 1024;
    const block = Buffer.alloc(1024 * 1024);
    const endless = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": size });
      const more = (): void => {
        while (given < size && response.write(block)) given += block.length;
        given += block.length;
        response.once("drain", more);
      };
      more();
    });
    // Takes the first bytes and then nothing more.
    const target = await serve((request) => {
      request.once("data", () => request.pause());
    });
    const stuck = { method: "POST" as const, url: target, headers: {}, idleMs: 700 };
    assert.equal(await code(sendForm(upload(endless, target, { size, target: stuck }))), "TIMEOUT");
    assert.ok(given < 64 * 1024 * 1024, `${given} bytes were read`);
  });

  it("stops reading when the target refuses in the middle, and tells why", async () => {
    const target = await serve((request, response) => {
      request.once("data", () => {
        response.writeHead(401);
        response.end();
      });
      request.resume();
    });
    assert.equal(await code(sendForm(upload(await source(), target))), "DENIED");
  });

  it("does not end the form when the source ends short", async () => {
    let complete = false;
    const target = await serve((request, response) => {
      request.resume();
      request.on("error", () => undefined);
      request.once("end", () => {
        complete = true;
        response.end();
      });
    });
    const short = await serve((_request, response) => {
      response.end(bytes.subarray(0, 1000));
    });
    assert.equal(await code(sendForm(upload(short, target))), "SHORT_READ");
    assert.equal(complete, false);
  });

  it("tells bytes that are not those that the source states", async () => {
    const target = await serve((request, response) => {
      request.resume().once("end", () => response.end());
    });
    const sent = sendForm(upload(await source(), target, { expected: { MD5: "0".repeat(32) } }));
    assert.equal(await code(sent), "FIXITY_MISMATCH");
  });
});
