import type { ProfileProblem } from "../types.js";
import { readRefusal, readRuleCondition, readSource, readStep, readTests } from "./csv-phrases.js";
import { readCsv, type CsvLine } from "./csv-table.js";
import { CLEAR, COLUMNS, EMPTY_LIST, type Cells, type Column } from "./csv-write.js";
import { parseProfile, type ParsedProfile } from "./json.js";
import { lines, readMembers, readWords, type MemberKinds } from "./phrase.js";

type Members = Record<string, unknown>;
type Table = Map<string, Members>;

/** Which cells a kind of line may fill, beside `record`. */
const ALLOWED: Readonly<Record<string, readonly Column[]>> = {
  profile: ["id", "source"],
  target: ["id", "transformation"],
  "target-field": ["id", "field", "transformation"],
  lookup: ["id", "source", "field"],
  condition: ["id", "transformation"],
  "condition-input": ["id", "source", "transformation"],
  "condition-line": ["id", "only if", "field"],
  retention: ["id", "source", "only if", "transformation"],
  ignored: ["source"],
  row: COLUMNS,
};

/** Reads what `profileToCsv` writes; every mistake is told with its row (or line) and column. */
export function profileFromCsv(text: string): ParsedProfile {
  const records = readCsv(text);
  if (typeof records === "string") return { problems: [{ field: "file", message: records }] };
  const [header, ...rest] = records;
  const named = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const missing = COLUMNS.filter((column) => !named.includes(column));
  const unknown = named.filter((column) => !COLUMNS.some((known) => known === column));
  if (missing.length > 0 || unknown.length > 0 || new Set(named).size < named.length) {
    const message = `The first line must name each of these columns once: ${COLUMNS.join(", ")}.`;
    return { problems: [{ field: "line 1", message }] };
  }
  const reader = new Reader();
  for (const line of rest) reader.read(line, named);
  const { problems } = reader;
  return problems.length > 0 ? { problems } : parseProfile(reader.profile());
}

class Reader {
  readonly problems: ProfileProblem[] = [];
  readonly #head: Members = {};
  readonly #targets: Table = new Map();
  readonly #lookups = new Map<string, Map<string, string>>();
  readonly #conditions: Table = new Map();
  readonly #retention: Members[] = [];
  readonly #ignored: string[] = [];
  readonly #rows: Members[] = [];
  #line = 0;
  #cells: Cells = {};

