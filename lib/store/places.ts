/** Writes sorted places of events as short text: `3,7-9`. */
export function writePlaces(places: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last !== undefined && place === last.to + 1) last.to = place;
    else ranges.push({ from: place, to: place });
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** Reads what `writePlaces` wrote, as ranges; what is no place is left out. */
export function readPlaces(text: string): { from: number; to: number }[] {
  return text.split(",").flatMap((part) => {
    const found = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(part.trim());
    if (found === null) return [];
    const from = Number(found[1]);
    return [{ from, to: Number(found[2] ?? from) }];
  });
}
