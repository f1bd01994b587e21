import type { Node, NodeAPI } from "node-red";

/**
 * Does something once the deploy that closes a node is over. Nodes that do not name it work on meanwhile, and must not
 * take what is only being replaced for gone.
 */
export function afterDeploy(RED: NodeAPI, node: Node, over: () => void): void {
  node.on("close", () => {
    RED.events.once("flows:started", over);
  });
}
