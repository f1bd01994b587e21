/** Tells of a mistake at a place of the document, e.g. `rows[3].steps[0].by`. */
export type Tell = (path: string, message: string) => void;

/** Checks a value of a JSON document; says everything that is wrong. */
export type Shape = (value: unknown, path: string, tell: Tell) => void;

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

export const text: Shape = (value, path, tell) => {
  if (typeof value !== "string") tell(path, `must be a text, not ${nameOf(value)}`);
};

export const flag: Shape = (value, path, tell) => {
  if (typeof value !== "boolean") tell(path, `must be true or false, not ${nameOf(value)}`);
};

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number): Shape {
  return (value, path, tell) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      tell(path, `must be a whole number from ${least} to ${most}`);
    }
  };
}

export function oneOf(names: readonly string[]): Shape {
  return (value, path, tell) => {
    if (typeof value !== "string" || !names.includes(value)) tell(path, `must be one of: ${names.join(", ")}`);
  };
}

export function listOf(item: Shape): Shape {
  return (value, path, tell) => {
    if (!Array.isArray(value)) {
      tell(path, `must be a list, not ${nameOf(value)}`);
      return;
    }
    value.forEach((one: unknown, index) => item(one, `${path}[${index}]`, tell));
  };
}

/** Names of the user's choosing -> values of one shape. */
export function tableOf(item: Shape): Shape {
  return (value, path, tell) => {
    if (!isRecord(value)) {
      tell(path, `must be an object, not ${nameOf(value)}`);
      return;
    }
    for (const [name, one] of Object.entries(value)) {
      if (FORBIDDEN.has(name)) tell(path, `"${name}" cannot be a name`);
      else item(one, `${path}.${name}`, tell);
    }
  };
}

/** An object with these members and no others; members ending in `?` may be absent. */
export function members(shapes: Readonly<Record<string, Shape>>): Shape {
  const known = new Map(
    Object.entries(shapes).map(([key, shape]) => [key.replace(/\?$/, ""), { shape, optional: key.endsWith("?") }]),
  );
  return (value, path, tell) => {
    if (!isRecord(value)) {
      tell(path, `must be an object, not ${nameOf(value)}`);
      return;
    }
    for (const [name, { shape, optional }] of known) {
      const at = path === "" ? name : `${path}.${name}`;
      if (Object.hasOwn(value, name)) shape(value[name], at, tell);
      else if (!optional) tell(at, "is missing");
    }
    for (const name of Object.keys(value)) {
      if (!known.has(name)) tell(path === "" ? name : `${path}.${name}`, "is not known here");
    }
  };
}

/** One of several objects, told apart by one member. */
export function variants(key: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path, tell) => {
    if (!isRecord(value)) {
      tell(path, `must be an object, not ${nameOf(value)}`);
      return;
    }
    const kind = value[key];
    const shape = typeof kind === "string" && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
    if (shape === undefined) tell(`${path}.${key}`, `must be one of: ${Object.keys(shapes).join(", ")}`);
    else shape(value, path, tell);
  };
}

/** A shape that is only known later: for shapes that hold themselves. */
export function later(shape: () => Shape): Shape {
  return (value, path, tell) => shape()(value, path, tell);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : `a ${typeof value}`;
}
