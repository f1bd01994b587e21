import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { LogEntry } from "../../sandbox/kernel/types.js";
import type { Stage } from "../../scripts/demo/stage.js";
import { Random } from "../support/random.js";
import { bulkStage, copyProblems } from "./bulk.js";
import { MIB } from "./measure.js";
import type { Suite } from "./suite.js";

const SIZE = 2048 * MIB;
const PART = 8 * MIB;
/** Share of the parts that are there when Node-RED is killed. */
const SHARE = 0.6;
/** Parts whose digest on record is made to differ, so that they must be sent again. */
const SPOILT = 3;
const LIMIT_MS = 600_000;

interface Part {
  number: number;
  digest: string;
}

/** Numbers of the parts whose PUT was answered well, after entry `since` of the sandbox's log. */
async function partsPut(stage: Stage, since: number): Promise<{ numbers: number[]; last: number }> {
  const { entries, last } = (await stage.control("GET", `log?system=preservica&since=${since}&limit=100000`)) as {
    entries: LogEntry[];
    last: number;
  };
  const numbers = entries
    .filter(({ method, status }) => method === "PUT" && status === 200)
    .map(({ query }) => Number(new URLSearchParams(query).get("partNumber") ?? 0))
    .filter((number) => number > 0);
  return { numbers, last };
}

/** Reads the parts that the dead Node-RED had on record, and spoils the digests of some. */
function spoil(stage: Stage, random: Random): { known: number[]; spoilt: number[] } {
  const db = new DatabaseSync(join(stage.nodeRed.userDir, "content-lifecycle", "lifecycle.db"));
  try {
    const row = db.prepare("SELECT id, checkpoint FROM jobs WHERE queue = 'campaign-ingest'").get();
    const checkpoint = JSON.parse(String(row?.["checkpoint"])) as { upload?: { resume?: { parts: Part[] } | null } };
    const parts = checkpoint.upload?.resume?.parts ?? [];
    const spoilt = new Set<number>();
    while (spoilt.size < Math.min(SPOILT, parts.length)) spoilt.add(random.pick(parts).number);
    for (const part of parts) if (spoilt.has(part.number)) part.digest = "0".repeat(64);
    db.prepare("UPDATE jobs SET checkpoint = ? WHERE id = ?").run(JSON.stringify(checkpoint), String(row?.["id"]));
    return { known: parts.map(({ number }) => number), spoilt: [...spoilt] };
  } finally {
    db.close();
  }
}

/**
 * Node-RED is killed when 60 % of a 2 GiB master are sent. After the restart, what is on record as sent and proves
 * equal is not sent again; parts whose digest on record differs are.
 */
export const resume: Suite = async ({ seed, say }) => {
  const random = new Random(seed);
  const stage = await bulkStage({ name: "resume", count: 1, size: SIZE });
  try {
    const problems: string[] = [];
    const wanted = Math.floor((SIZE / PART) * SHARE);
    await stage.nodeRed.inject(stage.flow.find(({ type }) => type === "inject")?.id ?? "");
    const end = Date.now() + LIMIT_MS;
    let sent = await partsPut(stage, 0);
    while (sent.numbers.length < wanted) {
      if (Date.now() > end) throw new Error(`Only ${sent.numbers.length} parts were sent in ${LIMIT_MS / 1000} s.`);
      await pause(50);
      sent = await partsPut(stage, 0);
    }
    await stage.nodeRed.kill();
    sent = await partsPut(stage, 0);
    const { known, spoilt } = spoil(stage, random);
    say(
      `  killed after ${sent.numbers.length} parts, ${known.length} of them on record; ${spoilt.length} digests spoilt`,
    );
    if (known.length === 0) problems.push("no part was on record at the kill");
    // A kill costs what was sent since the last saving and what was in flight, not more.
    if (sent.numbers.length - known.length > 64)
      problems.push(`${sent.numbers.length - known.length} sent parts were not on record`);

    await stage.restart();
    const { counts } = await stage.settled(
      () => true,
      () => undefined,
      LIMIT_MS,
    );
    if (counts.done !== 1) problems.push(`the asset ended as ${JSON.stringify(counts)}`);
    const again = await partsPut(stage, sent.last);
    const good = known.filter((number) => !spoilt.includes(number));
    const twice = good.filter((number) => again.numbers.includes(number));
    const missing = spoilt.filter((number) => !again.numbers.includes(number));
    if (twice.length > 0) problems.push(`parts ${twice.join(", ")} were proven equal and sent again`);
    if (missing.length > 0) problems.push(`parts ${missing.join(", ")} were not proven and not sent again`);
    const all = new Set([...sent.numbers, ...again.numbers]);
    const parts = Math.max(...all);
    if (all.size !== parts) problems.push(`${parts - all.size} parts were never sent`);
    problems.push(...(await copyProblems(await stage.preservica(), "resume", SIZE)));
    const summary =
      `killed after ${sent.numbers.length} of ${parts} parts (${known.length} on record), ${good.length} skipped after the restart, ` +
      `${again.numbers.length} sent, among them all ${spoilt.length} whose digest differed`;
    return { problems, summary };
  } finally {
    await stage.close();
  }
};
