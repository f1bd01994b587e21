import type { LifecycleAsset } from "../messages/asset.js";
import type { Approval, ApprovalSignature } from "../store/types.js";
import type { Decision } from "./decision.js";
import { copiesOn, type FrozenCopy, nameOf, policiesOn, textOf } from "./destroy-frozen.js";
import type { EndedCopy } from "./destroy-progress.js";
import type { AskedHold } from "./holds.js";
import { holdSection, type Paper, paperOf, type PaperSection, section } from "./papers.js";

const NOT_KNOWN = "not known";

export interface CertificateFacts {
  asset: LifecycleAsset;
  approval: Approval;
  /** ISO instant of the certificate. */
  at: string;
  /** As each place answered right before the last change there. */
  holds: readonly AskedHold[];
  ended: readonly EndedCopy[];
  /** Copies that are kept and are not on the list. */
  left: readonly string[];
  /** Links and copies that were given out, in words. */
  givenOut: readonly string[];
  zone: string;
  chainHead: string;
}

/** Certificate of destruction, with what SEED-DATA.md section 6 asks for. The frozen list tells the copies: they are gone. */
export function certificateOf(facts: CertificateFacts): Paper {
  const { asset, approval, at, holds, ended, left, zone, chainHead } = facts;
  const { list, digest, requester, approvals } = approval;
  const copies = copiesOn(list);
  return paperOf({
    kind: "certificate-of-destruction",
    asset,
    distinct: digest,
    at,
    zone,
    chainHead,
    sections: [
      recordSection(facts),
      {
        title: "Retention, as the governing system stated it",
        rows: policiesOn(list).map(({ policy = "", ref = "", period = "", start = "", expired = "" }) => ({
          name: policy,
          value: `${period === "" ? NOT_KNOWN : period}, counts from ${start === "" ? NOT_KNOWN : start}, expired: ${expired}${ref === "" ? "" : ` (${ref})`}`,
        })),
      },
      holdSection(holds),
      {
        title: "Approved by",
        rows: [
          ...(requester === undefined ? [] : [{ name: "Requested", value: signature(requester) }]),
          ...approvals.map((one, nth) => ({ name: `Approval ${nth + 1}`, value: signature(one) })),
          { name: "List approved (SHA-256)", value: digest },
        ],
      },
      {
        title: "Copies destroyed",
        rows: copies.map((copy) => {
          const how = ended.find((one) => nameOf(one.copy) === nameOf(copy))?.how;
          return { name: titleOf(copy), value: how === undefined ? "gone before" : wordsOfEnd(how) };
        }),
      },
      {
        title: "Copies not reached",
        rows: [
          ...left.map((copy) => `${copy}: came after people approved, is not on the list, and is kept`),
          ...new Set(ended.flatMap(({ how }) => how.notReached)),
          ...facts.givenOut,
          "Backups and caches, and what people fetched before, are not known to this software",
        ].map((value, nth) => ({ name: String(nth + 1), value })),
      },
      section("Metadata kept", {
        Archive: "tombstone with title and history, as long as the archive keeps it",
        "Lifecycle store": "events of the record, until a person erases them",
      }),
    ],
  });
}

/** What the record was. The software knows no schedule: its version is told where a system states one. */
function recordSection({ asset, approval: { list } }: CertificateFacts): PaperSection {
  const official = copiesOn(list).filter(({ role }) => role === "official");
  const { date_imported: first, date_last_updated: last } = asset.source ?? {};
  return section("Record", {
    "Record number": official.map(({ id }) => id).join(", ") || NOT_KNOWN,
    "Inclusive dates": first === undefined || last === undefined ? NOT_KNOWN : `${first} to ${last}, in the source`,
    "Class or series": textOf(list["class"]) ?? NOT_KNOWN,
    "Version of the schedule": NOT_KNOWN,
    Rule: textOf(list["rule"]) ?? NOT_KNOWN,
    Trigger: textOf(list["trigger"]) ?? NOT_KNOWN,
    "Kept from": textOf(list["start"]) ?? NOT_KNOWN,
    "Kept through": textOf(list["until"]) ?? NOT_KNOWN,
  });
}

function titleOf({ system, connection, id, version, role }: FrozenCopy): string {
  return `${system} ${connection} ${id}, version ${version === "" ? NOT_KNOWN : version} (${role})`;
}

function wordsOfEnd({ method, confirmed }: EndedCopy["how"]): string {
  return `${method}; confirmed ${confirmed}`;
}

export interface RefusalFacts {
  asset: LifecycleAsset;
  job: string;
  decision: Decision;
  holds: readonly AskedHold[];
  /** Copies that were destroyed before the reason came up, and cannot be taken back. */
  gone: readonly EndedCopy[];
  zone: string;
  chainHead: string;
}

export function refusalOf({ asset, job, decision, holds, gone, zone, chainHead }: RefusalFacts): Paper {
  return paperOf({
    kind: "refusal",
    asset,
    distinct: `${job}\n${decision.reasons.map(({ text }) => text).join("\n")}`,
    at: new Date().toISOString(),
    zone,
    chainHead,
    sections: [
      section("Asked for", { Act: "destruction of the record in every system" }),
      {
        title: "Refused because",
        rows: decision.reasons.map(({ code, text, decides }) => ({
          name: code,
          value: `${text} Decides: ${decides}.`,
        })),
      },
      {
        title: "Destroyed before, and not to be taken back",
        rows: gone.map(({ copy, how }) => ({ name: titleOf(copy), value: wordsOfEnd(how) })),
      },
      holdSection(holds),
    ],
  });
}

function signature({ agent, at, reason }: ApprovalSignature): string {
  return `${agent.replace("user:", "")}, ${at}: ${reason}`;
}
