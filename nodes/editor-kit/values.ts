/**
 * A list of values as one text field shows it: parted by commas, since field ids and values hold blanks. A value with a
 * comma, a quotation mark or blanks at its ends stands in double quotes, doubled inside.
 */
export function valuesText(values: readonly string[]): string {
  return values.map((value) => (PLAIN.test(value) ? value : `"${value.replaceAll('"', '""')}"`)).join(", ");
}

/** The inverse of `valuesText`; empty parts are left out. */
export function valuesOf(text: string): string[] {
  const values: string[] = [];
  for (const [, quoted, plain] of text.matchAll(PART)) {
    const value = quoted === undefined ? (plain ?? "").trim() : quoted.replaceAll('""', '"');
    if (quoted !== undefined || value !== "") values.push(value);
  }
  return values;
}

const PLAIN = /^[^\s",](?:[^",]*[^\s",])?$/;
const PART = /\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]+))(?:,|$)/g;
