import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, readBoolean, type Call } from "../http/call.js";
import { notFound, Refusal } from "../http/refusal.js";
import { entityRoutes, route, type Handler, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import { newRef } from "../ids.js";
import type { Asset, HoldAssignment, LegalHold } from "../model.js";
import { childText, type XmlElement } from "../xml/parse.js";
import { el, text, type Markup } from "../xml/write.js";
import { entityOfType, needText, saveChange } from "../entity/find.js";

const SINCE = "9.1";

/** Legal holds (9.1 and later: older servers answer 404). Requests speak the XIP namespace, answers the entity namespace. */
export const HOLD_ROUTES: readonly Route[] = [
  route("GET", "legal-holds", permitted(list), ["start", "max", "expand", "name"], SINCE),
  route("POST", "legal-holds", permitted(create), [], SINCE),
  route(
    "GET",
    "legal-holds/:hold",
    permitted((call) => holdAnswer(call, holdOf(call))),
    [],
    SINCE,
  ),
  route("PUT", "legal-holds/:hold", permitted(update), [], SINCE),
  route("DELETE", "legal-holds/:hold", permitted(remove), [], SINCE),
  ...entityRoutes(
    ["IO"],
    "GET",
    "legal-holds",
    permitted((call) => assignmentsAnswer(call, entityOfType(call, "IO"))),
    [],
    SINCE,
  ),
  ...entityRoutes(["IO"], "POST", "legal-holds", permitted(assign), [], SINCE),
  ...entityRoutes(["IO"], "DELETE", "legal-holds/:hold", permitted(lift), [], SINCE),
];

/** Under the profile "9.1.0 hold-403" the account may not even look: every call answers 403. */
function permitted(handle: Handler): Handler {
  return (call) => {
    if (call.archive.settings.profile === "9.1.0 hold-403") throw new Refusal(403, ASSUMPTIONS.messages.forbidden);
    return handle(call);
  };
}

function holdOf(call: Call): LegalHold {
  const hold = call.archive.governance.hold(call.param("hold").toLowerCase());
  if (!hold) throw notFound(`legal hold ${call.param("hold")}`);
  return hold;
}

function list(call: Call): SandboxAnswer {
  const expand = readBoolean(call.query("expand") ?? "true", "expand");
  const name = call.query("name");
  const page = pageOf(
    call,
    call.archive.governance.holds().filter((hold) => name === undefined || hold.name === name),
    ASSUMPTIONS.defaultPage.policies,
  );
  const entries = page.items.map((hold) =>
    expand
      ? holdMarkup(hold)
      : text("LegalHold", `${call.api.url}/legal-holds/${hold.ref}`, { ref: hold.ref, name: hold.name }),
  );
  return call.answer(ASSUMPTIONS.elements.legalHolds, [el("LegalHolds", {}, ...entries), pagingMarkup(call, page)]);
}

function holdMarkup(hold: LegalHold): Markup {
  return el(
    "LegalHold",
    {},
    text("Ref", hold.ref),
    text("Name", hold.name),
    text("Description", hold.description),
    text("User", hold.user),
    text("CreatedDate", hold.created),
  );
}

function holdAnswer(call: Call, hold: LegalHold): SandboxAnswer {
  return call.answer(ASSUMPTIONS.elements.legalHold, [holdMarkup(hold)]);
}

async function create(call: Call): Promise<SandboxAnswer> {
  call.need("configure");
  const named = readHold(await call.xml("LegalHold"));
  if (call.archive.governance.holds().some((known) => known.name === named.name))
    throw new Refusal(409, `legal hold ${named.name} exists already`);
  const hold: LegalHold = { ref: newRef(), ...named, user: call.user.login, created: call.archive.now() };
  await call.archive.governance.putHold(hold);
  return holdAnswer(call, hold);
}

async function update(call: Call): Promise<SandboxAnswer> {
  call.need("configure");
  const hold = { ...holdOf(call), ...readHold(await call.xml("LegalHold")) };
  await call.archive.governance.putHold(hold);
  return holdAnswer(call, hold);
}

function readHold(body: XmlElement): { name: string; description: string } {
  expectShape(body, "xip", ["Name", "Description"]);
  return { name: needText(body, "Name"), description: childText(body, "Description") ?? "" };
}

async function remove(call: Call): Promise<SandboxAnswer> {
  call.need("configure");
  const hold = holdOf(call);
  const used = [...call.archive.repository.all()].some(
    (record) => record.type === "IO" && record.holds.some((assignment) => assignment.hold === hold.ref),
  );
  if (used) throw new Refusal(409, `legal hold ${hold.name} still holds assets`);
  await call.archive.governance.removeHold(hold.ref);
  return { status: 204 };
}

function assignmentsAnswer(call: Call, asset: Asset, only?: HoldAssignment): SandboxAnswer {
  const entries = (only ? [only] : asset.holds).map((assignment) =>
    el(
      "LegalHoldAssignment",
      {},
      text("Entity", asset.ref),
      text("LegalHold", assignment.hold),
      text("AssignedDate", assignment.date),
    ),
  );
  return call.answer(ASSUMPTIONS.elements.legalHoldAssignments, entries);
}

async function assign(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const body = await call.xml("LegalHoldAssignmentRequest");
  const asset = entityOfType(call, "IO");
  expectShape(body, "xip", ["LegalHoldRef"]);
  const hold = call.archive.governance.hold(needText(body, "LegalHoldRef").toLowerCase());
  if (!hold) throw notFound(`legal hold ${needText(body, "LegalHoldRef")}`);
  if (asset.holds.some((assignment) => assignment.hold === hold.ref))
    throw new Refusal(409, `the asset is on legal hold ${hold.name} already`);
  const assignment: HoldAssignment = { hold: hold.ref, date: call.archive.now(), user: call.user.login };
  asset.holds.push(assignment);
  await saveChange(call, asset, ASSUMPTIONS.events.hold, hold.name);
  return assignmentsAnswer(call, asset, assignment);
}

async function lift(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const asset = entityOfType(call, "IO");
  const index = asset.holds.findIndex((assignment) => assignment.hold === call.param("hold").toLowerCase());
  if (index < 0) throw notFound(`legal hold ${call.param("hold")} of ${asset.ref}`);
  asset.holds.splice(index, 1);
  await saveChange(
    call,
    asset,
    ASSUMPTIONS.events.unhold,
    call.archive.governance.hold(call.param("hold").toLowerCase())?.name ?? call.param("hold"),
  );
  return { status: 204 };
}
