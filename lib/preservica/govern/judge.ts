import { LifecycleError, type ErrorCode } from "../../messages/error.js";
import type { HoldAnswer } from "../../systems/port.js";
import type { PreservicaClient } from "../client.js";
import { policiesOf } from "../status/read.js";
import type { Entity } from "../types.js";
import { isUuid } from "../uuid.js";
import { judgeHoldOff, judgeHoldOn } from "./holds.js";
import { keepsAtLeast, mayGo, tagChange } from "./rules.js";
import type { GovernAction, Verdict } from "./types.js";

/**
 * Looks at the archive now and says what is to be written for a change, if anything.
 *
 * @throws LifecycleError REFUSED for what only a person may do (RECORDS rule 1), ON_HOLD (rule 3), NOT_FOUND,
 *   INVALID_INPUT
 */
export async function judge(client: PreservicaClient, ref: string, action: GovernAction): Promise<Verdict> {
  const entity = await client.asset(ref);
  if (entity.deleted) throw stop("NOT_FOUND", `"${entity.title}" was destroyed in the archive.`, ref);
  switch (action.act) {
    case "tag":
      return await judgeTag(client, entity, action);
    case "assign-policy":
      return await judgeAssign(client, entity, action);
    case "unassign-policy":
      return await judgeUnassign(client, entity, action.policy);
    case "hold-on":
      return await judgeHoldOn(client, ref, action);
    case "hold-off":
      return await judgeHoldOff(client, ref, action.matter);
    case "move":
      return await judgeMove(client, entity, action.folder);
  }
}

async function judgeTag(
  client: PreservicaClient,
  { ref, title, securityTag }: Entity,
  { tag, order }: Extract<GovernAction, { act: "tag" }>,
): Promise<Verdict> {
  if (!(await client.securityTags()).includes(tag)) {
    throw stop("INVALID_INPUT", `Preservica has no security tag "${tag}".`, ref);
  }
  switch (tagChange(securityTag, tag, order)) {
    case "same":
      return { state: "so" };
    case "looser":
      throw stop("REFUSED", `A person loosens a tag: "${title}" is "${securityTag}", and "${tag}" is more open.`, ref);
    case "unknown":
      throw stop("REFUSED", `The node's order of tags does not name both "${securityTag}" and "${tag}".`, ref);
    case "tighter":
      return {
        state: "write",
        what: `tag ${securityTag} -> ${tag}`,
        start: async () => ({ token: await client.governance.setTag("IO", ref, tag) }),
      };
  }
}

async function judgeAssign(
  client: PreservicaClient,
  { ref, title }: Entity,
  { policy: name, replace }: Extract<GovernAction, { act: "assign-policy" }>,
): Promise<Verdict> {
  const policy = await client.retention.policyByName(name);
  if (policy === undefined) throw stop("NOT_FOUND", `Preservica has no retention policy "${name}".`, ref);
  if (name.startsWith(client.assumptions.holdPolicyPrefix)) {
    throw stop("REFUSED", `"${name}" stands for a legal hold; put the hold on instead.`, ref);
  }
  const present = await policiesOf(client, ref);
  const own = present.find((one) => one.ref === policy.ref);
  if (own === undefined) {
    if (!policy.assignable)
      throw stop("REFUSED", `The retention policy "${name}" is retired: it is not assignable.`, ref);
    const start = async () => {
      await client.retention.assign(ref, policy.ref);
      return {};
    };
    return { state: "write", what: `assign ${name}`, start };
  }
  const others = present.filter((one) => one.ref !== policy.ref);
  if (!replace || others.length === 0) return { state: "so" };
  const shorter = others.filter((other) => !other.expired && !keepsAtLeast(own, other));
  if (shorter.length > 0) {
    const names = shorter.map((other) => `"${other.name}"`).join(", ");
    throw stop(
      "REFUSED",
      `A person shortens retention: "${title}" has ${names} too, which may keep it longer than "${name}"; all stay.`,
      ref,
    );
  }
  await needNoHold(client, ref, title);
  const start = async () => {
    for (const other of others) await client.governance.unassign(ref, other.assignment);
    return {};
  };
  return { state: "write", what: `replace ${others.map((other) => other.name).join(", ")} by ${name}`, start };
}

async function judgeUnassign(client: PreservicaClient, { ref, title }: Entity, name: string): Promise<Verdict> {
  if (name.startsWith(client.assumptions.holdPolicyPrefix)) {
    throw stop("REFUSED", `"${name}" stands for a legal hold; a person lifts it.`, ref);
  }
  const present = await policiesOf(client, ref);
  const own = present.find((one) => one.name === name);
  if (own === undefined) return { state: "so" };
  await needNoHold(client, ref, title);
  if (
    !mayGo(
      own,
      present.filter((one) => one !== own),
    )
  ) {
    throw stop("REFUSED", `A person shortens retention: without "${name}" nothing keeps "${title}" as long.`, ref);
  }
  const start = async () => {
    await client.governance.unassign(ref, own.assignment);
    return {};
  };
  return { state: "write", what: `unassign ${name}`, start };
}

async function judgeMove(client: PreservicaClient, { ref, title, parent }: Entity, folder: string): Promise<Verdict> {
  const target = isUuid(folder) ? (await client.folder(folder)).ref : await folderAt(client, folder, ref);
  if (target === parent) return { state: "so" };
  await needNoHold(client, ref, title);
  const start = async () => ({ token: await client.governance.move("IO", ref, target) });
  return { state: "write", what: `move to ${folder}`, start };
}

async function folderAt(client: PreservicaClient, path: string, ref: string): Promise<string> {
  const found = await client.findFolderPath(path);
  if (found.ref !== undefined && found.missing.length === 0) return found.ref;
  throw stop("NOT_FOUND", `Preservica has no folder "${path}": "${found.missing.join(" / ")}" is missing.`, ref);
}

/** A hold forbids change, and one that cannot be asked counts (RECORDS rule 3). */
async function needNoHold(client: PreservicaClient, ref: string, title: string): Promise<void> {
  const answer = await holdsOf(client, ref, title);
  if (answer.state === "clear") return;
  const why = answer.state === "held" ? answer.matters.join(", ") : answer.why;
  throw stop("ON_HOLD", `"${title}" is on legal hold (${why}): it is not changed.`, ref);
}

export async function holdsOf(client: PreservicaClient, ref: string, title: string): Promise<HoldAnswer> {
  const ids = { preservica: { connection: client.connection, ref } };
  const key = `preservica:${client.connection}:${ref}`;
  return await client.holds({ key, version: "1", name: title, ids, fields: {}, content: [] });
}

function stop(code: ErrorCode, message: string, ref: string): LifecycleError {
  return new LifecycleError(code, message, { system: "preservica", retryable: false, details: { ref } });
}
