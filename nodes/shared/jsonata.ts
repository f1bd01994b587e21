import type { NodeAPI } from "node-red";
import type { CompileOptions } from "../../lib/mapping/index.js";

/** Gives the mapper Node-RED's own JSONata, so that an expression does here what it does in core nodes. */
export function jsonataOf(RED: NodeAPI): NonNullable<CompileOptions["prepareJsonata"]> {
  return (expression) => {
    const prepared = RED.util.prepareJSONataExpression(expression, HOST);
    return async (message) =>
      await new Promise((done, fail) => {
        RED.util.evaluateJSONataExpression(prepared, message, (error, value) => {
          if (error === null || error === undefined) done(value);
          else fail(error);
        });
      });
  };
}

/** Expressions of a profile belong to no flow: context is a source of its own in the mapper. */
const HOST = { id: "", type: "mapping-profile", context: () => ({}) } as never;
