import type { Node, NodeAPI, NodeMessage } from "node-red";
import type { SourceResolver } from "../../lib/mapping/index.js";

/** Answers the mapper's questions for flow, global and environment values with those of the asking node. */
export function contextOf(RED: NodeAPI, node: Node): SourceResolver {
  const read = (scope: "flow" | "global") => async (key: string, store?: string) =>
    await new Promise<unknown>((done, fail) => {
      // Always with a callback: stores may be asynchronous.
      node.context()[scope].get(key, store, (error: Error | null | undefined, value?: unknown) => {
        if (error === null || error === undefined) done(value);
        else fail(error);
      });
    });
  return {
    flow: read("flow"),
    global: read("global"),
    env: (name) => RED.util.evaluateNodeProperty(name, "env", node, {}) as unknown,
  };
}

/** A typed input's value (text, msg, flow, global, env, JSONata), always by the callback form. */
export async function typedValue(
  RED: NodeAPI,
  node: Node,
  value: string,
  type: string,
  msg: NodeMessage,
): Promise<unknown> {
  return await new Promise((done, fail) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error: Error | null, result: unknown) => {
      if (error === null || error === undefined) done(result);
      else fail(error);
    });
  });
}
