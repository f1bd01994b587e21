import { choiceIn, type Stored, textIn } from "../shared/configuration.js";

export const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export const MODES = ["report", "timeline", "location", "counts", "head"] as const;
export type Mode = (typeof MODES)[number];

export const FORMATS = ["object", "json", "premis"] as const;
export type Format = (typeof FORMATS)[number];

export interface LifecycleQueryConfig {
  name: string;
  store: string;
  /** `report` all of an asset, `timeline` its events, `location` where it is, `counts` of a run, `head` of the chain. */
  mode: Mode;
  /** Id of the asset in any system, or its key. */
  asset: string;
  assetType: ValueType;
  run: string;
  runType: ValueType;
  /** How a timeline is given: as an object, as verifiable JSON text, as PREMIS 3 XML. */
  format: Format;
  /** IANA zone of the local times beside UTC; empty = the machine's. */
  zone: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): LifecycleQueryConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    mode: choiceIn(stored, "mode", MODES, "report"),
    asset: textIn(stored, "asset", "payload"),
    assetType: choiceIn(stored, "assetType", VALUE_TYPES, "msg"),
    run: textIn(stored, "run", "lifecycle.run"),
    runType: choiceIn(stored, "runType", VALUE_TYPES, "msg"),
    format: choiceIn(stored, "format", FORMATS, "object"),
    zone: textIn(stored, "zone"),
  };
}
