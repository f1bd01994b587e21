import type { Scope } from "../engine/scope.js";
import type { TargetFieldDescription } from "../types.js";
import { collector } from "./collect.js";
import type { PlacedRow, TargetModule } from "./types.js";
import { elementText } from "./xml.js";

export const OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/";
const DC = "http://purl.org/dc/elements/1.1/";
const OPEN = `<oai_dc:dc xmlns:oai_dc="${OAI_DC}" xmlns:dc="${DC}">`;
const CLOSE = "</oai_dc:dc>";

/** The fifteen elements in the order of the Dublin Core Element Set as people list them. */
const ELEMENTS = [
  "title",
  "creator",
  "subject",
  "description",
  "publisher",
  "contributor",
  "date",
  "type",
  "format",
  "identifier",
  "source",
  "language",
  "relation",
  "coverage",
  "rights",
] as const;

const FIELDS: readonly TargetFieldDescription[] = ELEMENTS.map((name) => ({
  field: `dc:${name}`,
  label: name,
  type: "string",
  repeatable: true,
}));

interface ElementTags {
  placed: PlacedRow;
  start: string;
  close: string;
  before: string;
  endAndStart: string;
}

/** Plain Dublin Core as `oai_dc`: fifteen elements, each repeatable, no refinements, no types. */
export const dublinCore: TargetModule = {
  describe: () => ({
    kind: "dublin-core",
    label: "Dublin Core",
    schema: OAI_DC,
    root: "oai_dc:dc",
    fields: [...FIELDS],
    patterns: [],
  }),
  mistakes: (use) =>
    use.schema === undefined || use.schema === OAI_DC ? [] : [`Dublin Core has the schema ${OAI_DC}; leave it empty.`],
  place: (_use, field) => {
    const known = FIELDS.find((one) => one.field === field || one.label === field);
    if (known !== undefined) return { field: known.field, declaration: known };
    return {
      mistake: `"${field}" is none of the fifteen elements (${ELEMENTS.map((name) => `dc:${name}`).join(", ")}).`,
    };
  },
  assembler: (_use, rows) => {
    const collect = collector(rows);
    const ordered = elementsOf(FIELDS.flatMap(({ field }) => rows.filter((placed) => placed.field === field)));
    return (scope) => {
      let xml = OPEN;
      // The end tag waits for the next start tag: one joining less for each value of a large document.
      let end = "";
      for (const tags of ordered) {
        const flow = scope.slots[tags.placed.slot];
        const inner =
          typeof flow === "string" ? elementText(flow, scope, tags.placed) : severalTexts(flow, tags, scope);
        if (inner === undefined) continue;
        xml += (end === tags.before ? tags.endAndStart : end + tags.start) + inner;
        end = tags.close;
      }
      return {
        profile: scope.mark,
        kind: "dublin-core",
        schema: OAI_DC,
        values: collect(scope),
        xml: xml + end + CLOSE,
      };
    };
  },
};

/** Several values of one row, with the tags between them. */
function severalTexts(flow: readonly string[] | undefined, tags: ElementTags, scope: Scope): string | undefined {
  if (flow === undefined) return undefined;
  const texts = flow.map((value) => elementText(value, scope, tags.placed)).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join(tags.close + tags.start);
}

/** Tags of the elements in their order, and each start tag joined with the end tag that mostly stands before it. */
function elementsOf(rows: readonly PlacedRow[]): ElementTags[] {
  return rows.map((placed, index) => {
    const previous = rows[index - 1];
    const before = previous === undefined ? "" : `</${previous.field}>`;
    const start = `<${placed.field}>`;
    return { placed, start, close: `</${placed.field}>`, before, endAndStart: before + start };
  });
}
