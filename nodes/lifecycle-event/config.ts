import { choiceIn, flagIn, type Stored, textIn } from "../shared/configuration.js";

export const VALUE_TYPES = ["str", "num", "json", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export const OUTCOMES = ["success", "failure", "refused", "warning"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const BASES = ["witnessed", "reported", "inferred"] as const;
export type Basis = (typeof BASES)[number];

export interface LifecycleEventConfig {
  name: string;
  store: string;
  /** Which asset: an asset, an id of any system, or a key. */
  about: string;
  aboutType: ValueType;
  /** What happened. */
  event: string;
  eventType: ValueType;
  outcome: string;
  outcomeType: ValueType;
  detail: string;
  detailType: ValueType;
  /** When it happened; empty = now. */
  at: string;
  atType: ValueType;
  basis: Basis;
  /** System concerned, e.g. `preservica:archive`; empty = none. */
  system: string;
  /** The event states how things are: it is written only when the last one of its type on the asset says otherwise. */
  onlyChanges: boolean;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): LifecycleEventConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    about: textIn(stored, "about", "asset"),
    aboutType: choiceIn(stored, "aboutType", VALUE_TYPES, "msg"),
    event: textIn(stored, "event"),
    eventType: choiceIn(stored, "eventType", VALUE_TYPES, "str"),
    outcome: textIn(stored, "outcome", "success"),
    outcomeType: choiceIn(stored, "outcomeType", VALUE_TYPES, "str"),
    detail: textIn(stored, "detail", "{}"),
    detailType: choiceIn(stored, "detailType", VALUE_TYPES, "json"),
    at: textIn(stored, "at"),
    atType: choiceIn(stored, "atType", VALUE_TYPES, "str"),
    basis: choiceIn(stored, "basis", BASES, "reported"),
    system: textIn(stored, "system"),
    onlyChanges: flagIn(stored, "onlyChanges", false),
  };
}
