import { setTimeout as pause } from "node:timers/promises";
import { retentionTransfer } from "../../scripts/demo/scenario-07.js";
import { Stage } from "../../scripts/demo/stage.js";
import { type Good, prepared, transferFacts, type TransferFacts } from "../../scripts/demo/transfer/facts.js";
import { changed, patient, withoutCredentials, type Flow } from "./flows.js";
import { type KillPlay, MORTAL, type Played, pressed } from "./kill-rounds.js";
import { papersOnce } from "./papers.js";
import { type ListView, Manager, People, type Person, USERS } from "./people.js";

/** Beginnings of the named step boundaries of a destruction; the requests in the archive are named by their list. */
const STEPS = ["disposition:approval", "disposition:act", "disposition:request", "disposition:end"] as const;
const RELEASE = "ca07000000000055";
const CERTIFICATE = "certificate-of-destruction";
const LAST_MS = 240_000;

/** What people decide about an asset. */
type Fate = "approved" | "one approval" | "rejected" | "rejected in the archive";
const FATES: readonly Fate[] = ["approved", "one approval", "approved", "rejected", "rejected in the archive"];

/**
 * Scenario 7's assets, but destroyed instead of released: each needs two persons here, and a manager in the archive.
 * At every moment only what all of them approved may be gone anywhere; in the end it is gone everywhere, with one
 * certificate, and all else is whole.
 */
export const destroyKills: KillPlay = {
  steps: STEPS,
  async begin(_nth, env) {
    const stage = await Stage.open({ example: retentionTransfer.example, execArgv: MORTAL, env, users: USERS });
    try {
      await stage.nodeRed.deploy(withoutCredentials(destroying(patient(stage.flow))));
      const before = await prepared(stage);
      await pressed(stage);
      const [run] = await stage.runs();
      if (run === undefined) throw new Error("no run is in the store");
      return new Destruction(stage, await transferFacts(stage, before, run));
    } catch (error) {
      await stage.close();
      throw error;
    }
  },
};

function destroying(flow: Flow): Flow {
  return changed(flow, RELEASE, { act: "destroy", deleteSource: true, lookSeconds: 0.3, concurrency: 4 });
}

class Destruction implements Played {
  readonly stage: Stage;
  readonly #facts: TransferFacts;
  readonly #people: People;
  readonly #manager: Manager;
  readonly #fates = new Map<string, Fate>();
  /** Who has tried to approve which asset; a try whose answer was lost may have counted. */
  readonly #tried = new Map<string, Set<Person | "manager">>();
  /** References in the archive, once seen. */
  readonly #refs = new Map<string, string>();

