import { setTimeout as pause } from "node:timers/promises";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { processorMsOf } from "../processor-time.js";
import { benchFlow, START, STORE } from "./nodes.js";
import { startStandIns } from "./stand-ins.js";

/** Bytes of each master. */
const BYTES = 100_000;
/** Assets of the run before the one that counts: code is compiled, threads and connections are there after it. */
const WARM = 150;
const LIMIT_MS = 180_000;
/** Counting costs the store something too. */
const LOOK_MS = 400;

interface Run {
  id: string;
  counts: { done: number; refused: number; failed: number };
}

/** One run of the flow. */
export interface FlowRun {
  /** Assets each second, from the press of the button to the last one that the store calls done. */
  perSecond: number;
  /** Milliseconds of processor time for each asset, as far as the system tells it. */
  processor?: {
    /** Node-RED's main thread. */
    main: number;
    /** All threads of Node-RED. */
    nodeRed: number;
    standIns: number;
  };
}

/**
 * Moves `assets` small assets through fetch -> mapper -> ingest in a real Node-RED process, durably: every asset is
 * searched, mapped, packed, hashed, uploaded, looked at and verified against what the archive states.
 *
 * @param ingests jobs at once in the ingest
 * @param onDone told now and then how many are done
 */
export async function runFlow(assets: number, ingests: number, onDone: (done: number) => void): Promise<FlowRun> {
  const servers = await startStandIns({ warm: WARM, assets, bytes: BYTES });
  try {
    const nodeRed = await startNodeRed({ version: 5, execArgv: nodeArguments() });
    try {
      await nodeRed.deploy(benchFlow({ ...servers, ingests }));
      await pressAndWait(nodeRed, WARM, () => undefined);
      const used = (): ProcessorTimes => [processorMsOf(nodeRed.process.pid), processorMsOf(servers.pid)];
      const before = used();
      const start = performance.now();
      await pressAndWait(nodeRed, assets, onDone);
      const seconds = (performance.now() - start) / 1000;
      return { perSecond: assets / seconds, ...processorTime(before, used(), assets) };
    } finally {
      await nodeRed.stop();
    }
  } finally {
    await servers.close();
  }
}

type ProcessorTimes = [nodeRed: ReturnType<typeof processorMsOf>, standIns: ReturnType<typeof processorMsOf>];

function processorTime(before: ProcessorTimes, after: ProcessorTimes, assets: number): Pick<FlowRun, "processor"> {
  const [red, servers] = before;
  const [redNow, serversNow] = after;
  if (red === undefined || servers === undefined || redNow === undefined || serversNow === undefined) return {};
  return {
    processor: {
      main: (redNow.main - red.main) / assets,
      nodeRed: (redNow.all - red.all) / assets,
      standIns: (serversNow.all - servers.all) / assets,
    },
  };
}

/** Arguments for the Node.js that is measured, e.g. `--cpu-prof`, from the environment. */
function nodeArguments(): string[] {
  return (process.env["BENCH_NODE_ARGS"] ?? "").split(" ").filter((argument) => argument !== "");
}

/** Presses the button; resolves when the new run's assets are all done. */
async function pressAndWait(nodeRed: NodeRed, assets: number, onDone: (done: number) => void): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  const known = new Set((await runsOf(nodeRed)).map(({ id }) => id));
  await nodeRed.inject(START);
  for (;;) {
    const counts = (await runsOf(nodeRed)).find(({ id }) => !known.has(id))?.counts ?? {
      done: 0,
      refused: 0,
      failed: 0,
    };
    onDone(counts.done);
    if (counts.done === assets) return;
    if (counts.failed + counts.refused > 0 || Date.now() > end) {
      throw new Error(`The flow did not end well: ${JSON.stringify(counts)}\n${nodeRed.output().slice(-2000)}`);
    }
    await pause(LOOK_MS);
  }
}

async function runsOf(nodeRed: NodeRed): Promise<Run[]> {
  const answer = await nodeRed.admin("GET", `content-lifecycle/stores/${STORE}/runs`);
  return ((await answer.json()) as { runs: Run[] }).runs;
}

if (require.main === module) {
  const [assets = "1000", ingests = "16"] = process.argv.slice(2);
  void runFlow(Number(assets), Number(ingests), (done) => process.stderr.write(`\r${done} `)).then((run) =>
    console.log(run),
  );
}
