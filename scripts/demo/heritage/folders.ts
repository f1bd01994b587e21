import { differs } from "../campaign/facts.js";
import type { Check } from "../check.js";
import type { HeritageFacts } from "./checks.js";
import { collectionProblems, xpath } from "./mods.js";

/** Checks of the folders that stand for collection and series. */

const MODS = "http://www.loc.gov/mods/v3";
const CODE = "Collection-Code";

interface Group {
  ref: string;
  title: string;
  code: string;
  /** Title of the collection that a series is part of. */
  host: string | undefined;
}

/** Folders of the manifest's objects, from what the archive shows; codes as the museum's accession numbers begin. */
async function groups(facts: HeritageFacts): Promise<Group[]> {
  const found = new Map<string, Group>();
  for (const asset of facts.good) {
    const [entity] = await facts.preservica.byIdentifier("OTMM-Asset", asset.sourceId);
    const { parent = "" } = await facts.preservica.asset(entity?.ref ?? "");
    const series = await facts.preservica.folder(parent);
    const { accessionNo } = asset.values;
    const seriesCode = accessionNo.slice(0, accessionNo.lastIndexOf("."));
    found.set(series.ref, {
      ref: series.ref,
      title: asset.values.series,
      code: seriesCode,
      host: asset.values.collection,
    });
    const code = accessionNo.split(".")[0] ?? "";
    const ref = series.parent ?? "";
    found.set(ref, { ref, title: asset.values.collection, code, host: undefined });
  }
  return [...found.values()];
}

export const described: Check<HeritageFacts> = {
  name: "collections",
  says: "collection and each series carry one Collection-Code and one MODS record of their own, found by that code",
  problems: async (facts) => {
    const problems: string[] = [];
    const all = await groups(facts);
    problems.push(...differs("described folders", all.length, 3));
    for (const { ref, title, code, host } of all) {
      const { fragments } = await facts.preservica.folder(ref);
      const [xml = "<none/>"] = fragments[MODS] ?? [];
      const carriers = await facts.preservica.byIdentifier(CODE, code);
      const wrong = [
        ...differs("MODS records", fragments[MODS]?.length, 1),
        ...collectionProblems(xml),
        ...differs("title", xpath(xml, "titleInfo/title"), title),
        ...differs("code", xpath(xml, "identifier[@type=local]"), code),
        ...differs("part of", xpath(xml, "relatedItem[@type=host]/titleInfo/title"), host),
        ...differs("institution", xpath(xml, "location/physicalLocation"), "Museum Hallstein"),
        ...differs(`carriers of ${CODE} ${code}`, carriers.map((one) => `${one.type} ${one.ref}`).join(), `SO ${ref}`),
      ];
      problems.push(...wrong.map((problem) => `folder "${title}": ${problem}`));
    }
    return problems;
  },
  spoil: async (facts) => {
    const [group] = await groups(facts);
    if (group === undefined) return;
    await facts.preservica.rewrite(
      group.ref,
      MODS,
      (xml) => xml.replace(/(<(?:\w+:)?physicalLocation>)[^<]*/, "$1Somewhere"),
      "SO",
    );
  },
};
