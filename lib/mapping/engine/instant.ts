let lastInstant = { text: "", value: Number.NaN };

/** Milliseconds since 1970 of an ISO instant, NaN when it is none; the assets of a run mostly share their present. */
export function instantValue(text: string): number {
  if (text !== lastInstant.text) lastInstant = { text, value: Date.parse(text) };
  return lastInstant.value;
}