  constructor(stage: Stage, facts: TransferFacts) {
    this.stage = stage;
    this.#facts = facts;
    this.#people = new People(stage);
    this.#manager = new Manager(stage);
    this.#free.forEach(({ originalId }, at) => {
      this.#fates.set(`otmm:dam:${originalId}`, FATES[at % FATES.length] ?? "rejected");
    });
  }

  /** Due, and not held; what is shared with a running campaign is destroyed, too, when people approve. */
  get #free(): Good[] {
    return this.#facts.good.filter(({ holds }) => holds.length === 0);
  }
  #fate({ originalId }: Good): Fate {
    return this.#fates.get(`otmm:dam:${originalId}`) ?? "rejected";
  }
  #triedBy(key: string): Set<Person | "manager"> {
    const known = this.#tried.get(key) ?? new Set();
    this.#tried.set(key, known);
    return known;
  }

  async work(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; ; await pause(150)) {
      const lists = await this.#people.lists();
      for (const list of lists) await this.#decide(list);
      await this.#manage();
      if (await this.#finished()) return;
      if (Date.now() > end) throw new Error(`people are done, the jobs are not: ${JSON.stringify(await this.#open())}`);
    }
  }

  async #decide(list: ListView): Promise<void> {
    const fate = this.#fates.get(list.assetKey);
    if (list.state === "proposed") await this.#people.decide("rita", list, "request");
    if (list.state !== "requested" || fate === undefined) return;
    // Who asked for it may not approve it.
    const own = await this.#people.decide("rita", list, "approve");
    if (own < 400) throw new Error(`the requester approved ${list.id}`);
    if (fate === "rejected") {
      await this.#people.decide("anna", list, "reject");
      return;
    }
    for (const person of fate === "one approval" ? (["anna"] as const) : (["anna", "bert"] as const)) {
      this.#triedBy(list.assetKey).add(person);
      await this.#people.decide(person, list, "approve");
    }
  }

  async #manage(): Promise<void> {
    const pending = await this.#manager.pending();
    if (pending.length > 0) await this.#learnRefs();
    for (const one of pending) {
      const asset = this.#free.find(({ assetId }) => this.#refs.get(assetId) === one.entity);
      if (asset === undefined) throw new Error(`a deletion of ${one.entity} waits, which is none of the due assets`);
      const approved = this.#fate(asset) === "approved";
      if (approved) this.#triedBy(`otmm:dam:${asset.originalId}`).add("manager");
      await this.#manager.decide(one, approved);
    }
  }

  async #open(): Promise<{ name: string; state: string; type: string }[]> {
    const jobs = await this.stage.jobs();
    return jobs
      .filter(({ state }) => !["done", "refused", "failed"].includes(state))
      .map(({ assetName: name, state, nodeType: type }) => ({ name, state, type }));
  }
  /** Every asset has its job, and only those wait whose second approval never comes. */
  async #finished(): Promise<boolean> {
    const waiting = this.#free.filter((asset) => this.#fate(asset) === "one approval").map(({ name }) => name);
    const [run] = (await this.stage.runs()).filter(({ nodeType }) => nodeType === "otmm-asset-fetch");
    if (run?.state !== "done") return false;
    const open = await this.#open();
    const known = (await this.stage.jobs()).filter(({ nodeType }) => nodeType === "disposition");
    return (
      known.length === this.#free.length &&
      open.length === waiting.length &&
      open.every(({ name, type, state }) => waiting.includes(name) && type === "disposition" && state === "waiting")
    );
  }

  async #learnRefs(): Promise<void> {
    const archive = await this.stage.preservica();
    for (const { assetId, sourceId } of this.#free) {
      if (this.#refs.has(assetId)) continue;
      const [copy] = await archive.byIdentifier("OTMM-Asset", sourceId);
      if (copy !== undefined) this.#refs.set(assetId, copy.ref);
    }
  }

  async meanwhile(): Promise<string[]> {
    const problems: string[] = [];
    const [otmm, archive] = [await this.stage.otmm(), await this.stage.preservica()];
    await this.#learnRefs();
    for (const asset of this.#facts.good) {
      const tried = this.#triedBy(`otmm:dam:${asset.originalId}`);
      const two = tried.has("anna") && tried.has("bert");
      if ((await otmm.asset(asset.assetId)).deleted && !two)
        problems.push(`"${asset.name}" is deleted in OTMM without two approvals`);
      const copies = (await archive.byIdentifier("OTMM-Asset", asset.sourceId)).length;
      const gone = this.#refs.has(asset.assetId) && copies === 0;
      if (gone && !(two && tried.has("manager")))
        problems.push(`"${asset.name}" is gone from the archive without all approvals`);
    }
    return problems;
  }

  async ended(): Promise<string[]> {
    await this.work(LAST_MS);
    const wanted = this.#free.filter((asset) => this.#fate(asset) === "approved");
    const papers = await papersOnce(this.#facts.papers, wanted.length);
    const problems = await this.meanwhile();
    for (const { assetName, nodeType, state, error } of await this.stage.jobs())
      if (nodeType === "disposition" && state === "failed")
        problems.push(`"${assetName}" failed: ${error?.code ?? ""}: ${error?.message ?? ""}`);
    const [otmm, archive] = [await this.stage.otmm(), await this.stage.preservica()];
    for (const asset of this.#facts.good) {
      const destroyed = wanted.includes(asset);
      const key = `otmm:dam:${asset.originalId}`;
      const say = (problem: string): void => void problems.push(`"${asset.name}" (${this.#fate(asset)}): ${problem}`);
      const deleted = (await otmm.asset(asset.assetId)).deleted;
      if (deleted !== destroyed) say(`deleted in OTMM: ${deleted}`);
      const copies = (await archive.byIdentifier("OTMM-Asset", asset.sourceId)).length;
      if (copies !== (destroyed ? 0 : 1)) say(`${copies} copies in the archive`);
      const certificates = (papers.get(key) ?? []).filter(({ kind }) => kind === CERTIFICATE);
      if (certificates.length !== (destroyed ? 1 : 0)) say(`${certificates.length} certificates`);
      for (const word of destroyed ? ["anna, ", "bert, ", "rita, "] : [])
        if (!JSON.stringify(certificates).includes(word)) say(`its certificate does not name ${word}`);
      const told = await this.#facts.timeline(asset.originalId);
      const gone = told.filter((one) => one.type === "destroyed").map(({ system, object }) => `${system} ${object}`);
      const both = [`otmm:dam ${asset.assetId}`, `preservica:archive ${this.#refs.get(asset.assetId)}`];
      if (gone.sort().join() !== (destroyed ? both.join() : "")) say(`destroyed on the timeline: ${gone.join()}`);
      const refused = this.#fate(asset).startsWith("rejected") && asset.holds.length === 0;
      const refusals = told.filter(({ type }) => type === "destruction refused");
      if (refusals.length !== (refused ? 1 : 0))
        say(`refusals on the timeline: ${JSON.stringify(refusals.map(({ detail }) => detail))}`);
    }
    return problems;
  }
}
