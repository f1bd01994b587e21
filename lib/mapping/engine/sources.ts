import { lateToken } from "../../messages/late.js";
import type { MappingSource } from "../types.js";
import { chooser } from "./conditions.js";
import type { CompileContext } from "./context.js";
import { assetReader, follow, parsePath } from "./paths.js";
import { retentionReader } from "./retention.js";
import { contextRead, fieldRead, namedRead } from "./reads.js";
import { flowFrom, hasValue, type Flow, type Read, type Scope } from "./scope.js";
import { compileTemplate } from "./template.js";

const NOTHING: Read = () => undefined;

/** Alternatives: the first that has a value. */
export function compileSources(sources: readonly MappingSource[], context: CompileContext, where: string): Read {
  const reads = sources.map((source, index) => compileSource(source, context, `${where}[${index}]`));
  const only = reads[0];
  if (only === undefined) {
    context.mistake(where, "Choose a source.");
    return NOTHING;
  }
  if (reads.length === 1) return only;
  return (scope) => {
    for (const read of reads) {
      const flow = read(scope);
      if (hasValue(flow)) return flow;
    }
    return undefined;
  };
}

export function compileSource(source: MappingSource, context: CompileContext, where: string): Read {
  switch (source.kind) {
    case "field":
      return fieldRead(source, context, where);
    case "asset": {
      const read = assetReader(source.path);
      if (read === undefined) {
        context.mistake(where, `"${source.path}" is no fact of an asset; write for example ids.otmm.originalAssetId.`);
        return NOTHING;
      }
      return (scope) => usable(read(scope.input.asset), scope, source.path);
    }
    case "msg": {
      const path = parsePath(source.path);
      if (path === undefined) {
        context.mistake(where, `"${source.path}" is no path of a message.`);
        return NOTHING;
      }
      return (scope) => usable(follow(scope.input.msg, path), scope, `msg.${source.path}`);
    }
    case "fixed":
      return () => source.value;
    case "late": {
      const token = lateToken(source.fact, source.role);
      return () => token;
    }
    case "context":
      return contextRead(source.name);
    case "template":
      return compileTemplate(source.template, context, where);
    case "retention":
      return retentionReader(source.fact, context);
    case "conditions":
      return chooser(source.table, context, where);
    case "value":
      return namedRead(source.name, context, where);
    case "flow":
    case "global":
    case "env":
    case "jsonata":
      return askedRead(source, context, where);
  }
}

function askedRead(
  source: Extract<MappingSource, { kind: "flow" | "global" | "env" | "jsonata" }>,
  context: CompileContext,
  where: string,
): Read {
  const key = needKey(source);
  switch (source.kind) {
    case "flow":
    case "global":
      if (source.key.trim() === "") context.mistake(where, "Give the name of the context value.");
      context.need({
        key,
        kind: source.kind,
        name: source.key,
        ...(source.store === undefined ? {} : { store: source.store }),
      });
      break;
    case "env":
      if (source.name.trim() === "") context.mistake(where, "Give the name of the environment variable.");
      context.need({ key, kind: "env", name: source.name });
      break;
    case "jsonata":
      prepare(key, source.expression, context, where);
      break;
  }
  return (scope) => {
    if (scope.input.resolved?.has(key) !== true) {
      scope.report("error", `${key.slice(0, 80)} was not asked for; it is known only while a message runs.`);
      return undefined;
    }
    return usable(scope.input.resolved.get(key), scope, key.slice(0, 80));
  };
}

function prepare(key: string, expression: string, context: CompileContext, where: string): void {
  if (context.options.prepareJsonata === undefined) {
    context.mistake(where, "JSONata cannot be used here.");
    return;
  }
  try {
    context.need({ key, kind: "jsonata", evaluate: context.options.prepareJsonata(expression) });
  } catch (error) {
    context.mistake(
      where,
      `The JSONata expression is wrong: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function needKey(source: Extract<MappingSource, { kind: "flow" | "global" | "env" | "jsonata" }>): string {
  switch (source.kind) {
    case "flow":
    case "global":
      return `${source.kind}.${source.store === undefined ? "" : `(${source.store}) `}${source.key}`;
    case "env":
      return `env.${source.name}`;
    case "jsonata":
      return `JSONata ${source.expression}`;
  }
}

function usable(value: unknown, scope: Scope, name: string): Flow {
  const { flow, unusable } = flowFrom(value);
  if (unusable) scope.report("error", `${name} holds an object; choose a text or number inside it.`);
  return flow;
}
