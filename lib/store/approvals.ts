import { type Act, approved, rejected, requested } from "./approval.js";
import { LifecycleError } from "../messages/error.js";
import type { Database } from "./database.js";
import { addEvents } from "./events.js";
import type { Row } from "./rows.js";
import type { Approval, ApprovalAct, ApprovalProposal, ApprovalState } from "./types.js";

/** States in which a list can still be decided, used, or acted on. */
const LIVE: readonly ApprovalState[] = ["proposed", "requested", "approved", "used"];
const ACTS: Record<ApprovalAct, (approval: Approval, act: Act) => Approval> = {
  request: requested,
  approve: approved,
  reject: rejected,
};

function approvalOf(row: Row): Approval {
  return JSON.parse(String(row["body"])) as Approval;
}

function mustFind(db: Database, id: string): Approval {
  const row = db.get("SELECT body FROM approvals WHERE id = ?", id);
  if (row === undefined) throw new LifecycleError("NOT_FOUND", `No list for approval has the id ${id}.`);
  return approvalOf(row);
}

/** Keeps the new state, wakes the job that waits for it, and tells the timeline; all in one transaction. */
function keep(db: Database, approval: Approval, agent: string, reason: string, now: number): Approval {
  db.run(
    "UPDATE approvals SET state = ?, body = ? WHERE id = ?",
    approval.state,
    JSON.stringify(approval),
    approval.id,
  );
  db.run("UPDATE jobs SET due = 0 WHERE id = ? AND state = 'waiting'", approval.job);
  const { assetKey, assetVersion, run, id, digest, state } = approval;
  addEvents(
    db,
    [
      {
        assetKey,
        assetVersion,
        type: `destruction ${state}`,
        at: new Date(now).toISOString(),
        basis: "witnessed",
        agent,
        outcome: state === "rejected" || state === "lapsed" ? "refused" : "success",
        run,
        digest: `SHA-256:${digest}`,
        detail: { approval: id, reason },
      },
    ],
    now,
  );
  return approval;
}

export const approvalOperations = {
  propose(db: Database, proposal: ApprovalProposal, agent: string, now: number): Approval {
    const known = db.all("SELECT body FROM approvals WHERE job = ? ORDER BY seq DESC", proposal.job).map(approvalOf);
    // A rejected list stays rejected for its job; one that is used already is taken up again after a crash.
    const same = known.find(({ digest, state }) => digest === proposal.digest && state !== "lapsed");
    for (const old of known) {
      if (old.id !== same?.id && LIVE.includes(old.state))
        keep(db, { ...old, state: "lapsed", why: "the list changed" }, agent, "the list changed", now);
    }
    if (same !== undefined) return same;
    const nth = Number(db.get("SELECT count(*) AS n FROM approvals WHERE job = ?", proposal.job)?.["n"] ?? 0) + 1;
    const approval: Approval = {
      ...proposal,
      id: `${proposal.job}.${nth}`,
      state: "proposed",
      approvals: [],
      created: new Date(now).toISOString(),
    };
    db.run(
      "INSERT INTO approvals (id, job, state, body) VALUES (?, ?, ?, ?)",
      approval.id,
      approval.job,
      approval.state,
      "{}",
    );
    return keep(db, approval, agent, "list frozen", now);
  },

  lapse(db: Database, job: string, why: string, agent: string, now: number): number {
    const live = db.all("SELECT body FROM approvals WHERE job = ?", job).map(approvalOf);
    const lapsing = live.filter(({ state }) => LIVE.includes(state));
    for (const approval of lapsing) keep(db, { ...approval, state: "lapsed", why }, agent, why, now);
    return lapsing.length;
  },

  useApproval(db: Database, id: string, agent: string, now: number): Approval {
    const approval = mustFind(db, id);
    if (approval.state === "used") return approval;
    if (approval.state !== "approved") {
      throw new LifecycleError("CONFLICT", `List ${id} is ${approval.state}, not approved.`, { retryable: false });
    }
    return keep(db, { ...approval, state: "used" }, agent, "destruction begins", now);
  },

  decideApproval(
    db: Database,
    id: string,
    act: ApprovalAct,
    by: { agent: string; digest: string; reason: string },
    now: number,
  ): Approval {
    const decided = ACTS[act](mustFind(db, id), { ...by, at: new Date(now).toISOString() });
    return keep(db, decided, by.agent, by.reason, now);
  },

  approval(db: Database, id: string): Approval | undefined {
    const row = db.get("SELECT body FROM approvals WHERE id = ?", id);
    return row === undefined ? undefined : approvalOf(row);
  },

  approvals(db: Database, filter: { state?: ApprovalState; limit?: number }): Approval[] {
    const state = filter.state ?? null;
    const limit = Math.min(filter.limit ?? 100, 1000);
    return db
      .all("SELECT body FROM approvals WHERE ? IS NULL OR state = ? ORDER BY seq DESC LIMIT ?", state, state, limit)
      .map(approvalOf);
  },
};
