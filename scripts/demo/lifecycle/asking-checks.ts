import { differs, refOf } from "../campaign/facts.js";
import type { Check } from "../check.js";
import { BRAND, LEGAL, RECORDS } from "./departments.js";
import { keyOf, type LifecycleFacts } from "./facts.js";

/** Looks at who can ask, by which ids, and what they get. */

export const fourIds: Check<LifecycleFacts> = {
  name: "four-ids",
  says: "OTMM's original id, the version's id, the archive's reference and the lifecycle id find the same timeline, for three departments",
  problems: async (facts) => {
    const problems: string[] = [];
    for (const asset of facts.good) {
      const ref = await refOf(facts, asset);
      const by = [
        [BRAND, asset.originalId],
        [BRAND, asset.assetId],
        [LEGAL, ref],
        [RECORDS, keyOf(asset)],
      ] as const;
      const answers = await Promise.all(by.map(([who, id]) => facts.departments.ask(who, id)));
      const same = new Set(answers.map((answer) => JSON.stringify(answer)));
      const known = answers[0]?.ids.map(({ system, id }) => `${system} ${id}`) ?? [];
      const wanted = [`otmm ${asset.originalId}`, `otmm ${asset.assetId}`, `preservica ${ref}`];
      problems.push(
        ...differs(`${asset.name}: different answers`, same.size, 1),
        ...wanted.filter((id) => !known.includes(id)).map((id) => `${asset.name}: does not name ${id}`),
      );
    }
    return problems;
  },
  // The archive now knows one asset by the identifier of another: the reference leads to the wrong timeline.
  spoil: async (facts) => {
    const { withdrawn, closed } = facts.touched;
    const [own, other] = [await refOf(facts, withdrawn), await refOf(facts, closed)];
    await facts.preservica.dropIdentifiers(own, "OTMM-Asset");
    await facts.preservica.addIdentifier(other, "OTMM-Asset", withdrawn.sourceId);
  },
};

export const departments: Check<LifecycleFacts> = {
  name: "departments",
  says: "departments that may only read are refused every change, and nobody who is not signed in gets an answer",
  problems: async (facts) => {
    const { tightened } = facts.touched;
    const refusedWith = async (status: number, work: Promise<unknown>): Promise<boolean> =>
      await work.then(
        () => false,
        (error: unknown) => String(error).includes(`answered ${status}`),
      );
    const problems: string[] = [];
    for (const who of [BRAND, LEGAL]) {
      const erasing = facts.departments.send(who, "POST", "erase", { asset: keyOf(tightened), reason: "curious" });
      // Node-RED itself answers 401 when a signed-in user lacks the permission.
      if (!(await refusedWith(401, erasing))) problems.push(`${who.username} may erase`);
      if (!(await refusedWith(401, facts.departments.send(who, "POST", "backup"))))
        problems.push(`${who.username} may take a backup`);
    }
    const stranger = { ...BRAND, username: "stranger" };
    if (!(await refusedWith(403, facts.departments.ask(facts.admitted ?? stranger, tightened.assetId))))
      problems.push("whoever is no user gets an answer");
    return problems;
  },
  spoil: async (facts) => void (facts.admitted = LEGAL),
};

export const page: Check<LifecycleFacts> = {
  name: "page",
  says: "the page shows ids, places, events with how each is known, and gaps, by any id; asks for the password; says what it does not know",
  problems: async (facts) => {
    const { versions: asset } = facts.touched;
    const ref = await refOf(facts, asset);
    const problems: string[] = [];
    for (const id of [asset.originalId, asset.assetId, ref, keyOf(asset)]) {
      const { status, text } = await facts.departments.page(id);
      const wanted = [
        asset.assetId,
        ref,
        "version created",
        "reported",
        "witnessed",
        "accession",
        "Gap: No event tells",
      ];
      problems.push(
        ...differs(`status by ${id}`, status, 200),
        ...wanted.filter((word) => !text.includes(word)).map((word) => `the page by ${id} does not say ${word}`),
      );
    }
    const unknown = await facts.departments.page("<b>nobody</b>");
    const bare = await facts.departments.page("");
    return [
      ...problems,
      ...differs("status of an unknown id", unknown.status, 404),
      ...(unknown.text.includes("<b>nobody") ? ["the page repeats what was asked without escaping it"] : []),
      ...differs("status without an id", bare.status, 200),
      ...differs("status without the password", (await facts.departments.page(ref, "", true)).status, 401),
    ];
  },
  spoil: async ({ stage }) => stage.nodeRed.deploy(stage.flow.filter(({ type }) => type !== "http in")),
};
