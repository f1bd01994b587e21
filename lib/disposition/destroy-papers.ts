import type { LifecycleAsset } from "../messages/asset.js";
import type { Approval, ApprovalSignature, Json } from "../store/types.js";
import type { Destruction } from "../systems/disposal.js";
import type { Decision } from "./decision.js";
import type { AskedHold } from "./holds.js";
import type { PlaceCopies } from "./may-destroy.js";
import { holdSection, type Paper, paperOf, section } from "./papers.js";

export interface CertificateFacts {
  asset: LifecycleAsset;
  approval: Approval;
  /** As answered right before the act began. */
  holds: readonly AskedHold[];
  ended: (Extract<Destruction, { state: "gone" }> & { where: PlaceCopies })[];
  zone: string;
  chainHead: string;
}

/** Certificate of destruction, with what SEED-DATA.md section 6 asks for. The frozen list tells the copies: they are gone. */
export function certificateOf({ asset, approval, holds, ended, zone, chainHead }: CertificateFacts): Paper {
  const { list, digest, requester, approvals } = approval;
  const copies = objects(list["copies"]);
  return paperOf({
    kind: "certificate-of-destruction",
    asset,
    distinct: digest,
    at: new Date().toISOString(),
    zone,
    chainHead,
    sections: [
      section("Record", {
        "Reference in the archive": copies.find(({ role }) => role === "official")?.["id"],
        "Kept from": text(list["start"]),
        "Kept through": text(list["until"]),
        Rule: text(list["rule"]),
        Trigger: text(list["trigger"]),
      }),
      {
        title: "Retention, as the governing system stated it",
        rows: list["retention"] === undefined ? [] : retentionRows(list["retention"]),
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
        rows: copies.map(({ system = "", connection = "", id = "", version = "", role = "" }) => {
          const how = ended.find(({ where }) => where.system === system && where.connection === connection);
          return {
            name: `${system} ${connection} ${id}, version ${version} (${role})`,
            value: how === undefined ? "gone before" : `${how.method}; confirmed ${how.confirmed}`,
          };
        }),
      },
      {
        title: "Copies not reached",
        rows: [
          ...ended.flatMap(({ notReached }) => notReached),
          "Backups, caches and links that were given out are not known to this software",
        ].map((value, nth) => ({ name: String(nth + 1), value })),
      },
      section("Metadata kept", {
        Archive: "tombstone with title and history, as long as the archive keeps it",
        "Lifecycle store": "events of the record, until a person erases them",
      }),
    ],
  });
}

export interface RefusalFacts {
  asset: LifecycleAsset;
  job: string;
  decision: Decision;
  holds: readonly AskedHold[];
  zone: string;
  chainHead: string;
}

export function refusalOf({ asset, job, decision, holds, zone, chainHead }: RefusalFacts): Paper {
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
      holdSection(holds),
    ],
  });
}

function retentionRows(given: Json): { name: string; value: string }[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((one) => {
    if (one === null || typeof one !== "object" || Array.isArray(one)) return [];
    return objects(one["policies"]).map(({ policy = "", start = "", expired = "" }) => ({
      name: policy,
      value: `counts from ${start}, expired: ${expired}`,
    }));
  });
}

function objects(given: Json | undefined): Record<string, string>[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((one) =>
    one !== null && typeof one === "object" && !Array.isArray(one)
      ? [Object.fromEntries(Object.entries(one).map(([name, value]) => [name, text(value) ?? ""]))]
      : [],
  );
}

function text(value: Json | undefined): string | undefined {
  return value === null || value === undefined || typeof value === "object" ? undefined : String(value);
}

function signature({ agent, at, reason }: ApprovalSignature): string {
  return `${agent.replace("user:", "")}, ${at}: ${reason}`;
}
