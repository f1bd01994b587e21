import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPreservica, type PreservicaClient } from "../../../lib/preservica/index.js";
import { type Sandbox, startSandbox } from "../../../sandbox/start.js";
import { until } from "../../support/helper.js";
import { Reader } from "./reader.js";

const value = (number: number): string => `${String(number).padStart(4, "0")}${"a0c1e2b3".repeat(4)}0000#v1`;

describe("exports and requests for deletion", () => {
  let folder: string;
  let sandbox: Sandbox;
  let client: PreservicaClient;
  let reader: Reader;
  const refOf = async (number: number): Promise<string> =>
    (await reader.byIdentifier("OTMM-Asset", value(number)))[0] ?? "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "long-running-"));
    sandbox = await startSandbox({ dataDir: folder, systems: ["preservica"] });
    reader = new Reader(sandbox.url("preservica"));
    const { username = "", password = "" } = sandbox.ready.preservica ?? {};
    client = createPreservica({
      connection: "archive",
      baseUrl: sandbox.url("preservica"),
      tenant: "ALDER",
      credentials: () => ({ username, password }),
    });
  });
  after(async () => {
    client.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("exports an asset as a zip", async () => {
    const name = await client.exports.start("IO", await refOf(4), { metadata: "with-events" });
    await until(async () => (await client.progress(name))?.status === "COMPLETED");
    const { url, headers } = await client.exports.content(name);
    const bytes = Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
    assert.equal(bytes.subarray(0, 2).toString(), "PK");
  });

  it("asks for a deletion, and waits for the manager who approves it there", async () => {
    const ref = await refOf(8);
    const request = await client.deletions.request(ref, "retention expired");
    await until(async () => (await client.deletions.state(request)) === "awaiting-approval");
    assert.equal((await client.findAsset(ref))?.deleted, false);
    const approval =
      '<DeletionAction xmlns="http://preservica.com/EntityAPI/v9.1"><Approval><Approved>true</Approved><Comment>ok</Comment></Approval></DeletionAction>';
    assert.equal((await reader.raw("PUT", `/api/entity/actions/deletions/${request}`, approval)).status, 202);
    await until(async () => (await client.deletions.state(request)) === "deleted");
    assert.equal((await client.findAsset(ref))?.deleted, true);
  });

  it("says refused, with the archive's words, for what is held", async () => {
    await assert.rejects(client.deletions.request(await refOf(6), "try"), { code: "REFUSED" });
  });
});
