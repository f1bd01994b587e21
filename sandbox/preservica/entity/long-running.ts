import { isTag } from "../access/tags.js";
import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, readBoolean, xmlAnswer, type Call } from "../http/call.js";
import { acceptedAnswer, badRequest, notFound, Refusal } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { newRef } from "../ids.js";
import { isUuid } from "../ids.js";
import type { DeletionJob } from "../jobs/model.js";
import type { Entity } from "../model.js";
import { child, childText } from "../xml/parse.js";
import { el, text } from "../xml/write.js";
import { entityOf, needText } from "./find.js";

/** Calls that are answered 202 with a progress token: security tag, move, deletion; and the progress itself. */
export const LONG_RUNNING_ROUTES: readonly Route[] = [
  ...entityRoutes(["SO", "IO"], "PUT", "security-descriptor", changeTag, ["includeDescendants"]),
  ...entityRoutes(["SO", "IO"], "PUT", "parent-ref", move),
  ...entityRoutes(["SO", "IO"], "DELETE", "", requestDeletion),
  route("PUT", "actions/deletions/:token", decideDeletion),
  route("GET", "progress/:token", progress, ["includeErrors"]),
];

/** The fields that every job starts with. */
export function jobBase(
  call: Call,
  delayMs: number,
): { token: string; user: string; created: string; due: string; status: "ACTIVE"; errors: string[] } {
  return {
    token: newRef(),
    user: call.user.login,
    created: call.archive.now(),
    due: call.archive.jobs.after(delayMs),
    status: "ACTIVE",
    errors: [],
  };
}

async function changeTag(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const tag = await call.plainText();
  if (!isTag(tag)) throw new Refusal(ASSUMPTIONS.semanticStatus, `security tag ${tag} is not known`);
  const descendants = readBoolean(call.query("includeDescendants") ?? "false", "includeDescendants");
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({ kind: "security", ...base, entity: entity.ref, tag, descendants });
  return acceptedAnswer(base.token);
}

async function move(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const entity = entityOf(call);
  const target = await call.plainText();
  const toRoot = target === "@root@";
  if (toRoot && entity.type !== "SO")
    throw new Refusal(ASSUMPTIONS.semanticStatus, "only a folder can stand at the root");
  if (!toRoot) checkTarget(call, entity, target);
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({
    kind: "move",
    ...base,
    entity: entity.ref,
    ...(toRoot ? {} : { to: target.toLowerCase() }),
  });
  return acceptedAnswer(base.token);
}

function checkTarget(call: Call, entity: Entity, target: string): void {
  if (!isUuid(target)) throw badRequest(`${target} is not a reference`);
  const folder = call.archive.repository.folder(target);
  if (!folder || folder.deleted !== undefined) throw notFound(`folder ${target}`);
  if (folder.ref === entity.ref || call.archive.repository.ancestors(folder).includes(entity.ref)) {
    throw new Refusal(ASSUMPTIONS.semanticStatus, "a folder cannot be moved below itself");
  }
}

/** First of two persons. Held assets are refused here. An Approval in this body has no effect. @see release notes 6.2 */
async function requestDeletion(call: Call): Promise<SandboxAnswer> {
  call.need("requestDeletion");
  const entity = entityOf(call);
  if (entity.type === "CO") throw notFound(`entity ${entity.ref}`);
  const body = await call.xml("DeletionAction");
  expectShape(body, "entity", ["Submission", "Approval"]);
  const submission = child(body, "Submission");
  if (!submission) throw badRequest("Submission is missing");
  expectShape(submission, "entity", ["User", "Comment"]);
  if (!call.archive.settings.deletionContextActive) throw new Refusal(422, "no active full-deletion workflow context");
  const blocks = deletionBlocks(call, entity);
  if (blocks.length > 0) throw new Refusal(ASSUMPTIONS.semanticStatus, `deletion is refused: ${blocks.join("; ")}`);
  const base = jobBase(call, call.archive.settings.asyncMs);
  await call.archive.jobs.add({
    kind: "deletion",
    ...base,
    entity: entity.ref,
    comment: childText(submission, "Comment") ?? "",
    phase: "submitted",
  });
  return acceptedAnswer(base.token);
}

function deletionBlocks(call: Call, entity: Entity): string[] {
  const { repository, governance, index } = call.archive;
  const assets = entity.type === "SO" ? repository.descendants(entity.ref) : [entity];
  return assets.flatMap((asset) =>
    asset.type === "IO"
      ? governance
          .deletionBlocks(asset, (field) => index.value(asset.ref, field))
          .map((block) => `${asset.ref}: ${block}`)
      : [],
  );
}

/** Second of two persons: another user with a manager's right. */
async function decideDeletion(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const job = call.archive.jobs.find(call.param("token"));
  if (job?.kind !== "deletion") throw notFound(`deletion ${call.param("token")}`);
  const body = await call.xml("DeletionAction");
  expectShape(body, "entity", ["Approval"]);
  const approval = child(body, "Approval");
  if (!approval) throw badRequest("Approval is missing");
  expectShape(approval, "entity", ["User", "Approved", "Comment"]);
  const approved = readBoolean(needText(approval, "Approved"), "Approved");
  if (job.phase !== "waiting")
    throw new Refusal(ASSUMPTIONS.semanticStatus, "this deletion does not wait for approval");
  if (job.user === call.user.login) throw new Refusal(403, "the submitter cannot approve");
  await call.archive.jobs.again(job, (own: DeletionJob) => {
    own.phase = approved ? "approved" : "rejected";
    own.status = "ACTIVE";
    own.approver = call.user.login;
    own.approvalComment = childText(approval, "Comment") ?? "";
    own.due = call.archive.jobs.after(call.archive.settings.asyncMs);
  });
  return acceptedAnswer(job.token);
}

function progress(call: Call): SandboxAnswer {
  const job = call.archive.jobs.find(call.param("token"));
  if (!job) throw notFound(`progress ${call.param("token")}`);
  const includeErrors = readBoolean(call.query("includeErrors") ?? "false", "includeErrors");
  const errors = includeErrors ? el("Errors", {}, ...job.errors.map((message) => text("Error", message))) : "";
  return xmlAnswer(
    el(ASSUMPTIONS.elements.progress, { xmlns: "http://status.preservica.com" }, text("Status", job.status), errors),
  );
}
