import { safeNames } from "../../content/names.js";
import type { ContentRef, FixityAlgorithm, LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import { legalText } from "../xml-text.js";
import { invalid } from "./invalid.js";
import type { IngestDeps, PlannedFile } from "./job.js";

/** Folders inside the package, numbered by representation (fact sheet 2.3): `p1`, `a1`, `a2`. */
const LOCATIONS = { preservation: "p", access: "a" } as const;
/** What the only representation of a role is called. */
const NAMES = { preservation: "Preservation", access: "Access" } as const;

/**
 * The files of the package: those that the mapping names (`Representation/…`, by content id), else by their role.
 *
 * @throws LifecycleError REFUSED for empty content; INVALID_INPUT for content that is not on the message or has no size
 */
export async function planFiles(
  asset: LifecycleAsset,
  values: ReadonlyMap<string, string[]>,
  deps: IngestDeps,
  warnings: string[],
): Promise<PlannedFile[]> {
  const files: PlannedFile[] = [];
  for (const role of ["preservation", "access"] as const) {
    const places = chosen(asset, role, values);
    const names = safeNames(places.map(({ ref }) => ref.name));
    const representations = [...new Set(places.map(({ ref }) => ref.representation ?? NAMES[role]))];
    for (const [index, { ref, content }] of places.entries()) {
      const { size, expected } = await sourceFacts(ref, deps);
      if (size === 0 && role === "access") {
        warnings.push(`the access copy "${legalText(ref.name)}" is empty and left out`);
        continue;
      }
      if (size === 0) {
        throw new LifecycleError(
          "REFUSED",
          `The content "${legalText(ref.name)}" is empty (0 bytes); a person has to decide whether that is right.`,
          {
            system: ref.system,
            details: { content: ref.id },
          },
        );
      }
      if (role === "preservation" && Object.keys(expected).length === 0) {
        warnings.push(
          `the source states no digest of "${legalText(ref.name)}", so damage at the source would not be noticed`,
        );
      }
      const filename = names[index] ?? "file";
      const title = legalText(ref.name).trim();
      const representation = ref.representation ?? NAMES[role];
      files.push({
        content,
        role,
        representation,
        label: `${role}/${index}`,
        title: title === "" ? filename : title,
        filename,
        location: `${LOCATIONS[role]}${representations.indexOf(representation) + 1}`,
        size,
        expected,
        renamed: filename !== ref.name,
      });
    }
  }
  if (!files.some((file) => file.role === "access")) {
    warnings.push(
      "there is no access representation: access requests will be refused until one is added, because masters stay in",
    );
  }
  return files;
}

function chosen(
  asset: LifecycleAsset,
  role: PlannedFile["role"],
  values: ReadonlyMap<string, string[]>,
): { ref: ContentRef; content: number }[] {
  const named = values.get(role === "preservation" ? "Representation/Preservation" : "Representation/Access") ?? [];
  const unknown = named.filter((id) => !asset.content.some((ref) => ref.id === id));
  if (unknown.length > 0)
    throw invalid(`The mapping names content that the message does not carry: ${unknown.join(", ")}.`);
  return asset.content.flatMap((ref, content) =>
    (named.length > 0 ? named.includes(ref.id) : ref.role === role) ? [{ ref, content }] : [],
  );
}

/** Size and digests as the message carries them; the source is asked when it does not say the size. */
async function sourceFacts(ref: ContentRef, deps: IngestDeps): Promise<Pick<PlannedFile, "size" | "expected">> {
  let { size, fixity } = ref;
  if (size === undefined) {
    const stored = await deps.systems.get(ref.system, ref.connection).stored(ref);
    size = stored.size;
    fixity = [...fixity, ...stored.fixity];
  }
  if (size === undefined) {
    throw invalid(
      `The source does not say how large "${legalText(ref.name)}" is; that must be known before it is packed.`,
    );
  }
  const expected: Partial<Record<FixityAlgorithm, string>> = {};
  for (const entry of fixity) if (entry.by !== "flow") expected[entry.algorithm] ??= entry.value.toLowerCase();
  return { size, expected };
}
