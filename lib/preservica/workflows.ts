import { descendants, textOf } from "../http/index.js";
import { LifecycleError } from "../messages/error.js";
import type { Gateway } from "./gateway.js";
import { filled } from "./read.js";
import { xmlText } from "./xml-text.js";

const BASE = "/sdb/rest/workflow";
const NAMESPACE = "http://workflow.preservica.com";

/** A workflow that an administrator has set up. */
export interface WorkflowContext {
  id: string;
  name: string;
}
/** One run of a workflow, in the server's words. */
export interface WorkflowInstance {
  id: string;
  /** Aborted, Active, Completed, Finished_Mixed_Outcome, Pending, Suspended, Unknown, Failed (fact sheet 8). */
  state: string;
  errors?: string;
}

/** The Workflow API of the Enterprise edition (fact sheet 8). */
export class Workflows {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** @throws LifecycleError DENIED, NOT_FOUND where the edition has no such API */
  async contexts(type: "Ingest" | "Access" | "Transformation" | "DataManagement"): Promise<WorkflowContext[]> {
    const root = await this.#gateway.xml({ method: "GET", path: `${BASE}/contexts`, query: { type } });
    return descendants(root, "WorkflowContext").map((node) => ({
      id: textOf(node, "Id") ?? "",
      name: textOf(node, "Name") ?? "",
    }));
  }

  /**
   * Starts a workflow; a second call starts it a second time, so look first.
   *
   * @param correlation id that ties the instance to our job
   * @returns the instance's id
   */
  async start(
    context: WorkflowContext,
    parameters: Readonly<Record<string, string>>,
    correlation: string,
  ): Promise<string> {
    const given = Object.entries(parameters).map(
      ([key, value]) =>
        `<Parameter><Key>${xmlText(key, "Workflow parameter")}</Key><Value>${xmlText(value, key)}</Value></Parameter>`,
    );
    const xml =
      `<StartWorkflowRequest xmlns="${NAMESPACE}"><WorkflowContextId>${xmlText(context.id, "Workflow context")}</WorkflowContextId>` +
      `<WorkflowContextName>${xmlText(context.name, "Workflow context")}</WorkflowContextName>${given.join("")}` +
      `<CorrelationId>${xmlText(correlation, "Correlation")}</CorrelationId></StartWorkflowRequest>`;
    const id = textOf(await this.#gateway.xml({ method: "POST", path: `${BASE}/instances`, xml }), "Id") ?? "";
    if (!/^\d+$/.test(id)) {
      throw new LifecycleError("UPSTREAM", "Preservica started a workflow but did not say its number.", {
        system: "preservica",
        details: { outcome: "unknown" },
      });
    }
    return id;
  }

  /** @returns undefined when the server does not know the instance (any more) */
  async instance(id: string): Promise<WorkflowInstance | undefined> {
    if (!/^\d+$/.test(id)) {
      throw new LifecycleError("INVALID_INPUT", `"${id.slice(0, 80)}" is no number of a workflow.`, {
        system: "preservica",
      });
    }
    const path = `${BASE}/instances/${id}`;
    const answer = await this.#gateway.send({ method: "GET", path, query: { includeErrors: true }, allow: [404] });
    if (answer.status === 404) return undefined;
    const root = await answer.xml();
    const errors = descendants(root, "Error").map((node) => textOf(node) ?? "");
    return { id, state: textOf(root, "State") ?? "", ...filled("errors", errors.filter(Boolean).join("; ")) };
  }
}
