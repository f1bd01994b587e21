import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { RECORDS, type Report, type Told } from "./departments.js";
import { type Good, keyOf, type LifecycleFacts, RIGHTS_ENDED } from "./facts.js";

/** Looks at what the timelines tell, and holds it against the systems themselves. */

export const reportOf = (facts: LifecycleFacts, asset: { originalId: string }): Promise<Report> =>
  facts.departments.ask(RECORDS, keyOf(asset));
const ofType = ({ timeline }: Report, type: string): Told[] =>
  timeline.filter((event) => event.type === type).sort((one, other) => one.seq - other.seq);

/** Erases what the newest event of a type says, so that the timeline does not tell of it any more. */
async function forget(facts: LifecycleFacts, asset: Good, type: string): Promise<void> {
  const seq = ofType(await reportOf(facts, asset), type).at(-1)?.seq;
  await facts.departments.send(RECORDS, "POST", "erase", { seq, reason: "spoilt" });
}

export const wholeLife: Check<LifecycleFacts> = {
  name: "whole-life",
  says: "each archived asset has one timeline: created, rights and status, ingested, accepted, shown in OTMM, as the archive states it",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      const report = await reportOf(facts, asset);
      // The mapper's own doubts are changes of metadata too, but none in OTMM.
      const told = report.timeline.filter(({ outcome }) => outcome !== "warning");
      const first = (type: string): number => ofType({ ...report, timeline: told }, type)[0]?.seq ?? 0;
      const created = asset.version === 1 ? "created" : "version created";
      const order = [created, "rights stated", "status stated", "transfer", "accession", "metadata modification"];
      const places = [...order, "archive stated"].map(first);
      const inOrder = places.every((place, index) => place > (places[index - 1] ?? 0));
      const { securityTag } = await facts.preservica.asset(await refOf(facts, asset));
      const stated = ofType(report, "archive stated").at(-1)?.detail?.["tag"];
      problems.push(
        ...(inOrder || asset === facts.touched.erased ? [] : [`${asset.name}: the order is ${places.join()}`]),
        ...differs(`${asset.name}: tag that the archive states`, stated, securityTag),
        ...differs(`${asset.name}: first event`, report.timeline[0]?.type, created),
        ...["otmm", "preservica"].flatMap((system) => {
          const place = report.location.find((one) => one.system === system);
          const since = place?.since === undefined ? [`${asset.name}: nothing says since when it is in ${system}`] : [];
          return [...differs(`${asset.name}: state in ${system}`, place?.state, "present"), ...since];
        }),
      );
    }
    return problems;
  },
  spoil: async (facts) => facts.preservica.setTag(await refOf(facts, facts.touched.closed), "personal-data"),
};

export const rights: Check<LifecycleFacts> = {
  name: "rights",
  says: "rights that end are stated with what was before, their end is inferred, and the archive's tag follows",
  problems: async (facts) => {
    const asset = facts.touched.tightened;
    const report = await reportOf(facts, asset);
    const [first, last] = ofType(report, "rights stated");
    const [ended] = ofType(report, "rights ended");
    const governed = ofType(report, "tag changed");
    const { securityTag } = await facts.preservica.asset(await refOf(facts, asset));
    const { fields } = await facts.otmm.asset(asset.assetId);
    return [
      ...differs("end as stated", last?.detail?.["end"], fields["ACME.FIELD.RIGHTS END"]),
      ...differs("end as it is in OTMM", fields["ACME.FIELD.RIGHTS END"], RIGHTS_ENDED),
      ...differs("what was before", JSON.stringify(last?.detail?.["was"]), JSON.stringify(first?.detail)),
      ...differs("who tells the end of the rights", ended?.basis, "inferred"),
      ...differs("when the rights ended", Date.parse(ended?.at ?? ""), Date.parse(RIGHTS_ENDED)),
      ...differs("changes of the tag", governed.map(({ basis }) => basis).join(), "witnessed"),
      ...differs("tag in the archive", securityTag, "rights-expired"),
      ...((governed[0]?.seq ?? 0) > (last?.seq ?? 0) ? [] : ["the tag did not follow the rights"]),
    ];
  },
  spoil: async (facts) => facts.preservica.setTag(await refOf(facts, facts.touched.tightened), "open"),
};

