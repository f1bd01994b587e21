/** What a suite is asked for. */
export interface SuiteOptions {
  /** How often; what a round is, each suite says. Absent: the suite's own number. */
  rounds?: number;
  seed: number;
  /** Assets of the suites that count assets. */
  assets?: number;
  /** Progress, for people. */
  say(line: string): void;
}

export interface SuiteReport {
  /** What went wrong; empty = holds. */
  problems: string[];
  /** One line of numbers. */
  summary: string;
}

export type Suite = (options: SuiteOptions) => Promise<SuiteReport>;
