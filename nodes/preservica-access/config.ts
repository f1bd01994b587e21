import { choiceIn, flagIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export const ACCESS_MODES = ["link", "reference"] as const;
/** `link`: a signed address for a person; `reference`: a content reference for the nodes that follow. */
export type AccessMode = (typeof ACCESS_MODES)[number];

export interface PreservicaAccessConfig {
  name: string;
  store: string;
  connection: string;
  mode: AccessMode;
  /** Minutes for which a link is good. */
  minutes: number;
  oneTime: boolean;
  /** Saved under its name instead of shown. */
  download: boolean;
  /** Address under which people reach this Node-RED, without its httpNodeRoot. */
  publicUrl: string;
  /** Tags under which the access copy may be given out. */
  tags: string;
  refuseHeld: boolean;
  identifierAsset: string;
  identifierOriginal: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaAccessConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    mode: choiceIn(stored, "mode", ACCESS_MODES, "link"),
    minutes: numberIn(stored, "minutes", 60),
    oneTime: flagIn(stored, "oneTime", false),
    download: flagIn(stored, "download", false),
    publicUrl: textIn(stored, "publicUrl"),
    tags: textIn(stored, "tags", "open, internal"),
    refuseHeld: flagIn(stored, "refuseHeld", true),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
  };
}
