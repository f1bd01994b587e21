/** One figure of the report. */
export interface Figure {
  value: number;
  unit: string;
  /** What the value is measured against, in the same unit: a limit measured in the same run, or a fixed goal. */
  limit: number;
  /** value / limit. */
  ratio: number;
}

/** When a figure is good enough. */
export interface Goal {
  /** `least`: the ratio must reach `ratio`; `most`: it must not exceed it. */
  is: "least" | "most";
  ratio: number;
}

/**
 * Every figure of the benchmark with its goal, in the order of the report. What explains another figure, and a comparison
 * with other software, has none: it is there to be read.
 */
export const GOALS = {
  "job-1": { is: "least", ratio: 0.5 },
  "job-4": { is: "least", ratio: 0.6 },
  "loop-p99-ms": { is: "most", ratio: 1 },
  "rss-mib": { is: "most", ratio: 1 },
  "rss-growth-mib": { is: "most", ratio: 1 },
  "small-per-s": { is: "least", ratio: 1 },
  "flow-per-s": { is: "least", ratio: 1 },
  "flow-cpu-ms": undefined,
  "store-per-s": { is: "least", ratio: 1 },
  "mapping-per-s": { is: "least", ratio: 1 },
  "mapping-vs-template": { is: "least", ratio: 1 },
  "load-ms": { is: "most", ratio: 1 },
  "load-mib": { is: "most", ratio: 1 },
  "naive-stack": undefined,
  "python-clients": undefined,
} as const satisfies Record<string, Goal | undefined>;

export type FigureName = keyof typeof GOALS;
export const FIGURE_NAMES = Object.keys(GOALS) as FigureName[];

export function holds(name: FigureName, { ratio }: Figure): boolean | undefined {
  const goal: Goal | undefined = GOALS[name];
  if (goal === undefined) return undefined;
  return goal.is === "least" ? ratio >= goal.ratio : ratio <= goal.ratio;
}

/** The middle value; of an even count the upper one of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Median of the rounds against a fixed limit. */
export function against(limit: number, unit: string, rounds: readonly number[]): Figure {
  const value = median(rounds);
  return { value, unit, limit, ratio: value / limit };
}
