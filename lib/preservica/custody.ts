import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { Custody, CustodyState, KeptFile, StatedRetention } from "../systems/disposal.js";
import type { PreservicaAssumptions } from "./assumptions.js";
import type { Entities } from "./entities.js";
import type { Representations } from "./representations.js";
import type { Retention } from "./retention.js";
import { policyFacts } from "./status/retention.js";
import type { Bitstream } from "./types.js";

/** Type of the representation that holds the masters. */
const MASTER = "Preservation";

interface Archive {
  readonly connection: string;
  readonly assumptions: PreservicaAssumptions;
  readonly entities: Pick<Entities, "find">;
  readonly representations: Pick<Representations, "bitstreamsOf">;
  readonly retention: Retention;
}

/** Reads what Preservica keeps of an asset and what governs it, now; only a policy's end is counted on from its start. */
export function custodyOf(archive: Archive): Custody {
  return {
    async look({ name, ids, joined }): Promise<CustodyState> {
      const id = ids.preservica;
      if (id === undefined || id.connection !== archive.connection) {
        throw new LifecycleError("INVALID_INPUT", `"${name}" carries no reference of "${archive.connection}".`, {
          system: "preservica",
        });
      }
      try {
        return await lookAt(archive, id, name, joined !== undefined);
      } catch (thrown) {
        // Deleted between two questions: the next look sees the tombstone.
        if (asLifecycleError(thrown).code === "NOT_FOUND") return await lookAt(archive, id, name, joined !== undefined);
        throw thrown;
      }
    },
  };
}

async function lookAt(
  archive: Archive,
  id: { ref: string; since?: string },
  name: string,
  whole: boolean,
): Promise<CustodyState> {
  const at = new Date().toISOString();
  const entity = await archive.entities.find("IO", id.ref);
  if (entity === undefined || entity.deleted) {
    const title = entity?.title ?? name;
    return { at, state: "gone", id: id.ref, title, securityTag: "", files: [], retention: [] };
  }
  const [bitstreams, retention] = await Promise.all([
    archive.representations.bitstreamsOf(id.ref, whole ? undefined : MASTER),
    stated(archive, id.ref),
  ]);
  const kept = bitstreams.filter(({ active }) => active);
  return {
    at,
    state: "kept",
    id: id.ref,
    title: entity.title,
    securityTag: entity.securityTag,
    ...(id.since === undefined ? {} : { since: id.since }),
    files: kept.filter(({ representation }) => representation.type === MASTER).map(fileOf),
    ...(whole ? { others: kept.filter(({ representation }) => representation.type !== MASTER).map(fileOf) } : {}),
    retention,
  };
}

function fileOf({ filename, size, fixity }: Bitstream): KeptFile {
  return { name: filename, size, fixity };
}

/** @throws LifecycleError UPSTREAM and others: a policy that cannot be read must not look like none */
async function stated({ retention, assumptions }: Archive, ref: string): Promise<StatedRetention[]> {
  const found: StatedRetention[] = [];
  for (const assignment of await retention.assignments(ref)) {
    const policy = await retention.policy(assignment.policy).catch((thrown: unknown) => {
      throw asLifecycleError(thrown);
    });
    if (policy.name.startsWith(assumptions.holdPolicyPrefix)) continue;
    const { name, start, until, expired, permanent } = policyFacts(assignment, policy);
    found.push({
      policy: name,
      ref: policy.ref,
      ...(policy.period === undefined ? {} : { period: `${policy.period} ${policy.periodUnit ?? ""}`.trim() }),
      ...(start === undefined ? {} : { start }),
      ...(until === undefined ? {} : { until }),
      expired,
      permanent,
      fromIngest: assumptions.ingestClockFields.includes(policy.startDateField ?? ""),
    });
  }
  return found;
}
