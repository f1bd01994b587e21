export type FindingKind = "changed" | "missing" | "reordered" | "added" | "cut-off" | "erased";

/** One thing that is wrong with a chain, in words for people. */
export interface Finding {
  kind: FindingKind;
  /** Place of the event, or of the first one. */
  seq: number;
  /** Place of the last event, when several are meant. */
  to?: number;
  assetKey?: string;
  message: string;
}

const MOST_LISTED = 1000;

/** Collects findings: one an event and kind, so many at most. */
export class Findings {
  readonly #list = new Map<string, Finding>();
  #unlisted = 0;

  add(finding: Finding): void {
    const key = `${finding.kind} ${finding.seq} ${finding.to ?? ""}`;
    if (this.#list.has(key)) return;
    if (this.#list.size >= MOST_LISTED) this.#unlisted += 1;
    else this.#list.set(key, finding);
  }

  missing(from: number, to: number, more = ""): void {
    const what = from === to ? `Event ${from} is missing` : `Events ${from} to ${to} are missing`;
    this.add({ kind: "missing", seq: from, ...(to > from ? { to } : {}), message: `${what}${more}.` });
  }

  cutOff(from: number, to: number): void {
    const what = from === to ? `Event ${from} was` : `Events ${from} to ${to} were`;
    this.add({
      kind: "cut-off",
      seq: from,
      ...(to > from ? { to } : {}),
      message: `${what} there when an anchor was taken, and the end is cut off.`,
    });
  }

  sorted(): { list: Finding[]; unlisted: number } {
    return { list: [...this.#list.values()].sort((a, b) => a.seq - b.seq), unlisted: this.#unlisted };
  }
}
