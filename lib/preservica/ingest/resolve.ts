import type { LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import { fillLate } from "../../messages/late.js";
import { expectedStartOf } from "../../messages/retention-terms.js";
import { checkFragment } from "../fragment.js";
import { splitPath } from "../folders.js";
import { assetReference } from "../references.js";
import type { XipFragment } from "../xip.js";
import { ENTITY_KIND, entityValues } from "./entity-values.js";
import { checkFolderRecords, folderRecordsOf } from "./folders.js";
import { xmlText } from "../xml-text.js";
import { planFiles } from "./files.js";
import { invalid } from "./invalid.js";
import type { IngestDeps, IngestSettings, PlannedFile, ResolvedAsset } from "./job.js";
import { checkFileSizes, standingClock } from "./limits.js";
import { checkPolicy, otherEnd } from "./retention.js";
import { LINKS_SCHEMA, linksFragment, wantedIdentifiers, wantedLinks } from "./wanted.js";

const DUBLIN_CORE = "http://www.openarchives.org/OAI/2.0/oai_dc/";

/**
 * Decides what is to be archived from the mapped message, without writing anything: entity properties, identifiers,
 * wanted links, files with sizes and safe names.
 *
 * @throws LifecycleError INVALID_INPUT naming everything that is missing at once; REFUSED for content that a person
 *   has to look at (empty files); NOT_CONFIGURED when a source's connection is not deployed
 */
export async function resolveAsset(
  asset: LifecycleAsset,
  settings: IngestSettings,
  deps: IngestDeps,
): Promise<ResolvedAsset> {
  const warnings: string[] = [];
  const values = entityValues(asset);
  const single = (field: string): string =>
    (values.get(field) ?? []).find((value) => value.trim() !== "")?.trim() ?? "";
  const identifiers = [...values]
    .filter(([field]) => field.startsWith("Identifier/"))
    .flatMap(([field, all]) =>
      all.filter((value) => value !== "").map((value) => ({ type: field.slice("Identifier/".length), value })),
    );
  const idOf = (type: string): string => identifiers.find((identifier) => identifier.type === type)?.value ?? "";
  const assetId = idOf(settings.identifiers.asset);
  const parents = values.get("Parent") ?? [];
  const folder = splitPath(parents.length > 1 ? parents : (parents[0] ?? settings.folder ?? ""));
  const masters = values.has("Representation/Preservation") || asset.content.some((ref) => ref.role === "preservation");
  needAll({
    Title: single("Title"),
    Parent: folder.join("/"),
    [`Identifier/${settings.identifiers.asset}`]: assetId,
    "content with the role preservation": masters ? "yes" : "",
  });
  if (assetId.includes("urn:clc:late:"))
    throw invalid(
      `The identifier ${settings.identifiers.asset} must be known before the upload; it holds a late value.`,
    );
  xmlText(single("Title"), "Title");
  xmlText(single("Description"), "Description");
  for (const identifier of identifiers) xmlText(identifier.value, `Identifier ${identifier.type}`);
  checkFolderRecords(folderRecordsOf(asset, values), folder);
  const files = await planFiles(asset, values, deps, warnings);
  checkFileSizes(files, deps);
  checkLate(asset, values, files);
  const wanted = wantedLinks(asset, values, settings);
  const originalId = idOf(settings.identifiers.original);
  const retentionStart = expectedStartOf(asset);
  const policyName = single("RetentionPolicy");
  const policy = policyName === "" ? null : await checkPolicy(policyName, retentionStart, deps);
  if (policy !== null) {
    const schemas = fragmentsOf(asset, { wanted }).map(({ schema }) => schema);
    const standing = await standingClock(policy, schemas, deps);
    if (standing !== undefined) warnings.push(standing);
    const end = otherEnd(policy, asset);
    if (end !== undefined) warnings.push(end);
  }
  return {
    ref: assetReference(assetId),
    title: single("Title"),
    description: single("Description") === "" ? null : single("Description"),
    securityTag: await securityTag(single("SecurityTag"), deps, warnings),
    folder,
    identifiers: unique([...identifiers, ...wantedIdentifiers(wanted)]),
    assetId,
    originalId: originalId === "" ? null : originalId,
    version: asset.version,
    wanted,
    files,
    customType: single("CustomType") === "" ? null : single("CustomType"),
    policy:
      policy === null ? null : { ref: policy.ref, name: policy.name, fromField: policy.startDateField !== undefined },
    retentionStart,
    warnings,
  };
}

/** The XML documents that go into the package, links included; late values are still open. */
export function fragmentsOf(asset: LifecycleAsset, resolved: Pick<ResolvedAsset, "wanted">): XipFragment[] {
  const mapped = Object.values(asset.metadata ?? {}).flatMap((entry): XipFragment[] => {
    if (entry.kind === ENTITY_KIND || entry.xml === undefined || entry.folder !== undefined) return [];
    const schema =
      entry.schema ?? (entry.kind === "dublin-core" ? DUBLIN_CORE : checkFragment(entry.xml, entry.kind).namespace);
    if (schema === "") throw invalid(`The mapped document of kind "${entry.kind}" has no schema.`);
    return [{ schema, xml: checkFragment(entry.xml, schema).xml }];
  });
  const links = resolved.wanted.length === 0 ? [] : [{ schema: LINKS_SCHEMA, xml: linksFragment(resolved.wanted) }];
  return [...mapped, ...links];
}

function needAll(fields: Record<string, string>): void {
  const missing = Object.entries(fields).flatMap(([field, value]) => (value === "" ? [field] : []));
  if (missing.length > 0) {
    throw invalid(
      `Preservica cannot take this asset: ${missing.join(", ")} missing; correct the mapping profile or the source's fields.`,
      { missing },
    );
  }
}

/** A tag that is missing or that the tenant does not know becomes `closed`: never wider than somebody decided. */
async function securityTag(wanted: string, deps: IngestDeps, warnings: string[]): Promise<string> {
  const { closedTag } = deps.preservica.assumptions;
  if (await deps.preservica.knowsSecurityTag(wanted)) return wanted;
  if (!(await deps.preservica.knowsSecurityTag(closedTag))) {
    throw new LifecycleError(
      "NOT_CONFIGURED",
      `Preservica knows neither the security tag "${wanted}" nor "${closedTag}"; an administrator must create it.`,
      { system: "preservica" },
    );
  }
  warnings.push(
    wanted === ""
      ? `no security tag was given, "${closedTag}" is used`
      : `the security tag "${wanted}" is unknown in Preservica, "${closedTag}" is used`,
  );
  return closedTag;
}

/** Every late value must have a file that it can come from. */
function checkLate(asset: LifecycleAsset, values: ReadonlyMap<string, string[]>, files: readonly PlannedFile[]): void {
  const facts = new Map(
    files.flatMap(
      ({ role }) =>
        [
          [`sha256:${role}`, "0"],
          [`size:${role}`, "0"],
        ] as const,
    ),
  );
  const texts = [...fragmentsOf(asset, { wanted: [] }).map((fragment) => fragment.xml), ...[...values.values()].flat()];
  const open = texts.flatMap((text) => fillLate(text, facts).open);
  if (open.length > 0) {
    throw invalid(
      `The metadata waits for facts that no content of this asset gives: ${[...new Set(open)].join(", ")}.`,
    );
  }
}

function unique(identifiers: { type: string; value: string }[]): { type: string; value: string }[] {
  const seen = new Set<string>();
  return identifiers.filter(({ type, value }) => !seen.has(`${type}\n${value}`) && seen.add(`${type}\n${value}`));
}
