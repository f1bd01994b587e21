/** Looks a text up in the catalogue of the node that owns the open form. */
export type Text = (key: string, values?: Record<string, string | number>) => string;

/** What every editor definition function has as `this`. */
export interface Translated {
  _(key: string, values?: Record<string, unknown>): string;
}

export function textOf(node: Translated): Text {
  return (key, values = {}) => node._(key, values);
}
