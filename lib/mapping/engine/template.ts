import type Mustache from "mustache";
import { CONTEXT_NAMES, type ContextName } from "../types.js";
import type { CompileContext } from "./context.js";
import { assetReader, follow, parsePath } from "./paths.js";
import { contextRead, fieldRead, namedRead } from "./reads.js";
import { flowFrom, hasValue, isFilled, listOf, type Flow, type Read, type Scope } from "./scope.js";

type Render = (scope: Scope, value?: Flow) => Flow;
type Names = Map<string, (scope: Scope, value: Flow) => Flow>;
type Token = [string, string, number, number, (Token[] | undefined)?, ...unknown[]];

let loaded: typeof Mustache | undefined;

/** Loaded with the first template: most of Node-RED never needs it. */
function mustache(): typeof Mustache {
  loaded ??= require("mustache") as typeof Mustache;
  return loaded;
}

/**
 * A Mustache template over field ids, named values, `asset.…`, `msg.…` and context names, parsed once. Nothing is
 * escaped: escaping is the target's. A name outside any section that has no value leaves the whole template empty, so
 * that no half-filled "#v" is ever written; inside `{{#name}}…{{/name}}` a part may be left out.
 *
 * `{{BRAND FIELD#display}}` reads what people read, `{{field:name}}` a field whose id has no dot.
 */
export function compileTemplate(text: string, context: CompileContext, where: string, inStep = false): Render {
  const { parse } = mustache();
  let tokens: Token[];
  try {
    tokens = parse(text) as unknown as Token[];
  } catch (error) {
    context.mistake(where, `The template is wrong: ${error instanceof Error ? error.message : String(error)}`);
    return () => undefined;
  }
  const names: Names = new Map();
  collect(tokens, names, context, where, inStep);
  return tokens.every((token) => token[0] !== "#" && token[0] !== "^")
    ? plain(tokens, names)
    : sections(text, tokens, names);
}

/** Texts and names only: no need for Mustache at run time. */
function plain(tokens: readonly Token[], names: Names): Render {
  const parts = tokens
    .filter((token) => token[0] !== "!" && token[0] !== "=")
    .map((token) => (token[0] === "text" ? token[1] : (names.get(token[1]) ?? (() => undefined))));
  return (scope, value) => {
    let made = "";
    for (const part of parts) {
      if (typeof part === "string") {
        made += part;
        continue;
      }
      const flow = part(scope, value);
      if (!hasValue(flow)) return undefined;
      made += typeof flow === "string" ? flow : listOf(flow).join(", ");
    }
    return made;
  };
}

function sections(text: string, tokens: Token[], names: Names): Render {
  const { Context, Writer } = mustache();
  const needed = tokens.filter((token) => token[0] === "name" || token[0] === "&").map((token) => token[1]);
  const writer = new Writer();

  /** Looks names up in the asset instead of a view; only `.` is the item of a list. */
  class AssetContext extends Context {
    constructor(
      private readonly item: unknown,
      private readonly scope: Scope,
      private readonly value: Flow,
    ) {
      super(item);
    }
    override lookup(name: string): unknown {
      if (name === ".") return this.item;
      const flow = names.get(name)?.(this.scope, this.value);
      if (!hasValue(flow)) return "";
      return typeof flow === "string" ? flow : listOf(flow).filter(isFilled);
    }
    override push(item: unknown): AssetContext {
      return new AssetContext(item, this.scope, this.value);
    }
  }

  return (scope, value) => {
    if (needed.some((name) => !hasValue(names.get(name)?.(scope, value)))) return undefined;
    const rendered = writer.renderTokens(
      tokens as unknown as string[][],
      new AssetContext("", scope, value),
      undefined,
      text,
      {
        escape: (one: unknown) => (Array.isArray(one) ? one.join(", ") : String(one)),
      },
    );
    return rendered === "" ? undefined : rendered;
  };
}

function collect(
  tokens: readonly Token[],
  names: Names,
  context: CompileContext,
  where: string,
  inStep: boolean,
): void {
  for (const [type, name, , , inner] of tokens) {
    if (type === ">") context.mistake(where, `Partials ({{>${name}}}) cannot be used.`);
    if (type !== "name" && type !== "&" && type !== "#" && type !== "^") continue;
    if (name !== "." && !names.has(name)) names.set(name, nameRead(name, context, where, inStep));
    if (Array.isArray(inner)) collect(inner, names, context, where, inStep);
  }
}

function nameRead(
  name: string,
  context: CompileContext,
  where: string,
  inStep: boolean,
): (scope: Scope, value: Flow) => Flow {
  if (inStep && name === "value") return (_scope, value) => value;
  if (isContextName(name)) return contextRead(name);
  if (context.named.has(name)) return namedRead(name, context, where);
  if (name.startsWith("asset.")) {
    const read = assetReader(name.slice(6));
    if (read !== undefined) return (scope) => flowFrom(read(scope.input.asset)).flow;
  }
  if (name.startsWith("msg.")) {
    const path = parsePath(name.slice(4));
    if (path !== undefined) return (scope) => flowFrom(follow(scope.input.msg, path)).flow;
  }
  return fieldName(name, context, where);
}

function fieldName(name: string, context: CompileContext, where: string): Read {
  const marked = name.startsWith("field:");
  const display = name.endsWith("#display");
  const id = name.slice(marked ? 6 : 0, display ? -8 : undefined);
  if (!marked && !id.includes(".")) {
    context.mistake(
      where,
      `The template names ${name}, which is neither a named value nor a field; a field without a dot is written field:${name}.`,
    );
    return () => undefined;
  }
  return fieldRead({ id, part: display ? "display" : "value" }, context, where);
}

function isContextName(name: string): name is ContextName {
  return CONTEXT_NAMES.some((known) => known === name);
}
