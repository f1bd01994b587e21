import { descendants, textOf } from "../http/index.js";
import { LifecycleError } from "../messages/error.js";
import { collect, uuid, type Gateway } from "./gateway.js";
import type { Retention } from "./retention.js";
import { ENTITY_PATHS, type LegalHold } from "./types.js";
import { xmlText } from "./xml-text.js";

/** This namespace stays at v6.2 on all later servers (fact sheet 0.2). */
const RETENTION_NAMESPACE = "http://preservica.com/RetentionManagement/v6.2";

/**
 * What changes the governance of an entity: tag, place, policies, legal holds (fact sheet 3.8, 3.9, 5). Nothing here
 * decides whether a change may be made: see `govern/`.
 */
export class Governance {
  readonly #gateway: Gateway;
  readonly #retention: Retention;

  constructor(gateway: Gateway, retention: Retention) {
    this.#gateway = gateway;
    this.#retention = retention;
  }

  /** Starts a change of the security tag of an asset or folder, without what lies below. @returns progress token */
  setTag(type: "IO" | "SO", ref: string, tag: string): Promise<string> {
    return this.#start(`${ENTITY_PATHS[type]}/${uuid(ref)}/security-descriptor`, tag, { includeDescendants: false });
  }

  /** Starts a move into another folder. @returns progress token */
  move(type: "IO" | "SO", ref: string, folder: string): Promise<string> {
    return this.#start(`${ENTITY_PATHS[type]}/${uuid(ref)}/parent-ref`, uuid(folder));
  }

  /** Takes an assignment of a policy away; one that is gone already is no error. */
  async unassign(asset: string, assignment: string): Promise<void> {
    const path = this.#gateway.entity("information-objects", uuid(asset), "retention-assignments", apiId(assignment));
    await this.#gateway.send({ method: "DELETE", path, expect: "any", allow: [404] });
  }

  /** The legal hold of that name (servers from 9.1 on). @returns undefined when there is none */
  async holdByName(name: string): Promise<LegalHold | undefined> {
    return (await collect(this.#retention.legalHolds())).find((hold) => hold.name === name);
  }

  /** Makes a legal hold; needs the right to configure. @throws LifecycleError CONFLICT when the name is taken, DENIED */
  async createHold(name: string, description: string): Promise<LegalHold> {
    const xml =
      `<LegalHold xmlns="${await this.#gateway.xipNamespace()}"><Name>${xmlText(name, "Name of the hold")}</Name>` +
      `<Description>${xmlText(description, "Description of the hold")}</Description></LegalHold>`;
    const made = descendants(
      await this.#gateway.xml({ method: "POST", path: "/api/entity/legal-holds", xml }),
      "Ref",
    )[0];
    return { ref: uuid(textOf(made) ?? ""), name, description };
  }

  /** Puts a hold on an asset. @throws LifecycleError CONFLICT when it is on already */
  async putHold(asset: string, hold: string): Promise<void> {
    const xml = `<LegalHoldAssignmentRequest xmlns="${await this.#gateway.xipNamespace()}"><LegalHoldRef>${uuid(hold)}</LegalHoldRef></LegalHoldAssignmentRequest>`;
    await this.#gateway.send({
      method: "POST",
      path: `/api/entity/information-objects/${uuid(asset)}/legal-holds`,
      xml,
    });
  }

  /** Takes one hold off an asset; others stay. */
  async liftHold(asset: string, hold: string): Promise<void> {
    const path = `/api/entity/information-objects/${uuid(asset)}/legal-holds/${uuid(hold)}`;
    await this.#gateway.send({ method: "DELETE", path, expect: "any", allow: [404] });
  }

  /** Makes the policy that stands for a legal hold on servers without holds: no period, deletion restricted. */
  async createHoldPolicy(matter: string): Promise<void> {
    const { holdPolicyPrefix, holdPolicyRestriction, closedTag } = this.#gateway.assumptions;
    const xml =
      `<RetentionPolicy xmlns="${RETENTION_NAMESPACE}"><Name>${xmlText(`${holdPolicyPrefix}${matter}`, "Name of the policy")}</Name>` +
      `<Description>Legal hold: ${xmlText(matter, "Matter")}</Description><SecurityTag>${xmlText(closedTag, "SecurityTag")}</SecurityTag>` +
      `<Restriction>${xmlText(holdPolicyRestriction, "Restriction")}</Restriction><Assignable>true</Assignable></RetentionPolicy>`;
    await this.#gateway.send({ method: "POST", path: this.#gateway.entity("retention-policies"), xml });
  }

  async #start(path: string, text: string, query: Record<string, boolean> = {}): Promise<string> {
    const answer = await this.#gateway.send({
      method: "PUT",
      path: this.#gateway.entity(path),
      query,
      body: text,
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
      expect: "any",
    });
    return token(answer.text());
  }
}

/** Long-running calls answer with a bare token (fact sheet 0.3). */
export function token(answer: string): string {
  const text = answer.trim();
  if (!/^[0-9a-f-]{36}$/i.test(text)) {
    throw new LifecycleError("UPSTREAM", "Preservica started a task but did not say its progress token.", {
      system: "preservica",
    });
  }
  return text;
}

/** Ids of assignments are hex; anything else does not belong in a path. */
function apiId(id: string): string {
  if (!/^[0-9a-zA-Z-]{1,64}$/.test(id)) {
    throw new LifecycleError("INVALID_INPUT", `"${id.slice(0, 80)}" is no id of a retention assignment.`, {
      system: "preservica",
    });
  }
  return id;
}
