import type { Node, NodeAPI } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { dayIn, type OtmmOperator } from "../../lib/otmm/index.js";
import { typedValue } from "../shared/context.js";
import type { ConditionRow, OtmmAssetFetchConfig } from "./config.js";

/** What a run looks for, resolved once when it starts; plain JSON, kept with the run. */
export type FetchSettings = {
  /** What is listed. */
  from:
    | { by: "ids"; ids: string[] }
    | {
        by: "search";
        keyword: string;
        conditions: { fieldId: string; operator: OtmmOperator; value: string | number | null }[];
      }
    | { by: "folder"; folder: string; subfolders: boolean }
    | { by: "collection"; collection: string };
  pageSize: number;
  /** 0 = all. */
  limit: number;
};

/** @throws LifecycleError INVALID_INPUT naming the row or field whose value is missing or of the wrong kind */
export async function settingsOf(
  RED: NodeAPI,
  node: Node,
  config: OtmmAssetFetchConfig,
  zone: string,
  msg: LifecycleMessage,
): Promise<FetchSettings> {
  const value = (text: string, type: string): Promise<unknown> =>
    typedValue(RED, node, text, type, { _msgid: "", ...msg });
  return { from: await fromOf(config, zone, value), pageSize: config.pageSize, limit: config.limit };
}

type Value = (text: string, type: string) => Promise<unknown>;

async function fromOf(config: OtmmAssetFetchConfig, zone: string, value: Value): Promise<FetchSettings["from"]> {
  switch (config.mode) {
    case "ids":
      return { by: "ids", ids: idsIn(await value(config.ids, config.idsType)) };
    case "folder":
      return { by: "folder", folder: needed(config.folder, "folder"), subfolders: config.subfolders };
    case "collection":
      return {
        by: "collection",
        collection: needed(await value(config.collection, config.collectionType), "collection id"),
      };
    case "search": {
      const conditions = [];
      for (const [index, row] of config.conditions.entries())
        conditions.push(await conditionOf(row, index + 1, zone, value));
      return { by: "search", keyword: config.keyword, conditions };
    }
  }
}

function needed(value: unknown, what: string): string {
  if ((typeof value === "string" || typeof value === "number") && value !== "") return String(value);
  throw new LifecycleError("INVALID_INPUT", `The ${what} is missing.`);
}

/** One id, a list, or text with ids by comma, blank or line. */
function idsIn(value: unknown): string[] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  const ids = given.flatMap((one) =>
    typeof one === "string" || typeof one === "number" ? String(one).split(/[\s,;]+/) : [],
  );
  const wanted = [...new Set(ids.filter((id) => id !== ""))];
  if (wanted.length === 0)
    throw new LifecycleError("INVALID_INPUT", "The message names no asset ids: a text or a list of texts is expected.");
  return wanted;
}

async function conditionOf(row: ConditionRow, number: number, zone: string, value: Value) {
  const condition = { fieldId: row.field, operator: row.operator };
  const wrong = (why: string): LifecycleError =>
    new LifecycleError("INVALID_INPUT", `Search condition ${number} (${row.field}): ${why}.`, {
      details: { row: number },
    });
  if (row.field === "") throw wrong("the field is missing");
  if (row.operator === "is-empty" || row.operator === "is-not-empty") return { ...condition, value: null };
  const given = await value(row.value, row.valueType);
  const isText = typeof given === "string" || typeof given === "number" || typeof given === "boolean";
  if (!isText || given === "") throw wrong("the value is missing");
  const text = String(given);
  if (row.operator.startsWith("number")) {
    if (Number.isNaN(Number(text))) throw wrong(`"${text}" is no number`);
    return { ...condition, value: Number(text) };
  }
  if (row.operator.startsWith("date")) {
    const day = dayIn(text, zone);
    if (day === undefined) throw wrong(`"${text}" is no date`);
    return { ...condition, value: day };
  }
  return { ...condition, value: text };
}
