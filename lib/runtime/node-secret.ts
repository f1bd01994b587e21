import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeAPI } from "node-red";

const BYTES = 32;
const MADE = /^[0-9a-f]{64}$/;
const REFERENCE = /^\$\{[^}]+\}$/;
const known = new Map<string, Promise<string>>();

/**
 * The secret with which a node signs: what was entered, else one of its own.
 *
 * A reference to a variable that is not set stays as it is written. It may stand in an example that everybody reads, so
 * it counts as nothing entered.
 *
 * @param purpose what it is for, the same each time, e.g. `access-links:<id of the node>`
 */
export async function secretOf(
  RED: NodeAPI,
  entered: { secret?: string } | undefined,
  purpose: string,
): Promise<string> {
  const secret = entered?.secret ?? "";
  return secret === "" || REFERENCE.test(secret) ? await ownSecret(RED, purpose) : secret;
}

/**
 * A secret that nobody entered, hex: made once, and kept in a file of its own that only Node-RED's user may read. Not in
 * the store, which is backed up, exported and shown.
 */
async function ownSecret(RED: NodeAPI, purpose: string): Promise<string> {
  const folder = join(RED.settings.userDir ?? ".", "content-lifecycle", "keys");
  const file = join(folder, `${createHash("sha256").update(purpose).digest("hex").slice(0, 32)}.key`);
  const before = known.get(file);
  if (before !== undefined) return await before;
  const made = readOrMake(folder, file);
  known.set(file, made);
  // What is in the file counts, also when somebody puts another one there: only askers at the same time share.
  return await made.finally(() => known.delete(file));
}

async function readOrMake(folder: string, file: string): Promise<string> {
  const kept = await readFile(file, "utf8").catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw thrown;
  });
  if (kept !== undefined && MADE.test(kept.trim())) return kept.trim();
  const secret = randomBytes(BYTES).toString("hex");
  const beside = `${file}.${randomUUID()}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(beside, `${secret}\n`, { mode: 0o600, flag: "wx" });
  await rename(beside, file);
  return secret;
}
