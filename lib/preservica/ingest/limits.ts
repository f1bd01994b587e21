import { LifecycleError } from "../../messages/error.js";
import type { IngestDeps, PlannedFile } from "./job.js";

/**
 * Refuses a file that the archive cannot take, before a byte of it moves: whichever way it goes in, the limit of the
 * edition for one file stays (RECORDS rule 16).
 *
 * @throws LifecycleError REFUSED naming the file, its size and the limit
 */
export function checkFileSizes(files: readonly PlannedFile[], { preservica }: Pick<IngestDeps, "preservica">): void {
  const { maxFileBytes } = preservica.assumptions;
  const large = files.find(({ size }) => maxFileBytes > 0 && size > maxFileBytes);
  if (large === undefined) return;
  throw tooLarge(`The file "${large.title}"`, large.size, maxFileBytes, "maxFileBytes");
}

/** The same for the package that goes up in one piece. @throws LifecycleError REFUSED */
export function checkPackageSize(bytes: number, { preservica }: Pick<IngestDeps, "preservica">): void {
  const { maxPackageBytes } = preservica.assumptions;
  if (bytes > maxPackageBytes)
    throw tooLarge("The package with all files of the asset", bytes, maxPackageBytes, "maxPackageBytes");
}

function tooLarge(what: string, size: number, limit: number, setting: string): LifecycleError {
  return new LifecycleError(
    "REFUSED",
    `${what} has ${inWords(size)}; Preservica takes ${inWords(limit)} at most (${setting} of the connection's assumptions). A person has to decide how it gets in.`,
    { system: "preservica", details: { size, limit } },
  );
}

function inWords(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(2))} ${units[power] ?? ""}`;
}

/**
 * Will the clock of the asset's policy start? It counts from a field of the index; a tenant that does not have that
 * field, or an asset without a document of the schema that fills it, leaves it standing.
 *
 * @param schemas of the documents that the asset carries
 * @returns what stands against it, in words; undefined when nothing does or the archive does not tell
 */
export async function standingClock(
  policy: { name: string; startDateField?: string | undefined },
  schemas: readonly string[],
  { preservica }: Pick<IngestDeps, "preservica">,
): Promise<string | undefined> {
  const { startDateField } = policy;
  if (startDateField === undefined || startDateField.startsWith("xip.")) return undefined;
  const fields = await preservica.indexFields.list();
  if (fields === undefined) return undefined;
  const counts = `the retention policy "${policy.name}" counts from ${startDateField}`;
  const field = fields.find(({ key }) => key === startDateField);
  if (field === undefined)
    return `${counts}, which this tenant does not index: its clock will not start; have the index document loaded`;
  if (schemas.includes(field.schema)) return undefined;
  return `${counts}, which is read from ${field.schema}, and the asset carries no such document: its clock will not start`;
}
