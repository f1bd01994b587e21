import type { NodeAPI } from "node-red";
import { LifecycleError } from "../messages/error.js";
import { JOB_STATES, type JobState, type LifecycleStore } from "../store/types.js";
import { type AdminRequest, adminRoute, READ, textOf, WRITE } from "./admin-route.js";
import { coordinatorOf } from "./coordinator.js";
import { storeOf } from "./store-of.js";
import { registerTimelineRoutes } from "./timeline-routes.js";

function statesOf(query: Record<string, unknown>): JobState[] | undefined {
  const given = textOf(query, "state")?.split(",");
  const wrong = given?.find((state) => !(JOB_STATES as readonly string[]).includes(state));
  if (wrong !== undefined) {
    throw new LifecycleError("INVALID_INPUT", `"${wrong}" is no job state; use ${JOB_STATES.join(", ")}.`);
  }
  return given as JobState[] | undefined;
}

const BROKEN = ["failed", "dead"] as const;

/** @throws LifecycleError INVALID_INPUT when the query names no state, or one that is not replayed by the lot */
function brokenOf(query: Record<string, unknown>): (typeof BROKEN)[number][] {
  const given = textOf(query, "state")?.split(",") ?? [];
  const states = BROKEN.filter((state) => given.includes(state));
  if (states.length === 0 || given.some((state) => !states.some((known) => known === state))) {
    throw new LifecycleError(
      "INVALID_INPUT",
      "The query must name which jobs are replayed: state=failed, state=dead or state=failed,dead. Refused ones are replayed one by one.",
    );
  }
  return states;
}

function limitOf(query: Record<string, unknown>): number {
  const given = Number(textOf(query, "limit") ?? 100);
  if (!Number.isInteger(given) || given < 1 || given > 1000) {
    throw new LifecycleError("INVALID_INPUT", "limit must be a whole number from 1 to 1000.");
  }
  return given;
}

function queueOf(body: unknown): string {
  const queue: unknown = body !== null && typeof body === "object" && "queue" in body ? body.queue : undefined;
  if (typeof queue !== "string" || queue.trim() === "") {
    throw new LifecycleError(
      "INVALID_INPUT",
      'The body must name the queue that takes the job over, e.g. {"queue":"ingest"}.',
    );
  }
  return queue.trim();
}

/**
 * Lists, shows, replays, cancels and adopts the jobs of a store, and answers for its timeline; `:id` is the id of the
 * lifecycle-store node.
 */
export function registerJobRoutes(RED: NodeAPI): void {
  const at = (request: AdminRequest): Promise<LifecycleStore> => storeOf(RED, request.params["id"] ?? "");
  const job = (request: AdminRequest): string => request.params["job"] ?? "";
  const coordinator = coordinatorOf(RED);

  adminRoute(RED, "get", "stores/:id/runs", READ, async (request) => ({
    runs: (await (await at(request)).runs(limitOf(request.query))).map(
      ({ message: _message, settings: _settings, ...run }) => run,
    ),
  }));

  adminRoute(RED, "get", "stores/:id/jobs", READ, async (request) => {
    const state = statesOf(request.query);
    const queue = textOf(request.query, "queue");
    const run = textOf(request.query, "run");
    const assetKey = textOf(request.query, "asset");
    const after = textOf(request.query, "after");
    const store = await at(request);
    const jobs = await store.jobs({
      limit: limitOf(request.query),
      ...(state === undefined ? {} : { state }),
      ...(queue === undefined ? {} : { queue }),
      ...(run === undefined ? {} : { run }),
      ...(assetKey === undefined ? {} : { assetKey }),
      ...(after === undefined ? {} : { after }),
    });
    return { jobs };
  });

  adminRoute(RED, "get", "stores/:id/jobs/:job", READ, async (request) => {
    const store = await at(request);
    const found = await store.job(job(request));
    if (found === undefined) throw new LifecycleError("NOT_FOUND", `No job has the id ${job(request)}.`);
    return { job: found, timeline: await store.timeline(found.assetKey) };
  });

  adminRoute(RED, "post", "stores/:id/jobs/replay", WRITE, async (request) => {
    const queue = textOf(request.query, "queue");
    const run = textOf(request.query, "run");
    const filter = {
      states: brokenOf(request.query),
      ...(queue === undefined ? {} : { queue }),
      ...(run === undefined ? {} : { run }),
    };
    const queues = await (await at(request)).replayAll(filter, request.agent);
    for (const replayed of queues) coordinator.owner(replayed.queue)?.wake();
    return { replayed: queues.reduce((sum, { jobs }) => sum + jobs, 0), queues };
  });

  adminRoute(RED, "post", "stores/:id/jobs/:job/replay", WRITE, async (request) => {
    const store = await at(request);
    await store.replay(job(request), request.agent);
    const replayed = await store.job(job(request));
    if (replayed !== undefined) coordinator.owner(replayed.queue)?.wake();
  });

  adminRoute(RED, "post", "stores/:id/jobs/:job/cancel", WRITE, async (request) => {
    const store = await at(request);
    const before = await store.job(job(request));
    await store.cancel(job(request), request.agent);
    if (before !== undefined) coordinator.owner(before.queue)?.cancel(before.id);
  });

  adminRoute(RED, "post", "stores/:id/jobs/:job/adopt", WRITE, async (request) => {
    const store = await at(request);
    const queue = queueOf(request.body);
    const owner = coordinator.owner(queue);
    if (owner === undefined) {
      throw new LifecycleError("NOT_FOUND", `No deployed node works the queue "${queue}"; give the queue name of one.`);
    }
    await store.adopt(job(request), queue, request.agent);
    owner.wake();
  });

  adminRoute(RED, "get", "stores/:id/queues", READ, async (request) => {
    const store = await at(request);
    const queues = await store.queues();
    return { queues: queues.map((work) => ({ ...work, owned: coordinator.owner(work.queue) !== undefined })) };
  });

  adminRoute(RED, "post", "stores/:id/queues/:queue/adopt", WRITE, async (request) => {
    const store = await at(request);
    const from = request.params["queue"] ?? "";
    const queue = queueOf(request.body);
    if (coordinator.owner(from) !== undefined) {
      throw new LifecycleError(
        "CONFLICT",
        `A deployed node works the queue "${from}"; only work that nobody works can be given away.`,
      );
    }
    if (coordinator.owner(queue) === undefined) {
      throw new LifecycleError("NOT_FOUND", `No deployed node works the queue "${queue}"; give the queue name of one.`);
    }
    const adopted = await store.adoptQueue(from, queue, request.agent);
    await coordinator.takeUp();
    return adopted;
  });

  registerTimelineRoutes(RED);
}
