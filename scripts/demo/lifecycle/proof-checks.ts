import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { reportOf } from "./checks.js";
import { command, keyOf, type LifecycleFacts } from "./facts.js";
import { all, readPremis, structureProblems, textIn } from "./premis.js";

/** Looks at what was taken away: exports, backup and anchor, without Node-RED and without the flow. */

interface Exported {
  seq: number;
  asset: string;
  at: string;
  learnt: string;
  event: { type: string; basis: string; agent: string; outcome: string; clock?: string } | null;
}
const exportIn = (file: string): { asset?: string; events: Exported[] } =>
  JSON.parse(readFileSync(file, "utf8")) as { asset?: string; events: Exported[] };

/** Puts other text in the place of the first match; what was taken away is a file, and files can be changed. */
function falsify(file: string, was: string | RegExp, becomes: string): void {
  const text = readFileSync(file, "utf8");
  const changed = text.replace(was, becomes);
  if (changed === text) throw new Error(`${file} does not say ${String(was)}`);
  writeFileSync(file, changed);
}

const SOFTWARE = /@content-lifecycle\/node-red \d+\.\d+\.\d+/;

export const basis: Check<LifecycleFacts> = {
  name: "basis",
  says: "each event says whether it was witnessed, reported or inferred, when it happened and was learnt, by which person or software with version",
  problems: (facts) => {
    const { events } = exportIn(facts.files.all);
    const found = new Set(events.map(({ event }) => event?.basis));
    const faults = events.flatMap(({ seq, at, learnt, event }) => {
      if (event === null) return [];
      const named = event.agent.startsWith("user:") || SOFTWARE.test(event.agent);
      return [
        ...(["witnessed", "reported", "inferred"].includes(event.basis) ? [] : [`${seq}: its basis is ${event.basis}`]),
        ...(named ? [] : [`${seq} (${event.type}): its agent is "${event.agent}"`]),
        ...(Number.isNaN(Date.parse(at)) || Number.isNaN(Date.parse(learnt)) ? [`${seq}: has no times`] : []),
        ...(/^(success|failure|refused|warning)$/.test(event.outcome) ? [] : [`${seq}: ended in ${event.outcome}`]),
      ];
    });
    const created = events.find(({ event }) => event?.type === "created")?.event;
    return Promise.resolve([
      ...faults,
      ...["witnessed", "reported", "inferred"].filter((one) => !found.has(one)).map((one) => `nothing is ${one}`),
      ...differs("whose clock told the creation", created?.clock, "otmm:dam"),
    ]);
  },
  spoil: (facts) => Promise.resolve(falsify(facts.files.all, /("agent": ?"@content-lifecycle\/node-red) [\d.]+/, "$1")),
};

export const json: Check<LifecycleFacts> = {
  name: "json",
  says: "the JSON that the page gives verifies by itself, and holds every event of the timeline",
  problems: async (facts) => {
    const { tightened } = facts.touched;
    const { code, stdout } = await command("verify", facts.files.json);
    const told = exportIn(facts.files.json);
    const { timeline } = await reportOf(facts, tightened);
    const missing = timeline.filter(({ seq }) => !told.events.some((event) => event.seq === seq));
    return [
      ...differs("exit code of verify", code, 0),
      ...(stdout.includes("INTACT:") && !stdout.includes("NOT INTACT") ? [] : [stdout.trim()]),
      ...differs("asset", told.asset, keyOf(tightened)),
      ...missing.map(({ seq, type }) => `event ${seq} (${type}) is not in it`),
    ];
  },
  spoil: (facts) => Promise.resolve(falsify(facts.files.json, '"inferred"', '"reported"')),
};

export const premis: Check<LifecycleFacts> = {
  name: "premis",
  says: "the PREMIS 3 that the page gives has the parts of its schema, the ids of both systems, every event, and agents with version",
  problems: async (facts) => {
    const { tightened } = facts.touched;
    const root = readPremis(readFileSync(facts.files.premis, "utf8"));
    const ids = all(root, "objectIdentifierValue").map(({ text }) => text);
    const types = all(root, "eventType").map(({ text }) => text);
    const events = exportIn(facts.files.json).events.length;
    const agents = root.children.filter(({ name }) => name === "agent");
    return [
      ...structureProblems(root),
      ...[tightened.originalId, await refOf(facts, tightened), keyOf(tightened)]
        .filter((id) => !ids.includes(id))
        .map((id) => `no object has the id ${id}`),
      ...["creation", "transfer", "ingestion end", "accession", "policy assignment", "rights stated", "rights ended"]
        .filter((type) => !types.includes(type))
        .map((type) => `no event is of the type ${type}`),
      ...differs("events", types.length, events),
      ...(agents.length > 0 ? [] : ["it names no agent"]),
      ...agents
        .filter((agent) => textIn(agent, "agentType") === "software" && textIn(agent, "agentVersion") === "")
        .map((agent) => `${textIn(agent, "agentName")} has no version`),
    ];
  },
  spoil: (facts) => Promise.resolve(falsify(facts.files.premis, /<eventDateTime>[^<]*<\/eventDateTime>/, "")),
};

export const chain: Check<LifecycleFacts> = {
  name: "chain",
  says: "content-lifecycle verify holds on a backup with an anchor kept elsewhere, also after the erasure",
  problems: async (facts) => {
    const { code, stdout } = await command("verify", facts.files.backup, "--anchor", facts.files.anchor, "--json");
    const report = JSON.parse(stdout) as { intact: boolean; erased: number; anchorsAgreed: number; findings: object[] };
    return [
      ...differs("exit code", code, 0),
      ...differs("intact", report.intact, true),
      ...differs("erased", report.erased, 1),
      ...(report.anchorsAgreed >= 1 ? [] : ["no anchor agrees"]),
      ...report.findings.map((finding) => JSON.stringify(finding)),
    ];
  },
  // Whoever can write the file moves an event to another day.
  spoil: (facts) => {
    const store = new DatabaseSync(facts.files.backup);
    store.exec("UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 7");
    store.close();
    return Promise.resolve();
  },
};
