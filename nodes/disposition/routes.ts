import type { NodeAPI } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import { adminRoute, type AdminRequest, coordinatorOf, READ, storeOf, WRITE } from "../../lib/runtime/index.js";
import { APPROVAL_STATES, type ApprovalAct } from "../../lib/store/types.js";
import { isStored } from "../shared/configuration.js";

const ACTS: readonly ApprovalAct[] = ["request", "approve", "reject"];

/**
 * Lists for approval, and what people do with them. Who acts is always the signed-in user of Node-RED's own
 * authentication, never a name in the request (RECORDS.md 2).
 */
export function registerApprovalRoutes(RED: NodeAPI): void {
  const store = ({ params }: AdminRequest): ReturnType<typeof storeOf> => storeOf(RED, params["id"] ?? "");

  adminRoute(RED, "get", "stores/:id/approvals", READ, async (request) => {
    const given = request.query["state"];
    const state = APPROVAL_STATES.find((known) => known === given);
    if (given !== undefined && state === undefined) {
      throw new LifecycleError("INVALID_INPUT", `state must be one of ${APPROVAL_STATES.join(", ")}.`);
    }
    return {
      approvals: await (await store(request)).approvals({ limit: 1000, ...(state === undefined ? {} : { state }) }),
    };
  });

  adminRoute(RED, "get", "stores/:id/approvals/:approval", READ, async (request) => {
    const id = request.params["approval"] ?? "";
    const approval = await (await store(request)).approval(id);
    if (approval === undefined) throw new LifecycleError("NOT_FOUND", `No list for approval has the id ${id}.`);
    return { approval };
  });

  for (const act of ACTS) {
    adminRoute(RED, "post", `stores/:id/approvals/:approval/${act}`, WRITE, async (request) => {
      const opened = await store(request);
      const approval = await opened.decideApproval(request.params["approval"] ?? "", act, {
        agent: request.agent,
        ...signatureIn(request.body),
      });
      const job = await opened.job(approval.job);
      if (job !== undefined) coordinatorOf(RED).owner(job.queue)?.wake();
      return { approval };
    });
  }
}

function signatureIn(body: unknown): { digest: string; reason: string } {
  const digest = isStored(body) ? body["digest"] : undefined;
  const reason = isStored(body) ? body["reason"] : undefined;
  if (typeof digest === "string" && typeof reason === "string") return { digest, reason };
  throw new LifecycleError("INVALID_INPUT", 'The body must be {"digest": "<of the list you saw>", "reason": "…"}.');
}
