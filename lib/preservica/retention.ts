import { attribute, children, child, descendants, textOf } from "../http/index.js";
import { uuid, type Gateway } from "./gateway.js";
import { lastSegment, readAssignments, readPolicy } from "./read.js";
import type { LegalHold, RetentionAssignment, RetentionPolicy } from "./types.js";

/** This namespace stays at v6.2 on all later servers (fact sheet 0.2). */
const RETENTION_NAMESPACE = "http://preservica.com/RetentionManagement/v6.2";

/** Policies, assignments and legal holds (fact sheet 5). */
export class Retention {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Names and references of all policies. */
  policyNames(): AsyncGenerator<{ ref: string; name: string }> {
    const query = { start: 0, max: this.#gateway.assumptions.pageSize };
    return this.#gateway.pages(this.#gateway.entity("retention-policies"), query, (root) =>
      children(child(root, "RetentionPolicies"), "RetentionPolicy").map((node) => ({
        ref: attribute(node, "ref") ?? lastSegment(textOf(node) ?? ""),
        name: attribute(node, "name") ?? "",
      })),
    );
  }

  async policy(ref: string): Promise<RetentionPolicy> {
    return readPolicy(
      await this.#gateway.xml({ method: "GET", path: this.#gateway.entity("retention-policies", uuid(ref)) }),
    );
  }

  /** @returns undefined when no policy has exactly that name */
  async policyByName(name: string): Promise<RetentionPolicy | undefined> {
    for await (const policy of this.policyNames()) if (policy.name === name) return await this.policy(policy.ref);
    return undefined;
  }

  /** Policies on an asset, with the start date that the server computed. */
  async assignments(asset: string): Promise<RetentionAssignment[]> {
    const path = this.#gateway.entity("information-objects", uuid(asset), "retention-assignments");
    return readAssignments(await this.#gateway.xml({ method: "GET", path }));
  }

  /** Puts a policy on an asset; a second time makes a second assignment, so look first. */
  async assign(asset: string, policy: string): Promise<void> {
    const path = this.#gateway.entity("information-objects", uuid(asset), "retention-assignments");
    const xml = `<RetentionAssignment xmlns="${RETENTION_NAMESPACE}"><RetentionPolicy>${uuid(policy)}</RetentionPolicy></RetentionAssignment>`;
    await this.#gateway.send({ method: "POST", path, xml });
  }

  /** References of the legal holds on an asset. Servers from 9.1 on; the call has no versioned path before that. */
  async holdRefs(asset: string): Promise<string[]> {
    const path = `/api/entity/information-objects/${uuid(asset)}/legal-holds`;
    const refs: string[] = [];
    for await (const ref of this.#gateway.pages(path, {}, (root) =>
      descendants(root, "LegalHoldAssignment").map((node) => textOf(node, "LegalHold") ?? ""),
    )) {
      refs.push(ref);
    }
    return refs;
  }

  /** All legal holds of the tenant. */
  legalHolds(): AsyncGenerator<LegalHold> {
    return this.#gateway.pages(
      "/api/entity/legal-holds",
      { start: 0, max: this.#gateway.assumptions.pageSize, expand: true },
      (root) =>
        descendants(root, "LegalHold").map((node) => ({
          ref: textOf(node, "Ref") ?? "",
          name: textOf(node, "Name") ?? "",
          description: textOf(node, "Description") ?? "",
        })),
    );
  }
}
