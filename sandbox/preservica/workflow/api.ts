import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { expectShape, readBoolean, xmlAnswer, type Call } from "../http/call.js";
import { badRequest, jsonAnswer, notFound, undocumented } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import { whole } from "../http/paging.js";
import type { Uploads } from "../ingest/upload.js";
import { child, childText, elements } from "../xml/parse.js";
import { el, text, type Markup } from "../xml/write.js";
import { CONTEXTS, OPEX_CONTEXT_ID, type WorkflowInstance } from "./workflows.js";

const NAMESPACE = { xmlns: "http://workflow.preservica.com" };

/** Workflow API, below `/sdb/rest/workflow`. @see pyPreservica workflowAPI */
export function workflowRoutes(uploads: Uploads): readonly Route[] {
  return [
    route("GET", "contexts", listContexts, ["type", "workflowDefinitionId"]),
    route("POST", "instances", (call) => start(call, uploads)),
    route("GET", "instances", listInstances, ["type", "state", "contextId", "creator", "from", "to", "start", "max"]),
    route("GET", "instances/:id", readInstance, ["includeErrors"]),
    route("POST", "instances/terminate", terminate, ["workflowInstanceIds"]),
  ];
}

/** Ingest processes as the Process API lists them, below `/api`. */
export const PROCESS_ROUTES: readonly Route[] = [
  route("GET", "process/ingest/configs", listConfigs, ["types"]),
  route("PUT", "process/ingest/configs/:id/active", setActive),
];

function listConfigs(call: Call): SandboxAnswer {
  const ingests = CONTEXTS.filter((context) => context.type === "Ingest");
  return jsonAnswer({ configs: ingests.map((context) => shownConfig(call, context.id)) });
}

/** Without an active ingest process the upload endpoint refuses packages. */
async function setActive(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const context = CONTEXTS.find(
    (candidate) => String(candidate.id) === call.param("id") && candidate.type === "Ingest",
  );
  if (!context) throw notFound(`ingest process ${call.param("id")}`);
  call.archive.settings.ingestContextActive = readBoolean((await call.request.text(100)).trim(), "active");
  return jsonAnswer(shownConfig(call, context.id));
}

function shownConfig(call: Call, id: number): Record<string, unknown> {
  const context = CONTEXTS.find((candidate) => candidate.id === id);
  return {
    apiId: String(id),
    name: context?.name ?? "",
    description: "",
    type: "Ingest",
    active: call.archive.settings.ingestContextActive,
    trigger: { type: id === OPEX_CONTEXT_ID ? "MANUAL" : "UPLOAD" },
  };
}

function listContexts(call: Call): SandboxAnswer {
  const type = call.query("type");
  const definition = call.query("workflowDefinitionId");
  const found = CONTEXTS.filter(
    (context) =>
      (type === undefined || context.type === type) && (definition === undefined || context.definition === definition),
  );
  return xmlAnswer(
    el(
      ASSUMPTIONS.elements.workflowContexts,
      NAMESPACE,
      ...found.map((context) => el("WorkflowContext", {}, text("Id", context.id), text("Name", context.name))),
    ),
  );
}

/** Only the OPEX ingest can be started here; it wants the parameter OpexContainerDirectory. */
async function start(call: Call, uploads: Uploads): Promise<SandboxAnswer> {
  call.need("ingest");
  const body = await call.xml("StartWorkflowRequest");
  expectShape(body, "workflow", ["WorkflowContextId", "WorkflowContextName", "Parameter", "CorrelationId"]);
  const id = childText(body, "WorkflowContextId");
  const name = childText(body, "WorkflowContextName");
  const context = CONTEXTS.find(
    (candidate) => (id === undefined || String(candidate.id) === id) && (name === undefined || candidate.name === name),
  );
  if (!context || (id === undefined && name === undefined)) throw notFound("the workflow context");
  if (context.id !== OPEX_CONTEXT_ID) throw undocumented(400, `what starting ${context.name} needs is not documented`);
  const parameters = new Map(
    elements(body, "Parameter").map((parameter) => [
      childText(parameter, "Key") ?? "",
      childText(parameter, "Value") ?? "",
    ]),
  );
  const directory = parameters.get("OpexContainerDirectory");
  if (directory === undefined || directory === "") throw badRequest("parameter OpexContainerDirectory is missing");
  const correlationId = child(body, "CorrelationId") ? childText(body, "CorrelationId") : undefined;
  for (const name of parameters.keys())
    if (name !== "OpexContainerDirectory") throw undocumented(400, `workflow parameter ${name} is not documented`);
  const instance = await uploads.startContainer(call.user, directory, correlationId);
  return xmlAnswer(el("WorkflowInstance", NAMESPACE, text("Id", instance)), 201);
}

function readInstance(call: Call): SandboxAnswer {
  const instance = call.archive.workflows.find(call.param("id"));
  if (!instance) throw notFound(`workflow instance ${call.param("id")}`);
  const includeErrors = readBoolean(call.query("includeErrors") ?? "false", "includeErrors");
  return xmlAnswer(
    el(
      "WorkflowInstance",
      NAMESPACE,
      ...instanceFields(instance),
      includeErrors ? el("Errors", {}, ...instance.errors.map((error) => text("Error", error))) : "",
    ),
  );
}

function instanceFields(instance: WorkflowInstance): Markup[] {
  const context = CONTEXTS.find((candidate) => candidate.id === instance.context);
  return [
    text("Id", instance.id),
    text("Started", instance.started),
    text("Finished", instance.finished),
    text("State", instance.state),
    text("DisplayState", instance.state),
    text("ArchivalProcessId", instance.id),
    text("WorkflowGroupId", instance.correlationId ?? instance.id),
    text("WorkflowContextId", instance.context),
    text("WorkflowContextName", context?.name),
    text("WorkflowDefinitionTextId", context?.definition),
  ];
}

function listInstances(call: Call): SandboxAnswer {
  const type = call.query("type");
  const state = call.query("state");
  const contextId = call.query("contextId");
  const creator = call.query("creator");
  const from = call.query("from");
  const to = call.query("to");
  const found = call.archive.workflows
    .all()
    .filter(
      (instance) => type === undefined || CONTEXTS.find((context) => context.id === instance.context)?.type === type,
    )
    .filter(
      (instance) =>
        (state === undefined || instance.state === state) &&
        (contextId === undefined || String(instance.context) === contextId),
    )
    .filter(
      (instance) =>
        (creator === undefined || instance.creator === creator) &&
        (from === undefined || instance.started >= from) &&
        (to === undefined || instance.started <= to),
    );
  const begin = whole(call.query("start"), 0, 0, Number.MAX_SAFE_INTEGER, "start");
  const shown = found.slice(begin, begin + whole(call.query("max"), 100, 1, ASSUMPTIONS.maxPage, "max"));
  const list = shown.map((instance) => el("WorkflowInstance", {}, ...instanceFields(instance)));
  return xmlAnswer(
    el(
      ASSUMPTIONS.elements.workflowInstances,
      NAMESPACE,
      text("TotalCount", found.length),
      text("Count", shown.length),
      ...list,
    ),
  );
}

async function terminate(call: Call): Promise<SandboxAnswer> {
  call.need("manage");
  const ids = call.query("workflowInstanceIds")?.split(",") ?? [];
  if (ids.length === 0) throw badRequest("workflowInstanceIds is needed");
  for (const id of ids) {
    const instance = call.archive.workflows.find(id);
    if (!instance) throw notFound(`workflow instance ${id}`);
    await call.archive.workflows.finish(instance.id, "Aborted", ["terminated"]);
  }
  return { status: 202 };
}
