import type { SandboxContext, SandboxState } from "../../kernel/types.js";
import type { Asset, LegalHold, RetentionAssignment, RetentionPolicy } from "../model.js";

interface GovernanceState {
  policies: Record<string, RetentionPolicy>;
  holds: Record<string, LegalHold>;
}

/** Retention policies and legal holds of the tenant, and what they say about an asset. */
export class Governance {
  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<GovernanceState>,
  ) {}

  static async open(context: SandboxContext): Promise<Governance> {
    return new Governance(
      context,
      await context.state<GovernanceState>("governance", () => ({ policies: {}, holds: {} })),
    );
  }

  policies(): RetentionPolicy[] {
    return Object.values(this.state.value.policies);
  }

  policy(ref: string): RetentionPolicy | undefined {
    return Object.hasOwn(this.state.value.policies, ref) ? this.state.value.policies[ref] : undefined;
  }

  async putPolicy(policy: RetentionPolicy): Promise<void> {
    await this.state.update((value) => (value.policies[policy.ref] = policy));
  }

  async removePolicy(ref: string): Promise<void> {
    await this.state.update((value) => delete value.policies[ref]);
  }

  holds(): LegalHold[] {
    return Object.values(this.state.value.holds);
  }

  hold(ref: string): LegalHold | undefined {
    return Object.hasOwn(this.state.value.holds, ref) ? this.state.value.holds[ref] : undefined;
  }

  async putHold(hold: LegalHold): Promise<void> {
    await this.state.update((value) => (value.holds[hold.ref] = hold));
  }

  async removeHold(ref: string): Promise<void> {
    await this.state.update((value) => delete value.holds[ref]);
  }

  /**
   * Start and expiry of an assignment. The start comes from the index field that the policy names, so it is absent
   * until the asset is indexed or when the field is empty; without a period nothing ever expires.
   *
   * @param indexed value of an index field of the asset
   */
  clockOf(
    assignment: RetentionAssignment,
    indexed: (field: string) => string | undefined,
  ): { start?: Date; expired: boolean } {
    const policy = this.policy(assignment.policy);
    const raw = policy?.startDateField === undefined ? undefined : indexed(policy.startDateField);
    const start = raw === undefined ? undefined : new Date(raw);
    if (!policy || !start || Number.isNaN(start.getTime())) return { expired: false };
    if (policy.period === undefined) return { start, expired: false };
    return { start, expired: addPeriod(start, policy.period, policy.periodUnit ?? "YEAR") < this.context.clock.now() };
  }

  /**
   * Why an asset must not be deleted; empty when nothing stands against it.
   * A hold blocks always; a policy with restriction DELETE until it has expired.
   */
  deletionBlocks(asset: Asset, indexed: (field: string) => string | undefined): string[] {
    const holds = asset.holds.map(
      (assignment) => `legal hold "${this.hold(assignment.hold)?.name ?? assignment.hold}"`,
    );
    const policies = asset.retention
      .filter(
        (assignment) =>
          this.policy(assignment.policy)?.restriction === "DELETE" && !this.clockOf(assignment, indexed).expired,
      )
      .map((assignment) => `retention policy "${this.policy(assignment.policy)?.name ?? assignment.policy}"`);
    return [
      ...holds,
      ...policies,
      ...asset.restrictions.filter((type) => type === "DELETE").map(() => "restriction DELETE"),
    ];
  }
}

/** Adds a period in UTC; a day that does not exist becomes the next one. */
export function addPeriod(start: Date, amount: number, unit: string): Date {
  const end = new Date(start);
  if (unit === "DAY") end.setUTCDate(end.getUTCDate() + amount);
  else if (unit === "MONTH") moveMonths(end, amount);
  else moveMonths(end, amount * 12);
  return end;
}

function moveMonths(date: Date, months: number): void {
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  if (day > last) date.setUTCMonth(date.getUTCMonth() + 1, 1);
  else date.setUTCDate(day);
}
