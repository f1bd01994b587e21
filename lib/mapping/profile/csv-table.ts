/** Cells that a spreadsheet would run as a formula, or that could be taken for our own mark. */
const MARKED = /^[=+\-@\t\r'\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A cell with the place where it stands, for messages. */
export interface CsvLine {
  /** Line of the file as people count, where the record begins. */
  line: number;
  cells: string[];
}

/**
 * Writes records as RFC 4180: CRLF, quotes where needed. A cell that begins with `=`, `+`, `-`, `@`, tab, return or
 * `'` gets a leading `'`, so that no spreadsheet runs it; reading takes exactly one leading `'` away again.
 */
export function writeCsv(records: readonly (readonly string[])[]): string {
  return records.map((cells) => `${cells.map(writeCell).join(",")}\r\n`).join("");
}

/**
 * Reads RFC 4180 with CRLF or LF, and a byte order mark. Empty lines are skipped.
 *
 * @returns a sentence with the line number when quotes do not close or stand in the middle of a cell
 */
export function readCsv(text: string): CsvLine[] | string {
  const input = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const records: CsvLine[] = [];
  let cells: string[] = [];
  let line = 1;
  let begin = 1;
  let at = 0;
  const endRecord = (): void => {
    if (cells.length > 1 || cells[0] !== "") records.push({ line: begin, cells });
    cells = [];
    begin = line;
  };
  while (at < input.length || cells.length > 0) {
    let cell = "";
    if (input[at] === '"') {
      const end = closingQuote(input, at + 1);
      if (end < 0) return `Line ${line}: a quote is opened and never closed.`;
      cell = input.slice(at + 1, end).replaceAll('""', '"');
      line += count(cell);
      at = end + 1;
      if (at < input.length && !",\r\n".includes(input[at] ?? ""))
        return `Line ${line}: there is text after a closing quote.`;
    } else {
      const end = plainEnd(input, at);
      cell = input.slice(at, end);
      if (cell.includes('"')) return `Line ${line}: a cell with a quote must stand in quotes.`;
      at = end;
    }
    cells.push(cell.startsWith("'") ? cell.slice(1) : cell);
    if (input[at] === ",") {
      at += 1;
      if (at === input.length) cells.push("");
      if (at < input.length) continue;
    } else {
      if (input[at] === "\r") at += 1;
      if (input[at] === "\n") at += 1;
      line += 1;
    }
    endRecord();
  }
  return records;
}

function writeCell(cell: string): string {
  const safe = MARKED.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function closingQuote(input: string, from: number): number {
  for (let at = input.indexOf('"', from); at >= 0; at = input.indexOf('"', at + 2)) {
    if (input[at + 1] !== '"') return at;
  }
  return -1;
}

function plainEnd(input: string, from: number): number {
  let at = from;
  while (at < input.length && !",\r\n".includes(input[at] ?? "")) at += 1;
  return at;
}

function count(cell: string): number {
  return cell.split("\n").length - 1;
}
