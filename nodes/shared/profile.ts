import type { Node, NodeAPI } from "node-red";
import type { CompiledMapping } from "../../lib/mapping/index.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";

/** What `mapping-profile` config nodes offer. */
export interface ProfileHolder {
  /** @throws LifecycleError NOT_CONFIGURED with the profile's mistakes by row */
  mapping(): CompiledMapping;
  /** Keeps the last asset that came by, in memory only, as sample for the profile's editor. */
  keepSample(asset: LifecycleAsset): void;
  sample(): LifecycleAsset | undefined;
}

/** @throws LifecycleError NOT_CONFIGURED when no such profile is deployed */
export function profileOf(RED: NodeAPI, id: string): ProfileHolder {
  const node: unknown = id === "" ? null : RED.nodes.getNode(id);
  if (!isHolder(node)) {
    throw new LifecycleError("NOT_CONFIGURED", "No deployed mapping profile is chosen: choose one, and deploy first.");
  }
  return node;
}

function isHolder(node: unknown): node is Node & ProfileHolder {
  return node !== null && typeof node === "object" && "mapping" in node && typeof node.mapping === "function";
}
