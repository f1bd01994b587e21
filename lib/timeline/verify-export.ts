import { chainHash } from "../store/chain.js";
import { Findings } from "../store/findings.js";
import { proveDigest } from "../store/prove.js";
import type { Anchor } from "../store/types.js";
import { type ChainReport, ChainVerifier } from "../store/verify.js";
import { type ExportedEvent, frameOfExport, sealOf, type TimelineExport } from "./export.js";

/** Verifies an exported timeline: the whole chain, or the events of one asset each by itself and as a list. Pure. */
export function verifyExport(document: TimelineExport, anchors: readonly Anchor[] = []): ChainReport {
  return document.scope === "all" ? verifyAll(document, anchors) : verifyAsset(document, anchors);
}

function verifyAll(document: TimelineExport, anchors: readonly Anchor[]): ChainReport {
  const findings = new Findings();
  const ordered = inOrder(document.events, findings);
  // The head that the document names is an anchor against a list that was shortened afterwards.
  const verifier = new ChainVerifier([...anchors, ...(document.head === undefined ? [] : [document.head])]);
  for (const event of ordered) verifier.take(frameOfExport(event));
  const report = verifier.end();
  for (const finding of report.findings) findings.add(finding);
  return withFindings(report, findings);
}

/** The events by place; one that stands behind a later one is reported. */
function inOrder(events: readonly ExportedEvent[], findings: Findings): ExportedEvent[] {
  const seen = new Set<number>();
  let highest = 0;
  const kept: ExportedEvent[] = [];
  for (const event of events) {
    const { seq, asset } = event;
    if (seen.has(seq)) {
      findings.add({ kind: "added", seq, assetKey: asset, message: `Event ${seq} stands in the file twice.` });
      continue;
    }
    seen.add(seq);
    kept.push(event);
    if (seq < highest) {
      const message = `Event ${seq} was reordered: it stands behind event ${highest}.`;
      findings.add({ kind: "reordered", seq, assetKey: asset, message });
    }
    highest = Math.max(highest, seq);
  }
  return kept.sort((a, b) => a.seq - b.seq);
}

function verifyAsset(document: TimelineExport, anchors: readonly Anchor[]): ChainReport {
  const findings = new Findings();
  const events = inOrder(document.events, findings);
  for (const [index, event] of events.entries()) {
    const why = fault(event, events[index - 1], document.asset);
    if (why !== undefined) findings.add({ kind: "changed", seq: event.seq, assetKey: event.asset, message: why });
  }
  compareList(document, events, findings);
  const all = [...events, ...(document.head === undefined ? [] : [document.head])];
  const agreed = anchors.filter((anchor) => {
    const known = all.find(({ seq }) => seq === anchor.seq);
    if (known === undefined || known.hash === anchor.hash) return known !== undefined;
    const message = `Event ${anchor.seq} is not the one that the anchor of ${anchor.at} was taken at.`;
    findings.add({ kind: "changed", seq: anchor.seq, message });
    return false;
  });
  const [first] = events;
  return withFindings(
    {
      intact: true,
      events: events.length,
      erased: events.filter(({ event }) => event === null).length,
      ...(first === undefined ? {} : { first: { seq: first.seq, learnt: first.learnt } }),
      ...(document.head === undefined ? {} : { head: document.head }),
      anchorsAgreed: agreed.length,
      anchorsGiven: anchors.length,
      findings: [],
      unlisted: 0,
    },
    findings,
  );
}

function fault(event: ExportedEvent, before: ExportedEvent | undefined, asset: string | undefined): string | undefined {
  const frame = frameOfExport(event);
  const wrong = proveDigest(frame);
  if (wrong !== undefined) return wrong;
  if (event.asset !== asset) return `Event ${event.seq} is of ${event.asset}, not of this asset.`;
  const adjacent = before?.seq === event.seq - 1 ? before.hash : event.previous;
  if (event.previous !== undefined && event.previous === adjacent) {
    if (chainHash(event.previous, event.seq, event.learnt, event.payloadDigest) === event.hash) return undefined;
  }
  return `Event ${event.seq} was changed: its hash does not follow from the one before it.`;
}

/** Holds the events against the list that the document was sealed with. */
function compareList(document: TimelineExport, events: readonly ExportedEvent[], findings: Findings): void {
  const listed = new Set(document.places ?? []);
  const present = new Set(events.map(({ seq }) => seq));
  const last = events.at(-1)?.seq ?? 0;
  for (const seq of listed) {
    if (present.has(seq)) continue;
    if (seq > last) findings.cutOff(seq, seq);
    else findings.missing(seq, seq);
  }
  for (const seq of present) {
    if (!listed.has(seq)) findings.add({ kind: "added", seq, message: `Event ${seq} was put in after the export.` });
  }
  const whole = listed.size === present.size && [...listed].every((seq) => present.has(seq));
  if (whole && sealOf(events.map(({ hash }) => hash)) !== document.seal) {
    const message = "The list of events does not match its seal: the export was changed.";
    findings.add({ kind: "changed", seq: events[0]?.seq ?? 0, to: last, message });
  }
}

function withFindings(report: ChainReport, findings: Findings): ChainReport {
  const { list, unlisted } = findings.sorted();
  return { ...report, intact: list.length === 0, findings: list, unlisted: report.unlisted + unlisted };
}
