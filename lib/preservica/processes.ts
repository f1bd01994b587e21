import { textOf } from "../http/index.js";
import { number, records, text, within, type UnknownRecord } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { uuid, type Gateway } from "./gateway.js";
import { filled } from "./read.js";
import {
  MONITOR_STATES,
  PROGRESS_STATES,
  type Monitor,
  type MonitorMessage,
  type MonitorState,
  type Progress,
} from "./types.js";

export interface MonitorQuery {
  /** The process's name, or how it begins. */
  name?: string;
  status?: readonly MonitorState[];
  category?: "Ingest" | "Export" | "DataManagement" | "Automated";
}

/** Following what the server does by itself: progress tokens (fact sheet 3.13) and the process monitor (2.6). */
export class Processes {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** @returns undefined when the server does not know the token (any more) */
  async progress(token: string, includeErrors = true): Promise<Progress | undefined> {
    const answer = await this.#gateway.send({
      method: "GET",
      path: this.#gateway.entity("progress", uuid(token)),
      query: { includeErrors },
      allow: [404],
    });
    if (answer.status === 404) return undefined;
    const root = await answer.xml();
    const status = (textOf(root, "Status") ?? "").toUpperCase();
    return {
      status: PROGRESS_STATES.find((state) => state === status) ?? "UNKNOWN",
      ...filled("errors", textOf(root, "Errors")),
    };
  }

  /** All monitors that fit, oldest page first. The name is also compared here, as a beginning. */
  async monitors(query: MonitorQuery): Promise<Monitor[]> {
    const found: Monitor[] = [];
    const filter = { name: query.name, status: query.status?.join(","), category: query.category };
    for await (const item of this.#pages("/api/processmonitor/monitors", filter, "monitors")) {
      const monitor = readMonitor(item);
      if (query.name === undefined || monitor.name.startsWith(query.name)) found.push(monitor);
    }
    return found;
  }

  /** @param status one kind of message only, e.g. `Error` */
  async messages(monitor: string, status?: "Info" | "Warning" | "Error" | "Debug"): Promise<MonitorMessage[]> {
    const found: MonitorMessage[] = [];
    for await (const item of this.#pages("/api/processmonitor/messages", { monitor, status }, "messages")) {
      found.push(readMessage(item));
    }
    return found;
  }

  /** Pages of the monitor's JSON: `value.paging.next` is absolute, as everywhere. */
  async *#pages(path: string, query: Record<string, string | undefined>, list: string): AsyncGenerator<UnknownRecord> {
    let at: Parameters<Gateway["send"]>[0] = { method: "GET", path, query: { ...query, start: 0, max: 100 } };
    const seen = new Set<string>();
    for (;;) {
      const answer = await this.#gateway.send({ ...at, expect: "json" });
      const value = within(answer.json(), "value");
      yield* records(value[list]);
      const next = text(within(value, "paging")["next"]);
      if (next === undefined || next === "" || seen.has(next)) return;
      seen.add(next);
      at = { method: "GET", ...this.#gateway.local(next) };
    }
  }
}

function readMonitor(item: UnknownRecord): Monitor {
  const status = text(item["status"]);
  const known = MONITOR_STATES.find((state) => state === status);
  const id = text(item["mappedId"]);
  if (known === undefined || id === undefined) {
    throw new LifecycleError("UPSTREAM", "Preservica's process monitor answered something that is not understood.", {
      system: "preservica",
    });
  }
  return {
    id,
    name: text(item["name"]) ?? "",
    status: known,
    category: text(item["category"]) ?? "",
    ...filled("started", text(item["started"])),
    ...filled("completed", text(item["completed"])),
    errors: number(item["errors"]) ?? 0,
    warnings: number(item["warnings"]) ?? 0,
  };
}

function readMessage(item: UnknownRecord): MonitorMessage {
  return {
    status: text(item["status"]) ?? "",
    date: text(item["date"]) ?? "",
    text: text(item["displayMessage"]) ?? text(item["message"]) ?? "",
    ...filled("path", text(item["path"])),
    ...filled("entityRef", text(item["entityRef"])),
  };
}
