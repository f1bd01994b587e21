/** Which entries of a state were written: whole first-level keys, or second-level keys below one. */
export type Touched = Map<string, "whole" | Set<string>>;

const SEARCHES_BY_IDENTITY = new Set<PropertyKey>(["includes", "indexOf", "lastIndexOf"]);
const rawOf = new WeakMap<object, object>();

/** Gives the object behind a tracking proxy; anything else comes back as it is. */
export function unwrap(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (rawOf.get(value) ?? value) : value;
}

/** What one look through a draft did. */
export interface DraftUse {
  used: boolean;
}

/**
 * Wraps a JSON value so that every write through the wrapper is noted by entry.
 * An entry is what lies at `root[key1][key2]`; writes further down count for the entry above them.
 */
export function trackedDraft<T extends object>(root: T, touched: Touched, use: DraftUse): T {
  const wrappers = new WeakMap<object, { path: readonly string[]; proxy: object }>();

  function note(path: readonly string[], key: string): void {
    const [first, second] = path;
    const top = first ?? key;
    const known = touched.get(top);
    if (known === "whole") return;
    if (first === undefined) touched.set(top, "whole");
    else if (known) known.add(second ?? key);
    else touched.set(top, new Set([second ?? key]));
  }

  function wrap(value: object, path: readonly string[]): object {
    const known = wrappers.get(value);
    if (known && known.path.length === path.length && known.path.every((key, at) => key === path[at]))
      return known.proxy;
    const proxy = new Proxy(value, {
      get(target, key, receiver) {
        use.used = true;
        const member: unknown = Reflect.get(target, key, receiver);
        if (typeof member === "function" && Array.isArray(target) && SEARCHES_BY_IDENTITY.has(key)) {
          // Elements read through the wrapper are wrappers themselves, so a search for the bare object must look at the bare array.
          return (wanted: unknown, ...rest: unknown[]): unknown =>
            Reflect.apply(member, target, [unwrap(wanted), ...rest]);
        }
        if (typeof member !== "object" || member === null || typeof key === "symbol" || rawOf.has(member))
          return member;
        return wrap(member, path.length < 2 ? [...path, key] : path);
      },
      set(target, key, value) {
        use.used = true;
        if (typeof key === "string") note(path, key);
        return Reflect.set(target, key, unwrap(value));
      },
      deleteProperty(target, key) {
        use.used = true;
        if (typeof key === "string") note(path, key);
        return Reflect.deleteProperty(target, key);
      },
      ownKeys(target) {
        use.used = true;
        return Reflect.ownKeys(target);
      },
    });
    rawOf.set(proxy, value);
    wrappers.set(value, { path, proxy });
    return proxy;
  }

  return wrap(root, []) as T;
}
