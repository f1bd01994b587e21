import type { Stage } from "../../scripts/demo/stage.js";
import { copiedId, DURABLE } from "./flows.js";

interface QueueView {
  queue: string;
  owned: boolean;
}

/**
 * Gives the work of queues that no deployed node works to the nodes of the newest copy, over the admin API; those at
 * the end of the flow first, as a person would, so that what they hold already is known when more is sent to them.
 *
 * @param copies how often the flow was copied; its queues are named by the nodes' ids
 * @returns jobs, hand-overs and runs that moved
 */
export async function adoptOrphans(stage: Stage, copies: number): Promise<number> {
  const base = `content-lifecycle/stores/${stage.storeId}/queues`;
  const { queues } = (await (await stage.nodeRed.admin("GET", base)).json()) as { queues: QueueView[] };
  const ownerless = new Set(queues.filter(({ owned }) => !owned).map(({ queue }) => queue));
  let moved = 0;
  for (const id of DURABLE.toReversed()) {
    for (let nth = 0; nth < copies; nth += 1) {
      const queue = copiedId(id, nth);
      if (!ownerless.has(queue)) continue;
      const answer = await stage.nodeRed.admin("POST", `${base}/${queue}/adopt`, { queue: copiedId(id, copies) });
      const { jobs, handovers, runs } = (await answer.json()) as Record<string, number>;
      moved += (jobs ?? 0) + (handovers ?? 0) + (runs ?? 0);
    }
  }
  return moved;
}
