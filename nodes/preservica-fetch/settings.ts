import type { Node, NodeAPI } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { isUuid, type PreservicaClient } from "../../lib/preservica/index.js";
import { typedValue } from "../shared/context.js";
import type { PreservicaFetchConfig, ValueType } from "./config.js";

/** What a run looks for, resolved once when it starts; plain JSON, kept with the run. */
export type FetchSettings = {
  from:
    | { by: "references"; refs: string[] }
    | { by: "identifiers"; type: string; values: string[] }
    | { by: "search"; text: string; fields: { [field: string]: string[] }; within: string | null }
    | { by: "folder"; folder: string; subfolders: boolean };
};

type Value = (text: string, type: ValueType) => Promise<unknown>;

/** @throws LifecycleError INVALID_INPUT naming what is missing, NOT_FOUND for a folder path that is not there */
export async function settingsOf(
  RED: NodeAPI,
  node: Node,
  config: PreservicaFetchConfig,
  client: PreservicaClient,
  msg: LifecycleMessage,
): Promise<FetchSettings> {
  const value: Value = (text, type) => typedValue(RED, node, text, type, { _msgid: "", ...msg });
  switch (config.mode) {
    case "references":
      return { from: { by: "references", refs: wordsOf(await value(config.ids, config.idsType), /[\s,;]+/) } };
    case "identifiers": {
      if (config.identifierType === "") throw missing("identifier type");
      const values = wordsOf(await value(config.ids, config.idsType), /[,;\n]+/);
      return { from: { by: "identifiers", type: config.identifierType, values } };
    }
    case "folder": {
      const folder = await folderOf(client, await value(config.folder, config.folderType));
      if (folder === null) throw missing("folder");
      return { from: { by: "folder", folder, subfolders: config.subfolders } };
    }
    case "search": {
      const fields: { [field: string]: string[] } = {};
      for (const [index, row] of config.conditions.entries()) {
        if (row.field === "") throw missing(`field of condition ${index + 1}`);
        fields[row.field] = wordsOf(await value(row.value, row.valueType), /,/);
      }
      const within = await folderOf(client, await value(config.folder, config.folderType));
      return { from: { by: "search", text: config.text || "%", fields, within } };
    }
  }
}

function missing(what: string): LifecycleError {
  return new LifecycleError("INVALID_INPUT", `The ${what} is missing.`, { system: "preservica" });
}

/** One value, a list, or text with several, each once. */
function wordsOf(given: unknown, between: RegExp): string[] {
  const all: unknown[] = Array.isArray(given) ? given : [given];
  const words = all.flatMap((one) =>
    typeof one === "string" || typeof one === "number"
      ? String(one)
          .split(between)
          .map((word) => word.trim())
      : [],
  );
  const wanted = [...new Set(words.filter((word) => word !== ""))];
  if (wanted.length === 0) throw missing("value (a text or a list of texts)");
  return wanted;
}

/** A reference as it is; a path is looked up. */
async function folderOf(client: PreservicaClient, given: unknown): Promise<string | null> {
  if (typeof given !== "string" || given.trim() === "") return null;
  const text = given.trim();
  if (isUuid(text)) return text.toLowerCase();
  const found = await client.findFolderPath(text);
  if (found.ref !== undefined && found.missing.length === 0) return found.ref;
  throw new LifecycleError(
    "NOT_FOUND",
    `Preservica has no folder "${text}": "${found.missing.join(" / ")}" is missing.`,
    {
      system: "preservica",
    },
  );
}
