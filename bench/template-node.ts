import { createRequire } from "node:module";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../scripts/node-red.js";

type Message = Record<string, unknown>;
type OnInput = (msg: Message, send: (msg: Message) => void, done: (error?: unknown) => void) => void;

/** As much of Node-RED as its template node asks for when it is made. */
interface TemplateRuntime {
  nodes: {
    createNode(node: TemplateInstance): void;
    registerType(type: string, make: new (config: object) => TemplateInstance): void;
  };
  library: { register(type: string): void };
  util: unknown;
}
interface TemplateInstance {
  on(event: string, listener: OnInput): void;
  context(): object;
}

/**
 * Node-RED's own template node, as it ships with Node-RED 5, with nothing around it: no wires, no hooks, no copies of
 * messages.
 *
 * @returns fills the template from a message, as text
 */
export function templateNode(template: string): (msg: Message) => Promise<string> {
  const ofNodeRed = createRequire(join(PACKAGE_ROOT, "node_modules", "node-red-5", "package.json"));
  const register = ofNodeRed("@node-red/nodes/core/function/80-template.js") as (runtime: TemplateRuntime) => void;
  const { util } = ofNodeRed("@node-red/util") as { util: unknown };
  let onInput: OnInput | undefined;
  register({
    nodes: {
      createNode: (node) => {
        node.on = (_event, listener) => void (onInput = listener);
        node.context = () => ({});
      },
      registerType: (_type, Template) => void new Template({ template, field: "payload", output: "str" }),
    },
    library: { register: () => undefined },
    util,
  });
  return (msg) =>
    new Promise((resolve, reject) => {
      const done = (error?: unknown): void => {
        if (error !== undefined) reject(new Error(String(error)));
      };
      onInput?.(msg, (sent) => resolve(String(sent["payload"])), done);
    });
}
