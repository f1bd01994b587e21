import { isStoreFile, StoreFile } from "../lib/store/store-file.js";
import type { Anchor } from "../lib/store/types.js";
import { type ChainReport, type Finding, verifyChain } from "../lib/store/verify.js";
import { readAnchors, readExport, verifyExport } from "../lib/timeline/index.js";
import { EXIT, textOfFile } from "./shared.js";

/** Verifies a store, a backup or an export, and says in words what is wrong. @returns the exit code */
export function verify(file: string, options: { anchor: string | undefined; json: boolean }): number {
  const given = options.anchor === undefined ? [] : readAnchors(textOfFile(options.anchor));
  const { kind, report } = verified(file, given);
  const lines = options.json
    ? [JSON.stringify({ file, kind, ...report })]
    : [...factsOf(kind, report, given.length > 0), ...report.findings.map(lineOf), verdictOf(file, report)];
  process.stdout.write(`${lines.join("\n")}\n`);
  return report.intact ? EXIT.fine : EXIT.found;
}

function verified(file: string, given: readonly Anchor[]): { kind: string; report: ChainReport } {
  if (!isStoreFile(file)) {
    const document = readExport(textOfFile(file));
    const kind = document.scope === "all" ? "export of all events" : `export of ${document.asset ?? "one asset"}`;
    return { kind, report: verifyExport(document, given) };
  }
  const store = new StoreFile(file);
  try {
    return { kind: "store", report: verifyChain(store.frames(), [...store.anchors(), ...given]) };
  } finally {
    store.close();
  }
}

function factsOf(kind: string, report: ChainReport, hasAnchor: boolean): string[] {
  const { events, erased, first, head } = report;
  const from = first === undefined ? "" : `, learnt since ${first.learnt}`;
  return [
    `${kind}: ${events} events${from}${erased > 0 ? `, ${erased} erased` : ""}`,
    ...(head === undefined ? [] : [`head: event ${head.seq}, ${head.hash}`]),
    `anchors: ${report.anchorsAgreed} of ${report.anchorsGiven} agree`,
    ...(hasAnchor
      ? []
      : ["note: without an anchor kept elsewhere (--anchor), a cut-off or rewritten end cannot be told"]),
  ];
}

function lineOf({ kind, message, assetKey }: Finding): string {
  return `${kind.padEnd(9)}  ${message}${assetKey === undefined ? "" : ` (${assetKey})`}`;
}

function verdictOf(file: string, { intact, findings, unlisted }: ChainReport): string {
  if (intact) return `INTACT: ${file}`;
  const many = findings.length + unlisted;
  return `NOT INTACT: ${file}, ${many} finding${many === 1 ? "" : "s"}${unlisted > 0 ? ` (${unlisted} not listed)` : ""}`;
}
