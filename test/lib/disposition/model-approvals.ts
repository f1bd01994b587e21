import { type Act, approved, rejected, requested } from "../../../lib/store/approval.js";
import type { DestroyDeps } from "../../../lib/disposition/destroy.js";
import { LifecycleError } from "../../../lib/messages/error.js";
import type { Approval, ApprovalAct } from "../../../lib/store/types.js";

/** The approvals of one job, as the store keeps them, in memory. */
export class ModelApprovals {
  readonly all: Approval[] = [];

  get last(): Approval | undefined {
    return this.all.at(-1);
  }

  /** The next person does what is to be done. */
  people(at: string): void {
    const { last } = this;
    if (last?.state === "proposed") this.#act("rita", "request", last, at);
    else if (last?.state === "requested") this.#act(last.approvals.length === 0 ? "anna" : "bert", "approve", last, at);
  }
  #act(agent: string, what: ApprovalAct, approval: Approval, at: string): void {
    const by: Act = { agent: `user:${agent}`, digest: approval.digest, reason: "due", at };
    this.#keep({ request: requested, approve: approved, reject: rejected }[what](approval, by));
  }
  #keep(approval: Approval): Approval {
    this.all.splice(
      this.all.findIndex(({ id }) => id === approval.id),
      1,
      approval,
    );
    return approval;
  }

  /** What a destruction asks of the store; each question is a step. */
  store(
    step: () => Promise<void>,
    created: string,
  ): Pick<DestroyDeps["store"], "propose" | "lapse" | "useApproval" | "approval"> {
    const lapse = (but: string | undefined): void => {
      for (const one of this.all)
        if (one.id !== but && one.state !== "rejected") this.#keep({ ...one, state: "lapsed" });
    };
    return {
      propose: async (proposal) => {
        await step();
        const same = this.all.find(({ digest, state }) => digest === proposal.digest && state !== "lapsed");
        lapse(same?.id);
        if (same !== undefined) return same;
        const id = this.all.length === 0 ? "list" : `list.${this.all.length + 1}`;
        const approval: Approval = { ...proposal, id, state: "proposed", approvals: [], created };
        this.all.push(approval);
        return approval;
      },
      lapse: async () => {
        await step();
        lapse(undefined);
        return 1;
      },
      useApproval: async (wanted) => {
        await step();
        const approval = this.all.find(({ id }) => id === wanted);
        if (approval?.state !== "approved" && approval?.state !== "used")
          throw new LifecycleError("CONFLICT", "not approved");
        return this.#keep({ ...approval, state: "used" });
      },
      approval: (wanted) => Promise.resolve(this.all.find(({ id }) => id === wanted)),
    };
  }
}
