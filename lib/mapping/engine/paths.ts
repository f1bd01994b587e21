import type { ContentRef, LifecycleAsset, MappedValue } from "../../messages/asset.js";

const SEGMENT = /(?:^|\.)([^.[\]"']+)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/y;

/** @returns the parts of `a.b[0]["x y"]`, or undefined when the text is no such path */
export function parsePath(text: string): string[] | undefined {
  const parts: string[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < text.length) {
    const match = SEGMENT.exec(text);
    if (match === null) return undefined;
    parts.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  }
  return parts.length === 0 ? undefined : parts;
}

/** Follows own properties only: nothing of a prototype can be reached. */
export function follow(start: unknown, path: readonly string[]): unknown {
  let at: unknown = start;
  for (const part of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}

/**
 * A reader of one fact of an asset. Beside plain paths: `content.<role>.<fact>` (first content of the role),
 * `content.<role>.fixity.<algorithm>[.<by>]`, `links.<type>[.to|.from]` (keys of the other assets, `#v<version>` added
 * when a version is known), `joined.<fact>` (of each joined asset), `source.<name>` and `metadata.<target>.<field>`, whose last part may hold dots.
 *
 * @returns undefined when the path cannot be read
 */
export function assetReader(path: string): ((asset: LifecycleAsset) => unknown) | undefined {
  const parts = path.split(".");
  const [head = "", second = "", ...rest] = parts;
  if (parts.includes("")) return undefined;
  switch (head) {
    case "content":
      return rest.length === 0 ? undefined : contentReader(second, rest);
    case "links":
      return linkReader(parts.slice(1));
    case "joined":
      return second === ""
        ? undefined
        : (asset) =>
            (asset.joined ?? []).map((part) => follow(part, parts.slice(1))).filter((fact) => fact !== undefined);
    case "source": {
      const name = parts.slice(1).join(".");
      return name === ""
        ? undefined
        : (asset) => (asset.source === undefined ? undefined : follow(asset.source, [name]));
    }
    case "metadata": {
      const field = rest.join(".");
      return field === "" ? undefined : (asset) => plainValue(follow(asset.metadata, [second, "values", field]));
    }
    case "fields":
      return undefined;
    default: {
      const plain = parsePath(path);
      return plain === undefined ? undefined : (asset) => follow(asset, plain);
    }
  }
}

function contentReader(role: string, rest: readonly string[]): (asset: LifecycleAsset) => unknown {
  const [fact = "", algorithm, by] = rest;
  const find = (asset: LifecycleAsset): ContentRef | undefined =>
    asset.content.find((content) => content.role === role);
  if (fact !== "fixity") return (asset) => follow(find(asset), rest);
  return (asset) =>
    find(asset)?.fixity.find((link) => link.algorithm === algorithm && (by === undefined || link.by === by))?.value;
}

function linkReader(parts: readonly string[]): ((asset: LifecycleAsset) => unknown) | undefined {
  const last = parts.at(-1);
  const direction = last === "to" || last === "from" ? last : undefined;
  const type = (direction === undefined ? parts : parts.slice(0, -1)).join(".");
  if (type === "") return undefined;
  return (asset) =>
    (asset.links ?? [])
      .filter((link) => link.type === type && (direction === undefined || link.direction === direction))
      .map((link) => (link.version === undefined ? link.key : `${link.key}#v${link.version}`));
}

function plainValue(value: unknown): unknown {
  return isDisplayed(value) ? value.value : value;
}

function isDisplayed(value: unknown): value is Exclude<MappedValue, string | string[]> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "value" in value;
}
