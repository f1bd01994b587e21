import { numberIn, type Stored, textIn } from "../shared/configuration.js";

/** What the form of a Preservica connection stores (secrets are credentials and not in here). */
export interface PreservicaConnectionConfig {
  name: string;
  /** Connection key: part of every content reference and of deterministic references. */
  key: string;
  url: string;
  /** Tenant code, e.g. `TEN`. */
  tenant: string;
  /** IANA zone in which retention dates are calendar days. */
  zone: string;
  /** PEM text, or path of a PEM file on the Node-RED machine. */
  ca: string;
  proxy: string;
  idleSeconds: number;
  concurrency: number;
  /** Calls a second; 0 = no cap. */
  rate: number;
  /** JSON of the assumptions that differ from the defaults. */
  assumptions: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaConnectionConfig {
  return {
    name: textIn(stored, "name"),
    key: textIn(stored, "key"),
    url: textIn(stored, "url"),
    tenant: textIn(stored, "tenant"),
    zone: textIn(stored, "zone", "UTC"),
    ca: textIn(stored, "ca"),
    proxy: textIn(stored, "proxy"),
    idleSeconds: numberIn(stored, "idleSeconds", 60),
    concurrency: numberIn(stored, "concurrency", 4),
    rate: numberIn(stored, "rate", 20),
    assumptions: textIn(stored, "assumptions", "{}"),
  };
}
