import type { EventAction } from "../types.js";

/** One line of an asset's history, as OTMM's table of archive events shows it. */
export interface HistoryRow {
  /** ISO instant, as the archive gave it. */
  date: string;
  /** The archive's own word, with its command where that says more: `Ingest`, `Modified: AddIdentifier`. */
  type: string;
  agent: string;
  /** The archive records what it has done: an entry is a success unless its words say otherwise. */
  outcome: "success" | "failure";
}

/** The last actions on an entity, newest first; equal instants keep the server's order. */
export function historyOf(actions: readonly EventAction[], most = 10): HistoryRow[] {
  return [...actions]
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))
    .slice(0, most)
    .map((action) => ({
      date: action.date,
      type: wordOf(action),
      agent: action.user ?? action.workflow ?? "Preservica",
      outcome: /fail|error/i.test(`${action.type} ${action.command}`) ? "failure" : "success",
    }));
}

function wordOf({ type, command }: EventAction): string {
  const same = command === "" || command.toLowerCase() === type.toLowerCase() || command === "command_create";
  return same ? type || command : `${type}: ${command}`;
}
