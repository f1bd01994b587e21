import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";
import type { StoreCase, StoreResult } from "./store-cases.js";

/** Plays cases in a process of their own, into which the full disk is loaded; `said` hears each result as it comes. */
export async function playStoreCases(
  cases: StoreCase[] | "all",
  said: (result: StoreCase & StoreResult) => void = () => undefined,
): Promise<(StoreCase & StoreResult)[]> {
  const folder = mkdtempSync(join(tmpdir(), "store-fault-"));
  const results: (StoreCase & StoreResult)[] = [];
  const dist = join(PACKAGE_ROOT, "dist/test");
  const child = spawn(
    process.execPath,
    [
      "--require",
      join(dist, "support/store-fault.cjs"),
      join(dist, "faults/store-child.js"),
      cases === "all" ? cases : JSON.stringify(cases),
    ],
    {
      cwd: PACKAGE_ROOT,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, STORE_FAULT: join(folder, "order") },
    },
  );
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const result = JSON.parse(text.slice(0, end)) as StoreCase & StoreResult;
      text = text.slice(end + 1);
      results.push(result);
      said(result);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the process with the full disk ended with code ${code}`);
  return results;
}
