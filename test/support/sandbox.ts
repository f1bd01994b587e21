import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flowEnvironment, type SandboxReady } from "../../scripts/demo/stage.js";
import { type Sandbox, startSandbox } from "../../sandbox/start.js";

/** A sandbox of its own in this process, with its folder, for one suite. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  /** Variables under which the example flows find it. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

export async function startTestSandbox(): Promise<TestSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), "sandbox-"));
  const sandbox = await startSandbox({ dataDir });
  return {
    sandbox,
    env: flowEnvironment(sandbox.ready as unknown as SandboxReady, Date.now()),
    async stop() {
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
