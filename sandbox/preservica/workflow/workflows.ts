import type { SandboxContext, SandboxState } from "../../kernel/types.js";

export type WorkflowState =
  "Aborted" | "Active" | "Completed" | "Finished_Mixed_Outcome" | "Pending" | "Suspended" | "Unknown" | "Failed";
export interface WorkflowContext {
  id: number;
  name: string;
  type: "Ingest" | "Access" | "Transformation" | "DataManagement";
  definition: string;
}
export interface WorkflowInstance {
  id: number;
  context: number;
  state: WorkflowState;
  started: string;
  finished?: string;
  creator: string;
  correlationId?: string;
  errors: string[];
}

export const OPEX_CONTEXT_ID = 42;
export const PACKAGE_CONTEXT_ID = 1;

/** Configured workflows of the tenant. */
export const CONTEXTS: readonly WorkflowContext[] = [
  { id: PACKAGE_CONTEXT_ID, name: "Ingest package", type: "Ingest", definition: "com.preservica.core.workflow.ingest" },
  {
    id: OPEX_CONTEXT_ID,
    name: "Ingest OPEX (Incremental)",
    type: "Ingest",
    definition: "com.preservica.core.workflow.ingest",
  },
  { id: 50, name: "Export OPEX", type: "Access", definition: "com.preservica.core.workflow.export" },
  { id: 60, name: "Delete", type: "DataManagement", definition: "com.preservica.core.workflow.delete" },
];

/** Instances of workflows; every ingest is one. */
export class Workflows {
  private last: number;

  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<Record<string, WorkflowInstance>>,
  ) {
    this.last = Object.keys(state.value).length;
  }

  static async open(context: SandboxContext): Promise<Workflows> {
    return new Workflows(context, await context.state<Record<string, WorkflowInstance>>("workflows", () => ({})));
  }

  all(): WorkflowInstance[] {
    return Object.values(this.state.value);
  }

  find(id: string): WorkflowInstance | undefined {
    return Object.hasOwn(this.state.value, id) ? this.state.value[id] : undefined;
  }

  async start(contextId: number, creator: string, correlationId?: string): Promise<WorkflowInstance> {
    const started = this.context.clock.now().toISOString();
    this.last += 1;
    const id = this.last;
    return this.state.update((value) => {
      const instance: WorkflowInstance = {
        id,
        context: contextId,
        state: "Active",
        started,
        creator,
        errors: [],
        ...(correlationId === undefined ? {} : { correlationId }),
      };
      value[id] = instance;
      return instance;
    });
  }

  /** Ends an instance; without effect when it has ended already. */
  async finish(id: number, state: WorkflowState, errors: string[] = []): Promise<void> {
    const finished = this.context.clock.now().toISOString();
    await this.state.update((value) => {
      const instance = value[id];
      if (instance && instance.finished === undefined) Object.assign(instance, { state, finished, errors });
    });
  }
}
