/** Rows as the named members they are stored as; of two with one name the later gets a number, so that none is lost. */
export function byName<Value>(rows: readonly { name: string; value: Value }[]): Record<string, Value> {
  const named = new Map<string, Value>();
  for (const { name, value } of rows) {
    let free = name;
    for (let count = 2; named.has(free); count += 1) free = `${name}-${count}`;
    named.set(free, value);
  }
  return Object.fromEntries(named);
}
