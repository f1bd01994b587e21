import { createHash } from "node:crypto";
import { campaignArchive } from "../../scripts/demo/scenario-01.js";
import type { PreservicaReader } from "../../scripts/demo/readers/preservica.js";
import { Stage } from "../../scripts/demo/stage.js";
import { generatedBytes } from "../../sandbox/kernel/generated.js";
import { bulkFlow, campaignFlow, withoutCredentials, type Flow } from "./flows.js";
import { MIB } from "./measure.js";

export interface BulkOrder {
  name: string;
  count: number;
  /** Bytes of each. */
  size: number;
}

/** A stage whose OTMM holds generated assets of an ended campaign, and whose flow finds only these. */
export async function bulkStage(
  order: BulkOrder,
  change: (flow: Flow) => Flow = (flow) => flow,
  execArgv: string[] = [],
): Promise<Stage> {
  const stage = await Stage.open({ example: campaignArchive.example, execArgv });
  try {
    await stage.control("POST", "clock", { advance: 2000 });
    await stage.control("POST", "settings", { system: "otmm", bulk: { ...order, campaign: "AF-2021-SPR" } });
    await stage.nodeRed.deploy(withoutCredentials(change(bulkFlow(campaignFlow(), order.name))));
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** SHA-256 of the only asset of an order, as the sandbox generates it. */
export function digestOfOnly(size: number): string {
  const hash = createHash("sha256");
  for (let at = 0; at < size; at += 8 * MIB) hash.update(generatedBytes(BULK_SEED, at, Math.min(size, at + 8 * MIB)));
  return hash.digest("hex");
}
const BULK_SEED = 2026;

/** What is wrong with the one archived copy of a generated asset, read back over the archive's own HTTP. */
export async function copyProblems(archive: PreservicaReader, name: string, size: number): Promise<string[]> {
  const found = (await archive.below()).filter(({ type, title }) => type === "IO" && title.startsWith(name));
  const [asset] = found;
  if (asset === undefined || found.length !== 1) return [`${name} is in the archive ${found.length} times`];
  const files = await archive.files(asset.ref, "Preservation");
  const [file] = files;
  if (file === undefined || files.length !== 1) return [`${name} has ${files.length} preservation files`];
  const wanted = digestOfOnly(size);
  const problems: string[] = [];
  if (file.size !== size) problems.push(`${name}: ${file.size} bytes arrived of ${size}`);
  if (file.sha256 !== wanted) problems.push(`${name}: the archived bytes differ from the source's`);
  if (file.stated["SHA256"] !== wanted) problems.push(`${name}: the archive states another SHA-256`);
  return problems;
}