export const person: Check<LifecycleFacts> = {
  name: "person",
  says: "rights that become wider do not loosen the tag: it stays, and the refusal is told",
  problems: async (facts) => {
    const asset = facts.touched.loosened;
    const report = await reportOf(facts, asset);
    const [kept, ...more] = ofType(report, "tag kept");
    const { securityTag } = await facts.preservica.asset(await refOf(facts, asset));
    return [
      ...differs("usage rights as stated", ofType(report, "rights stated").at(-1)?.detail?.["usage"], "OWN"),
      ...differs("tag in the archive", securityTag, "rights-expired"),
      ...differs("outcome", kept?.outcome, "refused"),
      ...differs("tag that was wanted", kept?.detail?.["wanted"], "open"),
      ...differs("told again", more.length, 0),
    ];
  },
  spoil: async (facts) => facts.preservica.setTag(await refOf(facts, facts.touched.loosened), "open"),
};

export const status: Check<LifecycleFacts> = {
  name: "status",
  says: "a status that changed in OTMM after the transfer is stated with the one before, and the asset stays archived",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const [asset, now] of [
      [facts.touched.withdrawn, "WDR"],
      [facts.touched.unwatched, "REJ"],
    ] as const) {
      const told = ofType(await reportOf(facts, asset), "status stated").at(-1)?.detail;
      const { fields } = await facts.otmm.asset(asset.assetId);
      const was = (told?.["was"] as { status?: string } | undefined)?.status;
      problems.push(
        ...differs(`${asset.name}: status in OTMM`, fields["ACME.FIELD.APPROVAL STATUS"], now),
        ...differs(`${asset.name}: status as stated`, told?.["status"], now),
        ...differs(`${asset.name}: status before`, was, "APF"),
        ...differs(`${asset.name}: archive id in OTMM`, fields["ACME.FIELD.ARCHIVE ID"], await refOf(facts, asset)),
      );
    }
    return problems;
  },
  spoil: async (facts) => forget(facts, facts.touched.withdrawn, "status stated"),
};

export const archive: Check<LifecycleFacts> = {
  name: "archive",
  says: "what an archivist changed in the archive is stated with what was before",
  problems: async (facts) => {
    const stated = ofType(await reportOf(facts, facts.touched.closed), "archive stated").at(-1);
    const was = stated?.detail?.["was"] as { tag?: string } | undefined;
    return [
      ...differs("tag", stated?.detail?.["tag"], "closed"),
      ...differs("tag before", was?.tag, facts.touched.closed.tag),
      ...differs("basis", stated?.basis, "reported"),
      ...differs("system", stated?.system, "preservica:archive"),
    ];
  },
  spoil: async (facts) => forget(facts, facts.touched.closed, "archive stated"),
};

export const gaps: Check<LifecycleFacts> = {
  name: "gaps",
  says: "a gap is shown as a gap: versions nobody saw, hours when nobody watched; a life without one shows none",
  problems: async (facts) => {
    const { versions, unwatched, erased } = facts.touched;
    const problems: string[] = [];
    for (const asset of facts.good) {
      const found = (await reportOf(facts, asset)).gaps;
      const wanted = asset === versions ? "versions" : asset === unwatched ? "not-watched" : "";
      if (asset === erased) continue;
      problems.push(...differs(`${asset.name}: gaps`, found.map(({ kind }) => kind).join(), wanted));
      const [gap] = found;
      if (asset === versions) {
        const missing = Array.from({ length: asset.version - 1 }, (_unused, index) => index + 1);
        problems.push(...differs("versions", gap?.versions?.join(), missing.join()));
      }
      if (asset === unwatched) {
        const hours = (Date.parse(gap?.to ?? "") - Date.parse(gap?.from ?? "")) / 3_600_000;
        if (!(hours >= 2 && hours < 3)) problems.push(`${asset.name}: nobody watched for ${hours} hours`);
      }
    }
    return problems;
  },
  spoil: async (facts) => forget(facts, facts.touched.unwatched, "not watched"),
};

