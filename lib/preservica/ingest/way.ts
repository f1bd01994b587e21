import type { IngestDeps, IngestSettings } from "./job.js";
import { opexWay } from "./opex-way.js";
import type { IngestWay } from "./way-port.js";
import { xipWay } from "./xip-way.js";

/** A job that was taken in before there was a choice names no way: it goes as a XIP package. */
export function wayOf(settings: Pick<IngestSettings, "way" | "identifiers">, deps: IngestDeps): IngestWay {
  return settings.way === "opex" ? opexWay(deps, settings) : xipWay(deps);
}
