import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { APPROVAL_STATES } from "../../../lib/store/index.js";
import { type PremisEventType, premisType } from "../../../lib/timeline/event-words.js";
import { PACKAGE_ROOT } from "../../../scripts/node-red.js";

/**
 * Every type of event that lib and nodes write, and its type in SEED-DATA.md section 6; null: a step of deciding or of
 * working, for which the list of the Library of Congress has no word.
 */
const WRITTEN: Readonly<Record<string, PremisEventType | null>> = {
  "message digest calculation": "message digest calculation",
  "fixity check": "fixity check",
  "filename change": "filename change",
  packing: "packing",
  transfer: "transfer",
  "ingestion start": "ingestion start",
  "ingestion end": "ingestion end",
  accession: "accession",
  "policy assignment": "policy assignment",
  "metadata modification": "metadata modification",
  "tag changed": "metadata modification",
  moved: "metadata modification",
  "policy assigned": "policy assignment",
  "policy withdrawn": "policy assignment",
  "hold on": "policy assignment",
  "hold off": "policy assignment",
  upload: "transfer",
  "derivative given": "dissemination",
  "access granted": "dissemination",
  "access used": "dissemination",
  "access refused": null,
  "access revoked": null,
  "source released": "deaccession",
  destroyed: "deletion",
  "release refused": null,
  "destruction refused": null,
  "approval asked": null,
  ...Object.fromEntries(APPROVAL_STATES.map((state) => [`destruction ${state}`, null])),
  "business event": null,
  "retention decision": null,
  "not watched": null,
  "payload erased": "metadata modification",
  "job adopted": null,
  "job cancelled": null,
  "job replayed": null,
};

/** Files that make events of a type which is told to them, and the words that they are told. */
const TOLD: Readonly<Record<string, RegExp>> = {
  "lib/preservica/ingest/events.ts": /^ {2}\| "([^"]+)"/gm,
  "lib/store/jobs.ts": /"(job [a-z]+)"/g,
  "nodes/preservica-access/preservica-access.ts": /"(access [a-z]+)"/g,
  "nodes/preservica-govern/work.ts": /^ {2}(?:"?)[a-z-]+(?:"?): "([^"]+)",$/gm,
};
/** What an event is made of the words of a flow, or is read as, not written. */
const OTHERS = ["lib/store/rows.ts"];
const CONSTANTS: Readonly<Record<string, string>> = {
  ASKED: "approval asked",
  BUSINESS_EVENT: "business event",
  ERASURE_EVENT: "payload erased",
  NOT_WATCHED: "not watched",
  WARNED: "metadata modification",
};

/** Source files that make events: each event says on what basis it is known. */
function makers(): { file: string; text: string }[] {
  return ["lib", "nodes"]
    .flatMap((folder) =>
      readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".editor.ts") && !OTHERS.includes(file))
    .map((file) => ({ file, text: readFileSync(join(PACKAGE_ROOT, file), "utf8") }))
    .filter(({ text }) => /basis: "(?:witnessed|reported|inferred)"(?! \|)/.test(text));
}

function wordsIn({ file, text }: { file: string; text: string }): string[] {
  const told = TOLD[file];
  const written = told === undefined ? /\btype: (.+?),(?:\n| (?=basis))[^{}]*?basis: "/g : told;
  return [...text.matchAll(written)].flatMap(([, word = ""]) => {
    if (told !== undefined) return [word];
    const state = /^`(destruction) \$\{state\}`$/.exec(word)?.[1];
    if (state !== undefined) return APPROVAL_STATES.map((one) => `${state} ${one}`);
    const literals = [...word.matchAll(/"([^"]+)"/g)].map(([, literal = ""]) => literal);
    return literals.length > 0 ? literals : [CONSTANTS[word] ?? `${file}: ${word}`];
  });
}

describe("the words of the timeline", () => {
  it("are all known, whoever writes them", () => {
    const words = new Set<string>();
    for (const maker of makers()) {
      const found = wordsIn(maker);
      // The ingest's steps hand their words to events.ts, which lists them.
      const delegates = maker.file.startsWith("lib/preservica/ingest/");
      assert.ok(found.length > 0 || delegates, `${maker.file} writes events of a type that this test does not see`);
      for (const word of found) words.add(word);
    }
    assert.deepEqual([...words].sort(), Object.keys(WRITTEN).sort());
  });

  for (const [word, type] of Object.entries(WRITTEN)) {
    it(`"${word}" is ${type ?? "a word of our own"} in PREMIS`, () => {
      assert.equal(premisType(word) ?? null, type);
    });
  }

  it("know what the examples say of a derivative that came back", () => {
    assert.equal(premisType("derivative imported"), "dissemination");
  });
});
