import { reasonsAgainst, type AccessRules } from "../../lib/access/index.js";
import type { ContentRef, LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { Entity, PreservicaClient } from "../../lib/preservica/index.js";
import {
  accessContent,
  embargoOf,
  findEntity,
  type FoundEntity,
  type IdentifierTypes,
} from "../../lib/preservica/index.js";

/** An access copy that may be given out now, or why not. */
export interface Looked {
  title: string;
  files: ContentRef[];
  reasons: string[];
}

const HIDDEN = "the connection's account may not read it, which counts as closed";

/** Where the asset is in the archive; what may not be read is as good as nowhere. */
export async function find(
  client: PreservicaClient,
  asset: LifecycleAsset,
  types: IdentifierTypes,
): Promise<FoundEntity> {
  return await unlessHidden(() => findEntity(client, asset, types), { found: false, why: HIDDEN, earlier: [] });
}

/** Asks the archive now. Only access representations are walked: nothing here can lead to a master (RECORDS rule 5). */
export async function lookAt(client: PreservicaClient, ref: string, rules: AccessRules): Promise<Looked> {
  return await unlessHidden(() => look(client, ref, rules), { title: ref, files: [], reasons: [HIDDEN] });
}

async function unlessHidden<T>(read: () => Promise<T>, hidden: T): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (isHidden(thrown)) return hidden;
    throw thrown;
  }
}

/** The archive denied this thing; a login that it refused says nothing of any asset. */
function isHidden(thrown: unknown): boolean {
  return (
    thrown instanceof LifecycleError &&
    thrown.code === "DENIED" &&
    thrown.status === 403 &&
    thrown.details?.["path"] !== undefined
  );
}

async function look(client: PreservicaClient, ref: string, rules: AccessRules): Promise<Looked> {
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
