import type { Node, NodeAPI, NodeDef } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { onInput, storeOf } from "../../lib/runtime/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { assetWith, runReportOf } from "../../lib/timeline/index.js";
import { typedValue } from "../shared/context.js";
import { answerFor } from "./answer.js";
import { type LifecycleQueryConfig, migrate, type ValueType } from "./config.js";

/** What was found, or what was looked for in vain. */
type Answer = { found: unknown } | { missing: object };

/** Answers from the store: an asset and its life by any of its ids, the counts of a run, the head of the chain. */
function register(RED: NodeAPI): void {
  function LifecycleQueryNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });

    onInput(this, async (msg, send) => {
      const answer = await ask(RED, this, config, msg, await storeOf(RED, config.store));
      if ("found" in answer) {
        this.status({ fill: "green", shape: "dot", text: "lifecycle-query.status.found" });
        send([{ ...msg, payload: answer.found }, null]);
      } else {
        this.status({ fill: "grey", shape: "ring", text: "lifecycle-query.status.missing" });
        send([null, { ...msg, payload: answer.missing }]);
      }
    });
  }
  RED.nodes.registerType("lifecycle-query", LifecycleQueryNode);
}

async function ask(
  RED: NodeAPI,
  node: Node,
  config: LifecycleQueryConfig,
  msg: LifecycleMessage,
  store: LifecycleStore,
): Promise<Answer> {
  const { mode } = config;
  const named = async (what: string, value: string, type: ValueType): Promise<string> => {
    const id = await typedValue(RED, node, value, type, { _msgid: "", ...msg });
    if (typeof id === "string" && id !== "") return id;
    if (typeof id === "number" && Number.isFinite(id)) return String(id);
    throw new LifecycleError(
      "INVALID_INPUT",
      `The message names no ${what}; the node looks for it in ${type} ${value}.`,
    );
  };
  switch (mode) {
    case "head": {
      const anchor = await store.anchor();
      return anchor === undefined ? { missing: {} } : { found: anchor };
    }
    case "counts": {
      const run = await named("run", config.run, config.runType);
      const report = await runReportOf(store, run);
      return report === undefined ? { missing: { run } } : { found: report };
    }
    case "report":
    case "timeline":
    case "location": {
      const id = await named("asset", config.asset, config.assetType);
      const asset = await assetWith(store, id);
      if (asset === undefined) return { missing: { id } };
      return { found: await answerFor(store, asset, { mode, format: config.format, zone: config.zone }) };
    }
  }
}

export = register;
