import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { isTag } from "../access/tags.js";
import { expectShape, readBoolean, type Call } from "../http/call.js";
import { badRequest, notFound, Refusal } from "../http/refusal.js";
import { entityRoutes, route, type Route } from "../http/router.js";
import { pageOf, pagingMarkup } from "../http/paging.js";
import { newApiId, newRef } from "../ids.js";
import { indexField } from "../content/index-fields.js";
import type { Asset, RetentionAssignment, RetentionPolicy } from "../model.js";
import { childText, type XmlElement } from "../xml/parse.js";
import { el, text, type Markup } from "../xml/write.js";
import { entityOfType, needText, saveChange } from "../entity/find.js";

const NAMESPACE = { r: "http://preservica.com/RetentionManagement/v6.2" };
const FIELDS = [
  "Ref",
  "Name",
  "Description",
  "SecurityTag",
  "StartDateField",
  "Period",
  "PeriodUnit",
  "ExpiryAction",
  "ExpiryActionParameters",
  "Restriction",
  "Assignable",
];

/** Retention policies and their assignments to assets (6.2 and later). @see pyPreservica retentionAPI */
export const RETENTION_ROUTES: readonly Route[] = [
  route("GET", "retention-policies", listPolicies, ["start", "max"]),
  route("POST", "retention-policies", createPolicy),
  route("GET", "retention-policies/:policy", (call) => policyAnswer(call, policyOf(call))),
  route("PUT", "retention-policies/:policy", updatePolicy),
  route("PUT", "retention-policies/:policy/assignable", setAssignable),
  route("DELETE", "retention-policies/:policy", removePolicy),
  ...entityRoutes(["IO"], "GET", "retention-assignments", listAssignments),
  ...entityRoutes(["IO"], "POST", "retention-assignments", assign),
  ...entityRoutes(["IO"], "DELETE", "retention-assignments/:id", unassign),
];

function policyOf(call: Call): RetentionPolicy {
  const policy = call.archive.governance.policy(call.param("policy").toLowerCase());
  if (!policy) throw notFound(`retention policy ${call.param("policy")}`);
  return policy;
}

function listPolicies(call: Call): SandboxAnswer {
  const page = pageOf(call, call.archive.governance.policies(), ASSUMPTIONS.defaultPage.policies);
  const entries = page.items.map((policy) =>
    text("RetentionPolicy", `${call.api.url}/retention-policies/${policy.ref}`, { ref: policy.ref, name: policy.name }),
  );
  return call.answer(
    "RetentionPoliciesResponse",
    [el("RetentionPolicies", {}, ...entries), pagingMarkup(call, page)],
    NAMESPACE,
  );
}

function policyAnswer(call: Call, policy: RetentionPolicy): SandboxAnswer {
  return call.answer(ASSUMPTIONS.elements.retentionPolicy, [policyMarkup(policy)], NAMESPACE);
}

function policyMarkup(policy: RetentionPolicy): Markup {
  return el(
    "r:RetentionPolicy",
    {},
    text("r:Ref", policy.ref),
    text("r:Name", policy.name),
    text("r:Description", policy.description),
    text("r:SecurityTag", policy.securityTag),
    text("r:StartDateField", policy.startDateField),
    text("r:Period", policy.period),
    text("r:PeriodUnit", policy.periodUnit),
    text("r:ExpiryAction", policy.expiryAction),
    text("r:ExpiryActionParameters", policy.expiryParameters),
    text("r:Restriction", policy.restriction),
    text("r:Assignable", policy.assignable),
  );
}

async function createPolicy(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const body = await call.xml("RetentionPolicy");
  if (childText(body, "Ref") !== undefined) throw badRequest("Ref is made by the server");
  const policy = readPolicy(body, newRef());
  if (call.archive.governance.policies().some((known) => known.name === policy.name))
    throw new Refusal(409, `retention policy ${policy.name} exists already`);
  await call.archive.governance.putPolicy(policy);
  return policyAnswer(call, policy);
}

async function updatePolicy(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const before = policyOf(call);
  const body = await call.xml("RetentionPolicy");
  if (needText(body, "Ref").toLowerCase() !== before.ref) throw badRequest("Ref in the body is not the policy's");
  const policy = readPolicy(body, before.ref);
  await call.archive.governance.putPolicy(policy);
  return policyAnswer(call, policy);
}

async function setAssignable(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const policy = policyOf(call);
  const assignable = readBoolean(await call.plainText(), "assignable");
  await call.archive.governance.putPolicy({ ...policy, assignable });
  return policyAnswer(call, { ...policy, assignable });
}

