import { choiceIn, flagIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export const ACTIONS = ["tag", "assign-policy", "unassign-policy", "hold-on", "hold-off", "move"] as const;
export type Action = (typeof ACTIONS)[number];
export const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** From most to least open; the order in which a tag counts as tightened. */
export const TAG_ORDER =
  "open, internal, rights-expired, restricted, embargo, culturally-sensitive, personal-data, closed";

export interface PreservicaGovernConfig {
  name: string;
  store: string;
  connection: string;
  action: Action;
  /** Tag, policy, matter or folder. */
  value: string;
  valueType: ValueType;
  tagOrder: string;
  replace: boolean;
  create: boolean;
  identifierAsset: string;
  identifierOriginal: string;
  queue: string;
  concurrency: number;
  attempts: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaGovernConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    action: choiceIn(stored, "action", ACTIONS, "tag"),
    value: textIn(stored, "value"),
    valueType: choiceIn(stored, "valueType", VALUE_TYPES, "str"),
    tagOrder: textIn(stored, "tagOrder", TAG_ORDER),
    replace: flagIn(stored, "replace", false),
    create: flagIn(stored, "create", false),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 2),
    attempts: numberIn(stored, "attempts", 5),
  };
}
