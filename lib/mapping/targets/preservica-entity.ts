import { flowOf, listOf, type Scope } from "../engine/scope.js";
import type { TargetFieldDeclaration, TargetFieldDescription } from "../types.js";
import { ASSUMED } from "./assumptions.js";
import { collector } from "./collect.js";
import type { PlacedRow, TargetModule } from "./types.js";
import { isIllegal, isSuspect } from "./xml.js";

const FIELDS: readonly TargetFieldDescription[] = [
  { field: "Title", label: "Title", type: "string", required: true, maxLength: ASSUMED.titleLength },
  { field: "Description", label: "Description", type: "string" },
  {
    field: "SecurityTag",
    label: "Security tag",
    type: "string",
    required: true,
    maxLength: ASSUMED.nameLength,
    help: "Travels inside the package; never open first and changed later.",
  },
  {
    field: "Parent",
    label: "Parent folder",
    type: "string",
    required: true,
    repeatable: true,
    help: "Path of folder titles from the root, separated by /; or one row for each title, which may then hold a slash itself. Missing folders are made.",
  },
  { field: "CustomType", label: "Custom type", type: "string", maxLength: ASSUMED.nameLength },
  {
    field: "RetentionPolicy",
    label: "Retention policy",
    type: "string",
    maxLength: ASSUMED.nameLength,
    help: "Name of an assignable policy.",
  },
  {
    field: "Representation/Preservation",
    label: "Master",
    type: "string",
    help: "Id of the content that becomes the preservation representation.",
  },
  {
    field: "Representation/Access",
    label: "Access copy",
    type: "string",
    help: "Id of the content that becomes the access representation.",
  },
];

const PATTERNS: readonly TargetFieldDescription[] = [
  {
    field: "Identifier/<type>",
    label: "Identifier",
    type: "string",
    repeatable: true,
    maxLength: ASSUMED.identifierLength,
    help: "For example Identifier/SourceID. The type is case-sensitive.",
  },
  {
    field: "Folder/<level>/<type>",
    label: "Identifier of a folder",
    type: "string",
    maxLength: ASSUMED.identifierLength,
    help: "For example Folder/1/Collection-Code: 1 is the asset's own folder, 2 the one above it. Put on the folder once.",
  },
  {
    field: "Link/<type>",
    label: "Link",
    type: "string",
    repeatable: true,
    help: "The type is a URI, e.g. Link/http://purl.org/dc/terms/requires; the value is an entity reference, an asset key, or folder:<identifier type>:<identifier>.",
  },
];

/** Properties of a Preservica information object (Title, SecurityTag, Parent … of XIP), its identifiers and links. */
export const preservicaEntity: TargetModule = {
  describe: () => ({
    kind: "preservica-entity",
    label: "Preservica asset",
    fields: [...FIELDS],
    patterns: [...PATTERNS],
  }),
  mistakes: () => [],
  place: (_use, field) => {
    const known = FIELDS.find((one) => one.field === field);
    if (known !== undefined) return { field, declaration: known };
    const pattern = patternOf(field);
    if (pattern !== undefined) return { field, declaration: pattern };
    const names = [...FIELDS, ...PATTERNS].map((one) => one.field).join(", ");
    return { mistake: `"${field}" is no property of a Preservica asset; there are: ${names}.` };
  },
  assembler: (_use, rows) => {
    const collect = collector(rows);
    const parents = rows.filter(({ field }) => field === "Parent");
    return (scope) => {
      const byTitles = parents.flatMap(({ slot }) => listOf(scope.slots[slot])).length > 1;
      for (const placed of rows) check(placed, scope, byTitles);
      return { profile: scope.mark, kind: "preservica-entity", values: collect(scope) };
    };
  },
};

function patternOf(field: string): TargetFieldDeclaration | undefined {
  const slash = field.indexOf("/");
  const [family, type] = [field.slice(0, slash), field.slice(slash + 1)];
  if (slash < 0 || type.trim() !== type || type === "") return undefined;
  if (family === "Identifier" && type.length <= ASSUMED.identifierTypeLength) {
    return { field, type: "string", repeatable: true, maxLength: ASSUMED.identifierLength };
  }
  const ofFolder = /^([1-9]\d?)\/(\S(?:.*\S)?)$/.exec(type)?.[2];
  if (family === "Folder" && ofFolder !== undefined && ofFolder.length <= ASSUMED.identifierTypeLength) {
    return { field, type: "string", maxLength: ASSUMED.identifierLength };
  }
  return family === "Link" ? { field, type: "string", repeatable: true } : undefined;
}

/** All properties end up in the XIP document; titles and paths have a form of their own. */
function check(placed: PlacedRow, scope: Scope, byTitles: boolean): void {
  const values = listOf(scope.slots[placed.slot]);
  const fine = values.filter((value) => isFit(placed, value, scope, byTitles));
  if (fine.length < values.length) scope.slots[placed.slot] = flowOf(fine);
}

function isFit(placed: PlacedRow, value: string, scope: Scope, byTitles: boolean): boolean {
  if (isSuspect(value) && isIllegal(value, scope, placed)) return false;
  const wrong = formOf(placed.field, value, byTitles);
  if (wrong !== undefined) scope.report("error", wrong, value, placed.head);
  return wrong === undefined;
}

function formOf(field: string, value: string, byTitles: boolean): string | undefined {
  if (field === "Title" && /[\r\n]/.test(value)) return 'A title is one line; add the step "replace".';
  if (field !== "Parent") return undefined;
  const segments = byTitles ? [value] : value.split("/");
  const bad = segments.some((segment) => segment.trim() === "" || segment === "." || segment === "..");
  return bad ? 'The path has an empty part, "." or ".."; make each part with the step "path-segment".' : undefined;
}
