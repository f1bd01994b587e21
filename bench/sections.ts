import { type FigureName, type Figure, against, median } from "./figure.js";
import { measureJobs, measureMemory, measureSmall } from "./byte-path.js";
import { type FlowRun, runFlow } from "./flow/flow.js";
import { measureLoad } from "./load.js";
import { mappingFigures } from "./mapping.js";
import { naiveRate } from "./peers/naive.js";
import { contractPython, pythonRate } from "./peers/python.js";
import { startPeerServer } from "./peers/sink.js";
import { startServer } from "./servers.js";
import { storePerSecond } from "./store.js";

const MIB = 1024 * 1024;
/** Assets each second through a flow, at least. */
const FLOW_GOAL = 100;
const INGESTS = 16;

/** How much is done: enough to be believed, or just enough to see that everything runs. */
export interface Sizes {
  job: number;
  /** Of one job of the other stacks: they are slow, and their speed does not depend on it. */
  peer: number;
  flow: number;
  flowRounds: number;
  store: number;
  load: number;
}
export const FULL: Sizes = { job: 2048 * MIB, peer: 512 * MIB, flow: 1500, flowRounds: 3, store: 50_000, load: 5 };
export const QUICK: Sizes = { job: 128 * MIB, peer: 32 * MIB, flow: 150, flowRounds: 1, store: 5_000, load: 1 };

export type Figures = Partial<Record<FigureName, Figure>>;

/** What is measured together, in one go. */
export interface Section {
  title: string;
  names: readonly FigureName[];
  /**
   * @param known figures of the sections before
   * @param step told how much is done
   * @returns the figures; one that cannot be measured here is left out, and `say` told why
   */
  run(
    sizes: Sizes,
    known: Figures,
    step: (done: number, total: number) => void,
    say: (why: string) => void,
  ): Promise<Figures>;
}

/** Source and sink as child processes, for as long as the work takes. */
async function withServers<T>(work: (servers: { source: string; sink: string }) => Promise<T>): Promise<T> {
  const source = await startServer("source");
  try {
    const sink = await startServer("sink");
    try {
      return await work({ source: source.url, sink: sink.url });
    } finally {
      await sink.close();
    }
  } finally {
    await source.close();
  }
}

/** Another stack on the work of `job-1`, against what `job-1` reached in this run. */
async function peer(
  rate: (server: string, size: number) => Promise<number>,
  sizes: Sizes,
  known: Figures,
): Promise<Figure> {
  const ours = known["job-1"] ?? (await withServers((servers) => measureJobs(servers, sizes.peer)))["job-1"];
  const server = await startPeerServer();
  try {
    return against(ours.value, "MB/s", [(await rate(server.url, sizes.peer)) / 1e6]);
  } finally {
    await server.close();
  }
}

/** Processor time for each asset, of Node-RED and the stand-ins together, against what two cores have at the goal's rate. */
function flowProcessor(used: readonly NonNullable<FlowRun["processor"]>[], say: (why: string) => void): Figure {
  const middle = (part: keyof NonNullable<FlowRun["processor"]>): string =>
    median(used.map((times) => times[part])).toFixed(1);
  say(
    `flow-cpu-ms: ${middle("nodeRed")} ms in Node-RED, ${middle("main")} of it in its main thread; ${middle("standIns")} ms in the stand-ins`,
  );
  return against(
    2000 / FLOW_GOAL,
    "ms/asset",
    used.map(({ nodeRed, standIns }) => nodeRed + standIns),
  );
}

export const SECTIONS: readonly Section[] = [
  {
    title: "loading the package",
    names: ["load-ms", "load-mib"],
    run: (sizes) => measureLoad(sizes.load),
  },
  {
    title: "mapping",
    names: ["mapping-per-s", "mapping-vs-template"],
    run: async () => {
      const figures: Figures = {};
      for (const [name, { value, unit, limit = Number.NaN, ratio = value / limit }] of Object.entries(
        await mappingFigures(),
      )) {
        if (name === "mapping-per-s" || name === "mapping-vs-template") figures[name] = { value, unit, limit, ratio };
      }
      return figures;
    },
  },
  {
    title: "store",
    names: ["store-per-s"],
    run: async ({ store }) => ({ "store-per-s": await storePerSecond(store) }),
  },
  {
    title: "flow in Node-RED",
    names: ["flow-per-s", "flow-cpu-ms"],
    run: async ({ flow, flowRounds }, _known, step, say) => {
      const runs: FlowRun[] = [];
      for (let round = 0; round < flowRounds; round += 1) {
        runs.push(await runFlow(flow, INGESTS, (done) => step(round * flow + done, flowRounds * flow)));
      }
      const rates = runs.map(({ perSecond }) => perSecond);
      const used = runs.flatMap(({ processor }) => processor ?? []);
      if (used.length === 0)
        say("flow-cpu-ms is not measured: this system does not tell the processor time of processes");
      return {
        "flow-per-s": against(FLOW_GOAL, "assets/s", rates),
        ...(used.length === 0 ? {} : { "flow-cpu-ms": flowProcessor(used, say) }),
      };
    },
  },
  {
    title: "small assets",
    names: ["small-per-s"],
    run: async () => ({ "small-per-s": await withServers(measureSmall) }),
  },
  {
    title: "large assets",
    names: ["job-1", "job-4", "loop-p99-ms"],
    run: ({ job }) => withServers((servers) => measureJobs(servers, job)),
  },
  {
    title: "memory",
    names: ["rss-mib", "rss-growth-mib"],
    run: ({ job }) => withServers((servers) => measureMemory(servers, job)),
  },
  {
    title: "the naive stack (axios, inline SHA-256, JavaScript zip, AWS SDK parts)",
    names: ["naive-stack"],
    run: async (sizes, known) => ({ "naive-stack": await peer(naiveRate, sizes, known) }),
  },
  {
    title: "the vendors' Python clients (pyxecm, pyPreservica)",
    names: ["python-clients"],
    run: async (sizes, known, _step, say) => {
      const python = contractPython();
      if (python === undefined) {
        say(
          "python-clients is not measured: the clients are not installed (npm run test:contract does that, with Python 3)",
        );
        return {};
      }
      return { "python-clients": await peer((server, size) => pythonRate(python, server, size), sizes, known) };
    },
  },
];