async function removePolicy(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const policy = policyOf(call);
  const used = [...call.archive.repository.all()].some(
    (record) => record.type === "IO" && record.retention.some((assignment) => assignment.policy === policy.ref),
  );
  if (used) throw new Refusal(409, `retention policy ${policy.name} is assigned`);
  await call.archive.governance.removePolicy(policy.ref);
  return { status: 204 };
}

function readPolicy(body: XmlElement, ref: string): RetentionPolicy {
  expectShape(body, "retention", FIELDS);
  const securityTag = needText(body, "SecurityTag");
  if (!isTag(securityTag)) throw badRequest(`security tag ${securityTag} is not known`);
  const policy: RetentionPolicy = {
    ref,
    name: needText(body, "Name"),
    description: childText(body, "Description") ?? "",
    securityTag,
    assignable: readBoolean(childText(body, "Assignable") ?? "true", "Assignable"),
  };
  const startDateField = childText(body, "StartDateField");
  if (startDateField !== undefined && startDateField !== "") {
    if (indexField(startDateField)?.type !== "SINGLE_VALUED_DATE")
      throw badRequest(`StartDateField ${startDateField} is no date field of the index`);
    policy.startDateField = startDateField;
  }
  const period = childText(body, "Period");
  if (period !== undefined && period !== "") {
    if (!/^\d{1,4}$/u.test(period)) throw badRequest(`Period ${period} is no number`);
    policy.period = Number(period);
    policy.periodUnit = oneOf(body, "PeriodUnit", ASSUMPTIONS.periodUnits) ?? "YEAR";
  }
  const expiryAction = oneOf(body, "ExpiryAction", ASSUMPTIONS.expiryActions);
  if (expiryAction !== undefined) policy.expiryAction = expiryAction;
  const parameters = childText(body, "ExpiryActionParameters");
  if (parameters !== undefined) policy.expiryParameters = parameters;
  const restriction = oneOf(body, "Restriction", ASSUMPTIONS.restrictions);
  if (restriction !== undefined) policy.restriction = restriction;
  return policy;
}

function oneOf(body: XmlElement, local: string, known: readonly string[]): string | undefined {
  const value = childText(body, local);
  if (value === undefined || value === "") return undefined;
  if (!known.includes(value)) throw badRequest(`${local} ${value} is not known`);
  return value;
}

function listAssignments(call: Call): SandboxAnswer {
  return assignmentsAnswer(call, entityOfType(call, "IO"));
}

function assignmentsAnswer(call: Call, asset: Asset, only?: RetentionAssignment): SandboxAnswer {
  const entries = (only ? [only] : asset.retention).map((assignment) => {
    const { start, expired } = call.archive.governance.clockOf(assignment, (field) =>
      call.archive.index.value(asset.ref, field),
    );
    return el(
      "r:RetentionAssignment",
      {},
      text("r:ApiId", assignment.apiId),
      text("r:RetentionPolicy", assignment.policy),
      text("r:Entity", asset.ref),
      text("r:StartDate", start?.toISOString()),
      text("r:Expired", expired),
    );
  });
  return call.answer(
    ASSUMPTIONS.elements.retentionAssignments,
    [el("RetentionAssignments", {}, ...entries)],
    NAMESPACE,
  );
}

async function assign(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const body = await call.xml("RetentionAssignment");
  const asset = entityOfType(call, "IO");
  expectShape(body, "retention", ["RetentionPolicy"]);
  const policy = call.archive.governance.policy(needText(body, "RetentionPolicy").toLowerCase());
  if (!policy) throw notFound(`retention policy ${needText(body, "RetentionPolicy")}`);
  if (!policy.assignable)
    throw new Refusal(ASSUMPTIONS.semanticStatus, `retention policy ${policy.name} is not assignable`);
  if (asset.retention.some((assignment) => assignment.policy === policy.ref))
    throw new Refusal(409, `retention policy ${policy.name} is assigned already`);
  const assignment: RetentionAssignment = { apiId: newApiId(), policy: policy.ref, assigned: call.archive.now() };
  asset.retention.push(assignment);
  await saveChange(call, asset, ASSUMPTIONS.events.retention, policy.name);
  return assignmentsAnswer(call, asset, assignment);
}

async function unassign(call: Call): Promise<SandboxAnswer> {
  call.need("write");
  const asset = entityOfType(call, "IO");
  const index = asset.retention.findIndex((assignment) => assignment.apiId === call.param("id"));
  const [removed] = index < 0 ? [] : asset.retention.splice(index, 1);
  if (!removed) throw notFound(`retention assignment ${call.param("id")}`);
  await saveChange(
    call,
    asset,
    ASSUMPTIONS.events.unretention,
    call.archive.governance.policy(removed.policy)?.name ?? removed.policy,
  );
  return { status: 204 };
}
