import { reasonsAgainst, type AccessRules } from "../../lib/access/index.js";
import type { ContentRef } from "../../lib/messages/asset.js";
import type { Entity, PreservicaClient } from "../../lib/preservica/index.js";
import { accessContent, embargoOf } from "../../lib/preservica/index.js";

/** An access copy that may be given out now, or why not. */
export interface Looked {
  title: string;
  files: ContentRef[];
  reasons: string[];
}

/** Asks the archive now. Only access representations are walked: nothing here can lead to a master (RECORDS rule 5). */
export async function lookAt(client: PreservicaClient, ref: string, rules: AccessRules): Promise<Looked> {
  const entity = await client.findAsset(ref);
  if (entity === undefined) return { title: ref, files: [], reasons: ["the archive does not know it"] };
  if (entity.deleted) return { title: entity.title, files: [], reasons: ["the asset was destroyed in the archive"] };
  const [files, embargoUntil, holds] = await Promise.all([
    accessContent(client, ref),
    embargoOf(client, entity),
    heldState(client, entity, rules),
  ]);
  const facts = {
    deleted: false,
    tag: entity.securityTag,
    ...(embargoUntil === undefined ? {} : { embargoUntil }),
    holds,
    accessFiles: files.length,
  };
  return { title: entity.title, files, reasons: reasonsAgainst(facts, rules, new Date()) };
}

async function heldState(
  client: PreservicaClient,
  { ref, title }: Entity,
  rules: AccessRules,
): Promise<"clear" | "held" | "unknown"> {
  if (!rules.refuseHeld) return "clear";
  const ids = { preservica: { connection: client.connection, ref } };
  const asked = {
    key: `preservica:${client.connection}:${ref}`,
    version: "1",
    name: title,
    ids,
    fields: {},
    content: [],
  };
  return (await client.holds(asked)).state;
}
