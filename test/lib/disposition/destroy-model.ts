import { type Act, approved, rejected, requested } from "../../../lib/disposition/approval.js";
import type { DestroyDeps, DestroyJob, DestroySettings } from "../../../lib/disposition/destroy.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import type { Approval, ApprovalAct, JsonObject, StoredEvent } from "../../../lib/store/types.js";
import type { Destroying, RecordCopy } from "../../../lib/systems/disposal.js";
import type { ContentSystem, HoldAnswer } from "../../../lib/systems/port.js";

const AT = "2026-11-20T12:00:00.000Z";

/**
 * OTMM, Preservica and the store as far as a destruction sees them, in memory. OTMM's hold field cannot be written by
 * others under the lock, nor on an asset that is marked; Preservica itself refuses what it holds, when asked and when
 * it acts.
 */
export class DestroyModel {
  otmm: "kept" | "marked" = "kept";
  archive: "kept" | "gone" = "kept";
  readonly held = { otmm: false, archive: false };
  dead = false;
  steps = 0;
  before: (step: number) => void = () => undefined;
  approval: Approval | undefined;
  /** Requests that the archive has got. */
  requests = 0;
  /** The archive's manager rejects. */
  rejects = false;
  #locked = false;
  #request: "pending" | "approved" | "done" | "failed" | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #timeline: StoredEvent[] = [];
  readonly #saved = new Map<string, string>();

  readonly asset: LifecycleAsset = {
    key: "otmm:dam:a",
    version: "1",
    name: "a.tif",
    ids: {
      otmm: { connection: "dam", assetId: "a", originalAssetId: "a", version: "1" },
      preservica: { connection: "archive", ref: "r" },
    },
    fields: {},
    content: [],
  };

  hold(system: "otmm" | "archive"): void {
    const place = (): void => {
      // Nobody can edit what is marked for deletion, nor hold what is gone.
      if (system === "otmm" ? this.otmm === "kept" : this.archive === "kept") this.held[system] = true;
    };
    if (system === "otmm" && this.#locked) this.#waiting.push(place);
    else place();
  }

  /** Three persons do what is to be done, and the archive's manager approves; Preservica asks its own holds again. */
  people(): void {
    const act = (agent: string, what: ApprovalAct): void => {
      if (this.approval === undefined) return;
      const by: Act = { agent: `user:${agent}`, digest: this.approval.digest, reason: "due", at: AT };
      this.approval = { request: requested, approve: approved, reject: rejected }[what](this.approval, by);
    };
    if (this.approval?.state === "proposed") act("rita", "request");
    else if (this.approval?.state === "requested")
      act(this.approval.approvals.length === 0 ? "anna" : "bert", "approve");
    if (this.#request === "pending") this.#request = "approved";
    else if (this.#request === "approved") {
      if (this.held.archive || this.rejects) this.#request = "failed";
      else {
        this.#request = "done";
        this.archive = "gone";
      }
    }
  }

  async step(): Promise<void> {
    await Promise.resolve();
    this.steps += 1;
    if (!this.dead) this.before(this.steps);
    if (this.dead) throw new Error("the process has died");
  }

  async #holds(system: "otmm" | "archive"): Promise<HoldAnswer> {
    await this.step();
    const name = system === "otmm" ? "otmm" : "preservica";
    if (system === "archive" && this.archive === "gone") {
      return { state: "unknown", system: "preservica", at: AT, why: "404: there is no such asset" };
    }
    return this.held[system]
      ? { state: "held", system: name, at: AT, matters: ["M"] }
      : { state: "clear", system: name, at: AT };
  }

  readonly #otmm: Destroying = {
    byPeople: false,
    copies: async () => {
      await this.step();
      const copy: RecordCopy = { id: "a", version: "1", title: "a", role: "convenience", state: this.otmm };
      return [copy];
    },
    destroy: async (_asset, _request, guard) => {
      await this.step();
      if (this.otmm === "kept") {
        this.#locked = true;
        try {
          await guard();
          await this.step();
          this.otmm = "marked";
        } finally {
          this.#locked = false;
          for (const place of this.#waiting.splice(0)) place();
        }
      }
      return { state: "gone", method: "marked", confirmed: AT, notReached: [] };
    },
    undo: async (_asset, ids) => {
      await this.step();
      if (ids.includes("a")) this.otmm = "kept";
    },
  };

  readonly #archive: Destroying = {
    byPeople: true,
    copies: async () => {
      await this.step();
      const copy: RecordCopy = { id: "r", version: "1", title: "a", role: "official", state: this.archive };
      return [copy];
    },
    destroy: async (_asset, { token }, guard) => {
      await this.step();
      if (this.archive === "gone") return { state: "gone", method: "deleted", confirmed: AT, notReached: [] };
      if (token === undefined) {
        await guard();
        await this.step();
        if (this.held.archive) return { state: "refused", why: "held" };
        this.#request = "pending";
        this.requests += 1;
        // The answer is on its way: a crash now loses it.
        await this.step();
        return { state: "pending", token: "t", why: "waits" };
      }
      if (this.#request === "failed") return { state: "refused", why: "held when it acted" };
      return { state: "pending", token, why: "waits" };
    },
    undo: () => Promise.resolve(),
  };

  deps(): DestroyDeps {
    const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
    const otmm: ContentSystem = {
      system: "otmm",
      connection: "dam",
      open: never,
      stored: never,
      holds: () => this.#holds("otmm"),
      destroying: this.#otmm,
    };
    const archive: ContentSystem = {
      system: "preservica",
      connection: "archive",
      open: never,
      stored: never,
      holds: () => this.#holds("archive"),
      destroying: this.#archive,
      custody: {
        look: () =>
          Promise.resolve({
            at: AT,
            state: this.archive,
            id: "r",
            title: "a",
            securityTag: "internal",
            files: [],
            retention: [{ policy: "P", start: "2015-12-31", expired: true, permanent: false, fromIngest: false }],
          }),
      },
    };
    return {
      systems: { get: (system) => (system === "otmm" ? otmm : archive) },
      store: {
        find: () => Promise.resolve([]),
        timeline: () => Promise.resolve(this.#timeline),
        head: () => Promise.resolve(undefined),
        propose: async (proposal) => {
          await this.step();
          const same = this.approval?.digest === proposal.digest && this.approval.state !== "lapsed";
          if (this.approval === undefined || !same) {
            this.approval = { ...proposal, id: "list", state: "proposed", approvals: [], created: AT };
          }
          return this.approval;
        },
        lapse: async () => {
          await this.step();
          if (this.approval !== undefined) this.approval = { ...this.approval, state: "lapsed" };
          return 1;
        },
        useApproval: async () => {
          await this.step();
          if (this.approval?.state !== "approved" && this.approval?.state !== "used") {
            throw new LifecycleError("CONFLICT", "not approved");
          }
          this.approval = { ...this.approval, state: "used" };
          return this.approval;
        },
        approval: () => Promise.resolve(this.approval),
      },
    };
  }

  job(): DestroyJob {
    const settings: DestroySettings = { deleteSource: true, zone: "Europe/Berlin", lookMs: 1, signedIn: true };
    return {
      id: "job",
      run: "run",
      msg: { asset: structuredClone(this.asset) },
      settings,
      signal: new AbortController().signal,
      checkpoint: <T extends JsonObject>(step: string) => {
        const text = this.#saved.get(step);
        return text === undefined ? undefined : (JSON.parse(text) as T);
      },
      save: async (step, facts) => {
        await this.step();
        this.#saved.set(step, JSON.stringify(facts));
      },
      event: () => undefined,
      stage: () => undefined,
    };
  }
}
