import type { Node, NodeAPI } from "node-red";
import { LifecycleError } from "../messages/error.js";
import type { LifecycleStore } from "../store/types.js";
import type { StoreHolder } from "./types.js";

function isHolder(node: unknown): node is Node & StoreHolder {
  return node !== null && typeof node === "object" && "store" in node && typeof node.store === "function";
}

/** @throws LifecycleError NOT_CONFIGURED when the node has no deployed lifecycle-store */
export async function storeOf(RED: NodeAPI, id: string): Promise<LifecycleStore> {
  const node: unknown = id === "" ? null : RED.nodes.getNode(id);
  if (!isHolder(node)) {
    throw new LifecycleError("NOT_CONFIGURED", "No lifecycle store is chosen; open the node and choose or add one.");
  }
  return node.store();
}
