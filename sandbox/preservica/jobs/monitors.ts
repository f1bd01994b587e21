import type { SandboxContext, SandboxState } from "../../kernel/types.js";
import { newApiId } from "../ids.js";

export const MONITOR_STATUSES = ["Pending", "Running", "Succeeded", "Failed", "Suspended", "Recoverable"] as const;
export type MonitorStatus = (typeof MONITOR_STATUSES)[number];
export const MONITOR_CATEGORIES = ["Ingest", "Export", "DataManagement", "Automated"] as const;
export type MonitorCategory = (typeof MONITOR_CATEGORIES)[number];
export const MESSAGE_STATUSES = ["Info", "Warning", "Error", "Debug"] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** One process as people see it, however many jobs it takes. */
export interface Monitor {
  id: string;
  name: string;
  status: MonitorStatus;
  category: MonitorCategory;
  subcategory: string;
  started?: string;
  completed?: string;
  filesPending: number;
  filesProcessed: number;
  size: number;
  warnings: number;
  errors: number;
}
export interface MonitorMessage {
  id: string;
  monitor: string;
  path: string;
  status: MessageStatus;
  date: string;
  /** Key and parameters, e.g. `monitor.info.directory.skip|{"matchText":"…"}`. */
  message: string;
  displayMessage: string;
  sourceId?: string;
  entityRef?: string;
  entityTitle?: string;
  securityDescriptor?: string;
  workflowInstanceId?: number;
  workflowName?: string;
}

interface MonitorState {
  monitors: Record<string, Monitor>;
  messages: Record<string, MonitorMessage>;
}

/** What a message says besides its monitor and time. */
export type MessageText = Omit<MonitorMessage, "id" | "monitor" | "date">;

/** The process monitor's memory. */
export class Monitors {
  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<MonitorState>,
  ) {}

  static async open(context: SandboxContext): Promise<Monitors> {
    return new Monitors(context, await context.state<MonitorState>("monitors", () => ({ monitors: {}, messages: {} })));
  }

  /** Newest first. */
  all(): Monitor[] {
    return Object.values(this.state.value.monitors).toReversed();
  }

  find(id: string): Monitor | undefined {
    return Object.hasOwn(this.state.value.monitors, id) ? this.state.value.monitors[id] : undefined;
  }

  /** Messages of some monitors, oldest first. */
  messagesOf(ids: readonly string[]): MonitorMessage[] {
    return Object.values(this.state.value.messages).filter((message) => ids.includes(message.monitor));
  }

  async add(facts: Pick<Monitor, "name" | "category" | "subcategory" | "size">): Promise<string> {
    const id = newApiId();
    await this.state.update((value) => {
      value.monitors[id] = {
        id,
        status: "Pending",
        filesPending: 0,
        filesProcessed: 0,
        warnings: 0,
        errors: 0,
        ...facts,
      };
    });
    return id;
  }

  /** Changes a monitor and adds messages in one step; warnings and errors are counted. */
  async update(id: string, change: Partial<Monitor>, messages: readonly MessageText[] = []): Promise<void> {
    const date = this.context.clock.now().toISOString();
    await this.state.update((value) => {
      const monitor = value.monitors[id];
      if (!monitor) return;
      Object.assign(monitor, change);
      for (const message of messages) {
        const messageId = newApiId();
        value.messages[messageId] = { id: messageId, monitor: id, date, ...message };
        if (message.status === "Error") monitor.errors += 1;
        if (message.status === "Warning") monitor.warnings += 1;
      }
    });
    this.context.changed();
  }
}
