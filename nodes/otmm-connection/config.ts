import { choiceIn, numberIn, type Stored, textIn, wordsIn } from "../shared/configuration.js";

export const AUTH_METHODS = ["session", "digest", "oauth", "otds"] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];
export const HOLD_MODES = ["undeclared", "field", "none"] as const;
export type HoldMode = (typeof HOLD_MODES)[number];

/** What the form of an OTMM connection stores (secrets are credentials and not in here). */
export interface OtmmConnectionConfig {
  name: string;
  /** Connection key: part of every asset key. */
  key: string;
  url: string;
  auth: AuthMethod;
  otdsUrl: string;
  otdsResource: string;
  /** IANA zone in which this OTMM's dates are calendar days. */
  zone: string;
  /** `none` = an administrator declares that this OTMM holds nothing; `undeclared` counts as held. */
  holdMode: HoldMode;
  holdField: string;
  /** Value of the field that means "held". */
  holdValue: string;
  /** Field that lists the matters, for papers. */
  holdMatterField: string;
  /** PEM text, or path of a PEM file on the Node-RED machine. */
  ca: string;
  proxy: string;
  idleSeconds: number;
  concurrency: number;
  /** Calls a second; 0 = no cap. */
  rate: number;
  redirectHosts: string[];
  /** JSON of the assumptions that differ from the defaults. */
  assumptions: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): OtmmConnectionConfig {
  return {
    name: textIn(stored, "name"),
    key: textIn(stored, "key"),
    url: textIn(stored, "url"),
    auth: choiceIn(stored, "auth", AUTH_METHODS, "session"),
    otdsUrl: textIn(stored, "otdsUrl"),
    otdsResource: textIn(stored, "otdsResource"),
    zone: textIn(stored, "zone", "UTC"),
    holdMode: choiceIn(stored, "holdMode", HOLD_MODES, "undeclared"),
    holdField: textIn(stored, "holdField"),
    holdValue: textIn(stored, "holdValue", "Y"),
    holdMatterField: textIn(stored, "holdMatterField"),
    ca: textIn(stored, "ca"),
    proxy: textIn(stored, "proxy"),
    idleSeconds: numberIn(stored, "idleSeconds", 60),
    concurrency: numberIn(stored, "concurrency", 4),
    rate: numberIn(stored, "rate", 20),
    redirectHosts: wordsIn(stored, "redirectHosts"),
    assumptions: textIn(stored, "assumptions", "{}"),
  };
}
