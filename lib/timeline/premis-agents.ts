import type { StoredEvent } from "../store/types.js";
import { element, type Markup } from "../xml/element.js";
import { isPerson } from "./premis-events.js";
import { AGENT_NAME, identifier, term } from "./premis-words.js";

/** Everybody and everything that acted, once each. */
export function agentElements(events: readonly StoredEvent[]): Markup[] {
  const agents = [...new Set(events.map(({ agent }) => agent))].filter((agent) => agent !== "");
  return agents.map((agent) => {
    const version = isPerson(agent) ? undefined : /(?:^|\s)v?(\d+\.\d+\.\d+[^\s)]*)/.exec(agent)?.[1];
    return element(
      "agent",
      {},
      identifier("agent", AGENT_NAME, agent),
      element("agentName", {}, agent.replace(/^user:/, "")),
      term("agentType", "agentType", isPerson(agent) ? "person" : "software"),
      version === undefined ? undefined : element("agentVersion", {}, version),
    );
  });
}