  read({ line, cells }: CsvLine, columns: readonly string[]): void {
    this.#line = line;
    this.#cells = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
    if (cells.length > columns.length)
      this.#tell("record", `There are ${cells.length} cells, but ${columns.length} columns.`);
    const record = this.#cell("record").trim();
    const allowed = ALLOWED[record];
    if (allowed === undefined) {
      this.#tell("record", `"${record}" is no kind of line; there are: ${Object.keys(ALLOWED).join(", ")}.`);
      return;
    }
    for (const column of COLUMNS) {
      if (column !== "record" && !allowed.includes(column) && this.#cell(column) !== "")
        this.#tell(column, `A ${record} line leaves this cell empty.`);
    }
    this.#take(record);
  }

  profile(): Members {
    return {
      ...this.#head,
      targets: [...this.#targets.values()],
      ...(this.#lookups.size === 0
        ? {}
        : { lookups: plain(new Map([...this.#lookups].map(([name, table]) => [name, plain(table)]))) }),
      ...(this.#conditions.size === 0 ? {} : { conditions: plain(this.#conditions) }),
      ...(this.#retention.length === 0 ? {} : { retention: this.#retention }),
      ...(this.#ignored.length === 0 ? {} : { ignored: this.#ignored }),
      rows: this.#rows,
    };
  }

  #take(record: string): void {
    const id = this.#cell("id");
    switch (record) {
      case "profile":
        if (Object.hasOwn(this.#head, id) || !["name", "version", "description", "zone"].includes(id)) {
          this.#tell("id", "A profile has one name, version, description and zone.");
        } else this.#head[id] = this.#cell("source");
        return;
      case "target":
        if (this.#targets.has(id)) this.#tell("id", `The target ${id} stands twice.`);
        this.#targets.set(id, { name: id, ...this.#members("transformation", { numbers: ["folder"] }) });
        return;
      case "target-field":
        this.#append(this.#targets.get(id), "fields", {
          field: this.#cell("field"),
          ...this.#members("transformation", {
            lists: ["allowed"],
            numbers: ["maxLength"],
            flags: ["required", "repeatable"],
          }),
        });
        return;
      case "lookup":
        this.#takeLookup(id);
        return;
      case "condition":
        if (this.#conditions.has(id)) this.#tell("id", `The condition table ${id} stands twice.`);
        this.#conditions.set(id, { inputs: [], lines: [], ...this.#members("transformation", {}) });
        return;
      case "condition-input":
        this.#append(this.#conditions.get(id), "inputs", {
          from: this.#one("source", readSource),
          ...this.#members("transformation", { lists: ["known"] }),
        });
        return;
      case "condition-line":
        this.#append(this.#conditions.get(id), "lines", {
          when: this.#several("only if", readTests) ?? [],
          value: this.#cell("field"),
        });
        return;
      case "retention":
        this.#retention.push({
          name: id,
          trigger: this.#trigger(),
          ...this.#whenOf(),
          ...this.#members("transformation", {}),
        });
        return;
      case "ignored":
        this.#ignored.push(this.#cell("source"));
        return;
      default:
        this.#rows.push(this.#row(id));
    }
  }

  #row(id: string): Members {
    const onlyIf = this.#several("only if", readTests)?.flat();
    const row: Members = {
      id,
      from: this.#several("source", readSource) ?? [],
      to: { target: this.#cell("target"), field: this.#cell("field") },
    };
    const rest: Members = {
      enabled: this.#yesNo("enabled"),
      steps: this.#several("transformation", readStep),
      ...this.#missing(),
      onlyIf,
      refuse: this.#several("refuse", readRefusal),
      each: this.#cell("each") || undefined,
      note: this.#cell("note") || undefined,
    };
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) row[name] = value;
    return row;
  }

  /** What happens when there is no value: rejected, emptied, or nothing. */
  #missing(): Members {
    if (this.#cell("required").trim().toLowerCase() === CLEAR) return { clear: true };
    return { required: this.#yesNo("required") };
  }

  #takeLookup(id: string): void {
    const table = this.#lookups.get(id) ?? new Map<string, string>();
    this.#lookups.set(id, table);
    const key = this.#cell("source");
    if (key === "" && this.#cell("field") === "") return;
    if (table.has(key)) this.#tell("source", `The look-up table ${id} has the value "${key}" twice.`);
    table.set(key, this.#cell("field"));
  }

  #trigger(): Members {
    const [kind, ...words] = readWords(this.#cell("source")) ?? [];
    const members = readMembers(words, { lists: ["fields", "values"] });
    if (kind === undefined || kind.name !== undefined || typeof members === "string") {
      this.#tell("source", 'A trigger is written like: date fields="ACME.FIELD.END DATE".');
      return {};
    }
    return { kind: kind.value, ...members };
  }

  #whenOf(): Members {
    const when = this.#several("only if", readRuleCondition);
    return when === undefined ? {} : { when };
  }

  #append(owner: Members | undefined, list: string, item: Members): void {
    const known = owner?.[list];
    if (owner === undefined) this.#tell("id", `The line before must define ${this.#cell("id")}.`);
    else owner[list] = Array.isArray(known) ? [...known, item] : [item];
  }

  #members(column: Column, kinds: MemberKinds): Members {
    const words = readWords(this.#cell(column));
    const members = words === undefined ? "The cell cannot be read; write name=value" : readMembers(words, kinds);
    if (typeof members !== "string") return members;
    this.#tell(column, `${members}.`);
    return {};
  }

  #one<Item>(column: Column, read: (phrase: string) => Item | string): Item | undefined {
    const item = read(this.#cell(column));
    if (typeof item !== "string") return item;
    this.#tell(column, `${item}.`);
    return undefined;
  }

  #several<Item>(column: Column, read: (phrase: string) => Item | string): Item[] | undefined {
    const cell = this.#cell(column);
    if (cell.trim() === "") return undefined;
    if (cell.trim() === EMPTY_LIST) return [];
    return lines(cell).flatMap((line) => {
      const item = read(line);
      if (typeof item !== "string") return [item];
      this.#tell(column, `${item}.`);
      return [];
    });
  }

  #yesNo(column: Column): boolean | undefined {
    const cell = this.#cell(column).trim().toLowerCase();
    if (cell !== "" && cell !== "yes" && cell !== "no") {
      const words = column === "required" ? "yes, no or clear" : "yes or no";
      this.#tell(column, `Write ${words}, or leave the cell empty.`);
    }
    return cell === "" ? undefined : cell === "yes";
  }

  #cell(column: Column): string {
    return this.#cells[column] ?? "";
  }

  #tell(column: Column, message: string): void {
    const id = this.#cell("id");
    const isRow = this.#cell("record").trim() === "row" && id !== "";
    const place = isRow ? { row: id, field: column } : { field: `line ${this.#line}, ${column}` };
    this.problems.push({ ...place, message: isRow ? `Line ${this.#line}: ${message}` : message });
  }
}

/** An object without surprises by names such as `__proto__`. */
function plain<Value>(table: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries(table);
}