/** Why each wrong candidate stays, in the words of the flow. */
const BECAUSE: Record<string, string> = {
  "not approved final": "not approved as final",
  // What is latest of it is a draft.
  "not latest version": "not approved as final",
  "checked out": "checked out",
  "approved version differs": "the approval is for another version",
};

export const left: Check<LifecycleFacts> = {
  name: "left",
  says: "what is not ready is in neither archive nor marked, and its timeline says why, for each of the reasons",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const wrong of facts.bad) {
      const { fields, lastUpdated } = await facts.otmm.asset(wrong.assetId);
      const found = await facts.preservica.byIdentifier("OTMM-Asset", `${wrong.originalId}#v${wrong.version}`);
      problems.push(
        ...differs(`${wrong.name}: in the archive`, found.length, 0),
        ...differs(`${wrong.name}: changed in OTMM`, lastUpdated, facts.before.otmm.get(wrong.assetId)?.lastUpdated),
        ...differs(`${wrong.name}: archive id in OTMM`, fields["ACME.FIELD.ARCHIVE ID"], undefined),
      );
      if (wrong.extraVersion) continue;
      const report = await reportOf(facts, wrong);
      const because = JSON.stringify(ofType(report, "not archived").map(({ detail }) => detail?.["because"]));
      if (!because.includes(BECAUSE[wrong.reason] ?? "?"))
        problems.push(`${wrong.name} (${wrong.reason}): said ${because}`);
      if (report.location.some(({ system }) => system === "preservica"))
        problems.push(`${wrong.name}: is said to be archived`);
    }
    const reasons = new Set(facts.bad.map(({ reason }) => reason)).size;
    return [...problems, ...(reasons >= 3 ? [] : [`only ${reasons} reasons`])];
  },
  spoil: async (facts) => {
    const wrong = facts.bad.find(({ extraVersion, reason }) => !extraVersion && reason === "not approved final");
    if (wrong !== undefined) await facts.otmm.edit(wrong.assetId, { "ACME.FIELD.ARCHIVE ID": "0".repeat(36) });
  },
};

export const erased: Check<LifecycleFacts> = {
  name: "erased",
  says: "an event that a person had erased says nothing any more, stands as a gap, and the erasure has person and reason",
  problems: async (facts) => {
    const report = await reportOf(facts, facts.touched.erased);
    const gone = report.timeline.filter((event) => event.erased === true);
    const acts = ofType(report, "payload erased");
    return [
      ...differs("erased events", gone.length, 1),
      ...differs(
        "gaps",
        report.gaps.flatMap(({ kind, seqs }) => [kind, ...(seqs ?? [])]).join(),
        `erased,${gone[0]?.seq}`,
      ),
      ...differs("by whom", acts.map(({ agent }) => agent).join(), `user:${RECORDS.username}`),
      ...differs("why", acts[0]?.detail?.["reason"], "request 4711"),
    ];
  },
  spoil: async (facts) => forget(facts, facts.touched.erased, "accession"),
};

export const again: Check<LifecycleFacts> = {
  name: "again",
  says: "taking stock again writes nothing on any timeline",
  problems: async (facts) => {
    const lengths = async (): Promise<string[]> => {
      const told: string[] = [];
      for (const asset of facts.good.filter((one) => one !== facts.touched.erased)) {
        told.push(`${asset.name}: ${(await reportOf(facts, asset)).timeline.length} events`);
      }
      return told;
    };
    if (spoilAgain.has(facts)) {
      const { assetId } = facts.touched.unwatched;
      await facts.otmm.edit(assetId, { "ACME.FIELD.RIGHTS HOLDER": "Somebody else" });
    }
    const before = await lengths();
    await facts.stage.control("POST", "clock", { advance: 2000 });
    await facts.stage.run(() => undefined);
    return (await lengths()).filter((line, index) => line !== before[index]);
  },
  spoil: async (facts) => void spoilAgain.add(facts),
};
const spoilAgain = new WeakSet<LifecycleFacts>();
