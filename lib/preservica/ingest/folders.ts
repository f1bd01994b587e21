import type { LifecycleAsset } from "../../messages/asset.js";
import { checkFragment } from "../fragment.js";
import type { FolderDescription } from "../folder-records.js";
import { invalid } from "./invalid.js";
import type { IngestDeps } from "./job.js";
import { entityValues } from "./entity-values.js";

/** Description of a folder of the asset's path: 1 its own folder, 2 the one above it. */
export interface FolderRecord extends FolderDescription {
  level: number;
}

/** What the mapping says of the folders above an asset: identifiers (`Folder/<level>/<type>`) and documents. */
export function folderRecordsOf(asset: LifecycleAsset, values: ReadonlyMap<string, string[]>): FolderRecord[] {
  const identifiers = [...values].flatMap(([field, all]) => {
    const [, level, type] = /^Folder\/(\d+)\/(.+)$/s.exec(field) ?? [];
    if (level === undefined || type === undefined) return [];
    return all
      .filter((value) => value.trim() !== "")
      .map((value) => ({ level: Number(level), type, value: value.trim() }));
  });
  const documents = Object.values(asset.metadata ?? {}).flatMap((entry) => {
    if (entry.folder === undefined || entry.xml === undefined) return [];
    const schema = entry.schema ?? checkFragment(entry.xml, entry.kind).namespace;
    return [{ level: entry.folder, schema, xml: entry.xml }];
  });
  const levels = [...new Set([...identifiers, ...documents].map(({ level }) => level))].sort((one, two) => one - two);
  return levels.map((level) => ({
    level,
    identifiers: identifiers.filter((one) => one.level === level).map(({ type, value }) => ({ type, value })),
    documents: documents.filter((one) => one.level === level).map(({ schema, xml }) => ({ schema, xml })),
  }));
}

/** @throws LifecycleError INVALID_INPUT for a level that the path does not have, and for facts that are known too late */
export function checkFolderRecords(records: readonly FolderRecord[], path: readonly string[]): void {
  for (const { level, identifiers, documents } of records) {
    if (level < 1 || level > path.length) {
      throw invalid(
        `The mapping describes folder ${level}, counted from the asset up, but its path has ${path.length} folders.`,
      );
    }
    const texts = [...identifiers.map(({ value }) => value), ...documents.map(({ xml }) => xml)];
    if (texts.some((text) => text.includes("urn:clc:late:")))
      throw invalid("A folder is described before its assets are packed, so its description can hold no late value.");
    for (const { schema, xml } of documents) checkFragment(xml, schema);
  }
}

/**
 * Describes the folders above the asset, each once, whatever else happens to it.
 *
 * @param folder reference of the asset's own folder
 * @returns differences that people should know of
 */
export async function describeFolders(asset: LifecycleAsset, folder: string, deps: IngestDeps): Promise<string[]> {
  const { preservica } = deps;
  const warnings: string[] = [];
  let at: { ref: string; level: number } = { ref: folder, level: 1 };
  for (const record of folderRecordsOf(asset, entityValues(asset))) {
    while (at.level < record.level) {
      const { parent } = await preservica.folder(at.ref);
      if (parent === undefined) throw invalid(`The folder ${at.ref} stands at the root: there is none above it.`);
      at = { ref: parent, level: at.level + 1 };
    }
    warnings.push(...(await preservica.folderRecords.describe(at.ref, record)));
  }
  return warnings;
}
