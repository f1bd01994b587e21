import { LifecycleError } from "../../lib/messages/error.js";
import {
  findEntity,
  type GovernAction,
  type IdentifierTypes,
  judge,
  type PreservicaClient,
} from "../../lib/preservica/index.js";
import type { JobContext, Outcome } from "../../lib/runtime/index.js";
import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";
import { takeApproval } from "./lifts.js";

/** Resolved at intake; plain JSON. */
export type GovernSettings = { action: GovernAction; types: IdentifierTypes & { [name: string]: string } };

/** What the timeline says of each change, in the words of PREMIS exports. */
const EVENTS: Readonly<Record<GovernAction["act"], string>> = {
  tag: "tag changed",
  "assign-policy": "policy assigned",
  "unassign-policy": "policy withdrawn",
  "hold-on": "hold on",
  "hold-off": "hold off",
  move: "moved",
};
const FIRST_LOOK_MS = 500;
const LONGEST_LOOK_MS = 30_000;

/** Looks, writes what is missing, waits for the archive, and looks again: the archive itself says that it is so. */
export async function govern(
  job: JobContext<GovernSettings>,
  client: PreservicaClient,
  store: () => Promise<LifecycleStore>,
): Promise<Outcome> {
  const { action, types } = job.settings;
  const ref = await refOf(job.msg.asset, client, types);
  const asked = job.checkpoint<{ token: string; what: string; looks: number }>("asked");
  if (asked !== undefined && asked.token !== "") {
    const waiting = await look(job, client, asked);
    if (waiting !== undefined) return waiting;
  }
  const verdict = await judge(client, ref, action);
  if (verdict.state === "so") return done(job, client, ref, asked?.what);
  if (asked !== undefined && asked.looks > 20) {
    throw new LifecycleError("UPSTREAM", `Preservica took "${asked.what}" but does not show it.`, {
      system: "preservica",
    });
  }
  let approved: JsonObject = {};
  if (action.act === "hold-off")
    approved = await takeApproval(await store(), client, { ref, matter: action.matter }, job.id);
  job.stage(action.act);
  const { token = "" } = await verdict.start();
  job.event({
    type: EVENTS[action.act],
    basis: "witnessed",
    system: "preservica",
    object: ref,
    outcome: "success",
    detail: { what: verdict.what, ...approved },
  });
  await job.save("asked", { token, what: verdict.what, looks: (asked?.looks ?? 0) + 1 });
  return again(FIRST_LOOK_MS, verdict.what);
}

async function look(
  job: JobContext<GovernSettings>,
  client: PreservicaClient,
  asked: { token: string; what: string; looks: number },
): Promise<Outcome | undefined> {
  const progress = await client.progress(asked.token);
  if (progress === undefined || client.assumptions.progressGood.includes(progress.status)) return undefined;
  if (client.assumptions.progressBad.includes(progress.status)) {
    throw new LifecycleError("UPSTREAM", `Preservica gave up "${asked.what}": ${progress.errors ?? progress.status}.`, {
      system: "preservica",
    });
  }
  const pause = Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS + (Date.now() - job.created.getTime()) / 2);
  return again(pause, asked.what);
}

function again(ms: number, why: string): Outcome {
  return { kind: "wait", until: new Date(Date.now() + ms), step: "asked", why };
}

function done(
  job: JobContext<GovernSettings>,
  client: PreservicaClient,
  ref: string,
  what: string | undefined,
): Outcome {
  const asset = {
    ...job.msg.asset,
    ids: { ...job.msg.asset.ids, preservica: { ...job.msg.asset.ids.preservica, connection: client.connection, ref } },
  };
  const payload = {
    ref,
    action: job.settings.action.act,
    changed: what !== undefined,
    ...(what === undefined ? {} : { what }),
  };
  return { kind: "done", outputs: [{ port: 0, msg: { ...job.msg, asset, payload } }] };
}

/** @throws LifecycleError NOT_FOUND */
export async function refOf(
  asset: Parameters<typeof findEntity>[1],
  client: PreservicaClient,
  types: IdentifierTypes,
): Promise<string> {
  const found = await findEntity(client, asset, types);
  if (found.found) return found.ref;
  throw new LifecycleError("NOT_FOUND", `"${asset.name}" is not archived: ${found.why}.`, { system: "preservica" });
}
