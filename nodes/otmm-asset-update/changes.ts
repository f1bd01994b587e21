import type { Node, NodeAPI } from "node-red";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { MappingResult } from "../../lib/mapping/index.js";
import { contextOf, typedValue } from "../shared/context.js";
import { profileOf } from "../shared/profile.js";
import { zoneOf } from "../shared/zone.js";
import type { MetadataChangesConfig } from "./config.js";

/** New values by field id, plain JSON, resolved when the message is taken in: a repetition writes the same. */
export type Changes = { [field: string]: NewValue };
type NewValue = null | NewItem | NewItem[];
type NewItem = string | number | { value: string | number; display?: string };

/** Where changes come from. */
type ChangeConfig = Pick<MetadataChangesConfig, "source" | "profile" | "rows">;

/**
 * The changes for one asset, from the profile or from the rows of the form.
 *
 * @throws LifecycleError NOT_CONFIGURED (profile), INVALID_INPUT (an asset that the profile rejects, by row)
 */
export async function changesFor(
  RED: NodeAPI,
  node: Node,
  config: ChangeConfig,
  msg: LifecycleMessage & { asset: LifecycleAsset },
): Promise<Changes> {
  const changes =
    config.source === "profile"
      ? await mappedChanges(RED, node, config, msg)
      : await rowChanges(RED, node, config, msg);
  if (Object.keys(changes).length === 0) {
    throw new LifecycleError(
      "NOT_CONFIGURED",
      "The node names no field to change: choose a profile with a target of OTMM fields, or add rows.",
    );
  }
  return changes;
}

async function mappedChanges(
  RED: NodeAPI,
  node: Node,
  config: ChangeConfig,
  msg: LifecycleMessage & { asset: LifecycleAsset },
): Promise<Changes> {
  const holder = profileOf(RED, config.profile);
  const mapping = holder.mapping();
  holder.keepSample(msg.asset);
  const zone = zoneOf(msg.asset);
  const input = {
    asset: msg.asset,
    msg,
    now: new Date().toISOString(),
    ...(msg.lifecycle === undefined ? {} : { run: msg.lifecycle.run }),
    ...(zone === undefined ? {} : { zone }),
  };
  const result = await mapping.applyAsync(input, contextOf(RED, node));
  if (!result.ok) throw rejected(result);
  const changes: Changes = {};
  for (const made of Object.values(result.metadata)) {
    if (made.kind !== "otmm-fields") continue;
    Object.assign(changes, made.values);
    for (const field of made.cleared ?? []) changes[field] = null;
  }
  return changes;
}

function rejected({ problems }: MappingResult): LifecycleError {
  const errors = problems.filter(({ level }) => level === "error");
  const named = errors.slice(0, 3).map(({ row, message }) => `row ${row}: ${message}`);
  return new LifecycleError("INVALID_INPUT", `The profile rejects the asset. ${named.join("; ")}`, {
    details: { problems: errors },
  });
}

async function rowChanges(RED: NodeAPI, node: Node, config: ChangeConfig, msg: LifecycleMessage): Promise<Changes> {
  const changes: Changes = {};
  for (const [index, row] of config.rows.entries()) {
    const value = await typedValue(RED, node, row.value, row.valueType, { _msgid: "", ...msg });
    changes[row.field] = newValue(value, index + 1, row.field);
  }
  return changes;
}

/** What a person may give as a new value: nothing, a text, a number, a value with its display text, or a list of these. */
function newValue(value: unknown, row: number, field: string): NewValue {
  if (value === undefined || value === null || value === "") return null;
  const items = Array.isArray(value) ? value.map(newItem) : [newItem(value)];
  const good = items.filter((item) => item !== undefined);
  if (good.length < items.length) {
    throw new LifecycleError(
      "INVALID_INPUT",
      `Row ${row} (${field}): the value must be a text, a number, { value, display } or a list of these.`,
    );
  }
  const [only] = good;
  return Array.isArray(value) ? good : (only ?? null);
}

function newItem(value: unknown): NewItem | undefined {
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null || !("value" in value)) return undefined;
  if (typeof value.value !== "string" && typeof value.value !== "number") return undefined;
  return "display" in value && typeof value.display === "string"
    ? { value: value.value, display: value.display }
    : { value: value.value };
}
