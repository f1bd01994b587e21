import type { MappingProfile, ProfileProblem } from "../types.js";
import { profileShape } from "./profile-shape.js";
import { isRecord } from "./shape.js";

const ROW = /^rows\[(\d+)\](?:\.(.*))?$/;

/** A profile, or everything that is wrong with the document. */
export interface ParsedProfile {
  profile?: MappingProfile;
  problems: ProfileProblem[];
}

/**
 * Checks a JSON value strictly: every member known, every type right; problems name row and column. Whether the parts
 * fit together (targets, look-ups, templates) is `compileProfile`'s to say.
 */
export function parseProfile(value: unknown): ParsedProfile {
  const problems: ProfileProblem[] = [];
  return isProfile(value, problems) ? { profile: value, problems } : { problems };
}

/** As `parseProfile`, from text. */
export function profileFromJson(text: string): ParsedProfile {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const message = `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    return { problems: [{ field: "file", message }] };
  }
  return parseProfile(value);
}

/** The profile as a file for people and version control. */
export function profileToJson(profile: MappingProfile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}

function isProfile(value: unknown, problems: ProfileProblem[]): value is MappingProfile {
  profileShape(value, "", (path, message) => {
    const match = ROW.exec(path);
    if (match === null)
      problems.push({
        field: path === "" ? "profile" : path,
        message: `${path === "" ? "The profile" : path} ${message}.`,
      });
    else {
      const field = match[2] ?? "row";
      problems.push({ row: rowName(value, Number(match[1])), field, message: `${field} ${message}.` });
    }
  });
  return problems.length === 0;
}

/** Id of a row, else its number as people count. */
function rowName(value: unknown, index: number): string {
  const rows = isRecord(value) ? value["rows"] : undefined;
  const row: unknown = Array.isArray(rows) ? rows[index] : undefined;
  const id = isRecord(row) ? row["id"] : undefined;
  return typeof id === "string" && id !== "" ? id : `#${index + 1}`;
}
