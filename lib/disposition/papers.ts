import { createHash } from "node:crypto";
import type { LifecycleAsset } from "../messages/asset.js";
import { softwareAndVersion } from "../messages/software.js";
import type { Json } from "../store/types.js";
import { canonicalJson } from "../store/chain.js";
import type { AskedHold } from "./holds.js";

export const PAPER_KINDS = ["transfer-receipt", "certificate-of-destruction", "refusal"] as const;
export type PaperKind = (typeof PAPER_KINDS)[number];

const TITLES: Record<PaperKind, string> = {
  "transfer-receipt": "Transfer receipt",
  "certificate-of-destruction": "Certificate of destruction",
  refusal: "Refusal of disposal",
};
const PREFIXES: Record<PaperKind, string> = {
  "transfer-receipt": "TR",
  "certificate-of-destruction": "CD",
  refusal: "RF",
};

/** One line of a paper: a heading of its own, with what was found. */
export type PaperSection = { title: string; rows: { name: string; value: string }[] };

/** A paper as plain JSON; what it holds is in SEED-DATA.md section 6. No content, no names but those of acting persons. */
export type Paper = {
  kind: PaperKind;
  /** The same for the same subject and facts, so that a repetition issues no second paper. */
  number: string;
  title: string;
  /** ISO instant, and the same in the zone of the paper. */
  issued: { utc: string; local: string; zone: string };
  subject: { name: string; key: string; version: string };
  sections: PaperSection[];
  software: string;
  /** Head of the chain of events when the paper was made; empty before the first event. */
  chainHead: string;
};

export interface PaperFacts {
  kind: PaperKind;
  asset: LifecycleAsset;
  /** What makes the paper one of its own: job, decision, list. */
  distinct: string;
  at: string;
  zone: string;
  chainHead: string;
  sections: PaperSection[];
}

export function paperOf({ kind, asset, distinct, at, zone, chainHead, sections }: PaperFacts): Paper {
  const mark = createHash("sha256").update(`${kind}\n${asset.key}\n${asset.version}\n${distinct}`).digest("hex");
  return {
    kind,
    number: `${PREFIXES[kind]}-${mark.slice(0, 16)}`,
    title: TITLES[kind],
    issued: { utc: at, local: localTime(at, zone), zone },
    subject: { name: asset.name, key: asset.key, version: asset.version },
    sections: sections.filter(({ rows }) => rows.length > 0),
    software: softwareAndVersion(),
    chainHead,
  };
}

/** `2026-11-20T13:00:00+01:00`: the wall clock of the zone with its offset. */
export function localTime(at: string, zone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(new Date(at));
  const wall = parts.replace(" ", "T");
  const minutes = Math.round((Date.parse(`${wall}Z`) - Date.parse(`${at.slice(0, 19)}Z`)) / 60_000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${wall}${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

export function section(title: string, rows: Readonly<Record<string, string | undefined>>): PaperSection {
  return {
    title,
    rows: Object.entries(rows).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [{ name, value }],
    ),
  };
}

/** What each system said about holds, with its time. */
export function holdSection(holds: readonly AskedHold[]): PaperSection {
  return {
    title: "Holds",
    rows: holds.map((hold) => ({
      name: `${hold.system} ${hold.connection} ${hold.id}`,
      value:
        hold.state === "clear"
          ? `none, asked ${hold.at}`
          : hold.state === "held"
            ? `${hold.matters.join(", ")}, asked ${hold.at}`
            : `not known (${hold.why}), asked ${hold.at}`,
    })),
  };
}

/** SHA-256 of the paper's canonical JSON: stands in the event, so that a paper can be proven by the chain. */
export function paperDigest(paper: Paper): string {
  return `SHA-256:${createHash("sha256").update(canonicalJson(paper)).digest("hex")}`;
}

export function markdownOf(paper: Paper): string {
  const lines = [`# ${paper.title} ${mark(paper.number)}`, ""];
  for (const { title, rows } of allSections(paper)) {
    lines.push(`## ${title}`, "");
    for (const { name, value } of rows) lines.push(`- ${mark(name)}: ${mark(value)}`);
    lines.push("");
  }
  return lines.join("\n");
}

/** A page of its own without script or outside resource. */
export function htmlOf(paper: Paper): string {
  const body = allSections(paper)
    .map(
      ({ title, rows }) =>
        `<h2>${html(title)}</h2><table>${rows
          .map(({ name, value }) => `<tr><th scope="row">${html(name)}</th><td>${html(value)}</td></tr>`)
          .join("")}</table>`,
    )
    .join("");
  const heading = `${html(paper.title)} ${html(paper.number)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body><h1>${heading}</h1>${body}</body></html>`;
}

/** The paper in the three forms that travel on `msg.payload`. */
export function formsOf(paper: Paper): { paper: Json; digest: string; markdown: string; html: string } {
  return {
    paper,
    digest: paperDigest(paper),
    markdown: markdownOf(paper),
    html: htmlOf(paper),
  };
}

function allSections({ subject, issued, software, chainHead, sections }: Paper): PaperSection[] {
  return [
    section("Subject", { Title: subject.name, Asset: subject.key, Version: subject.version }),
    ...sections,
    section("Issued", {
      "Time (UTC)": issued.utc,
      [`Time (${issued.zone})`]: issued.local,
      Software: software,
      "Head of the event chain": chainHead,
    }),
  ];
}

function mark(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
