import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { POLICY } from "../campaign/governance-checks.js";
import { type Good, type Paper, papersIn, type TransferFacts } from "./facts.js";

/** Looks at the papers that the flow wrote into files. */

export const receipts: Check<TransferFacts> = {
  name: "receipts",
  says: "each released asset has one transfer receipt, which names both copies, digest, start date and holds; no certificate",
  problems: async (facts) => {
    const papers = papersIn(facts.papers);
    const keys = new Set(facts.released.map(({ originalId }) => `otmm:dam:${originalId}`));
    const problems = [...papers.keys()].filter((key) => !keys.has(key)).map((key) => `a receipt for ${key}`);
    for (const asset of facts.released) {
      const own = papers.get(`otmm:dam:${asset.originalId}`) ?? [];
      problems.push(...differs(`${asset.name}: papers`, own.map(({ kind }) => kind).join(), "transfer-receipt"));
      const [paper] = own;
      if (paper !== undefined) {
        const faults = faultsOf(paper, asset, await refOf(facts, asset));
        problems.push(...faults.map((fault) => `${asset.name}: ${fault}`));
      }
    }
    return problems;
  },
  spoil: async (facts) => {
    const [name = ""] = readdirSync(facts.papers);
    const file = join(facts.papers, name);
    writeFileSync(file, readFileSync(file, "utf8").replace("transfer-receipt", "certificate-of-destruction"));
  },
};

/** What a receipt must say, and when each hold was asked for: before it was issued. */
function faultsOf(paper: Paper, asset: Good, ref: string): string[] {
  const text = JSON.stringify(paper);
  const missing = [
    asset.assetId,
    ref,
    asset.sha256,
    asset.retentionStart ?? "",
    POLICY[asset.values.retentionClass] ?? "",
  ]
    .filter((word) => !text.includes(word))
    .map((word) => `the receipt does not say ${word}`);
  const asked = paper.sections.find(({ title }) => title === "Holds")?.rows ?? [];
  const systems = ["otmm", "preservica"].filter(
    (system) => !asked.some(({ name, value }) => name.startsWith(system) && value.startsWith("none, asked ")),
  );
  const late = asked.filter(({ value }) => (/asked (\S+)$/.exec(value)?.[1] ?? "9") > paper.issued.utc);
  return [
    ...missing,
    ...systems.map((system) => `nobody asked ${system} for holds`),
    ...late.map(({ name }) => `${name} was asked after the receipt`),
  ];
}
