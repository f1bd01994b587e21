import { readFileSync } from "node:fs";
import type { Node, NodeAPI } from "node-red";
import { asLifecycleError, LifecycleError } from "../../lib/messages/error.js";
import { systems } from "../../lib/systems/registry.js";
import type { ContentSystem } from "../../lib/systems/port.js";
import { afterDeploy } from "./after-deploy.js";

/** What every connection node offers: its one client, or the reason why there is none. */
export interface ClientHolder<Client> {
  /** @throws LifecycleError NOT_CONFIGURED, CONFLICT (two connections with one key) */
  client: () => Client;
}

type Closing = ContentSystem & { close(): void | Promise<void> };

/**
 * Makes the client of a connection node when it is deployed, registers it under its connection key, and closes it with
 * the node. A wrong configuration never throws here: it is told to whoever asks for the client.
 */
export function holdClient<Client extends Closing>(
  RED: NodeAPI,
  node: Node,
  create: () => Client,
): ClientHolder<Client> {
  let held: { client: Client; unregister(): void } | undefined;
  let fault: LifecycleError | undefined;
  try {
    const client = create();
    held = { client, unregister: systems.register(client) };
  } catch (thrown) {
    fault = asLifecycleError(thrown);
    node.error(`${fault.code}: ${fault.message}`);
  }
  node.on("close", (_removed: boolean, done: () => void) => {
    if (held !== undefined) systems.closing(held.client);
    Promise.resolve(held?.client.close()).then(done, done);
  });
  afterDeploy(RED, node, () => held?.unregister());
  return {
    client() {
      if (held === undefined) throw fault ?? new LifecycleError("NOT_CONFIGURED", "The connection is not configured.");
      return held.client;
    },
  };
}

/** The client of a deployed connection node of that type. @throws LifecycleError NOT_CONFIGURED "deploy first" */
export function clientOf<Client>(
  RED: NodeAPI,
  type: string,
  id: string,
  isClient: (client: unknown) => client is Client,
): Client {
  const node: unknown = id === "" ? null : RED.nodes.getNode(id);
  if (!isHolder(node) || node.type !== type) {
    throw new LifecycleError("NOT_CONFIGURED", `No deployed ${type} is chosen: choose one, and deploy first.`);
  }
  const client = node.client();
  if (!isClient(client)) throw new LifecycleError("NOT_CONFIGURED", `The ${type} holds no client.`);
  return client;
}

function isHolder(node: unknown): node is Node & ClientHolder<unknown> {
  return node !== null && typeof node === "object" && "client" in node && typeof node.client === "function";
}

/** A private CA from the form: PEM text as it is, anything else is a path on this machine. */
export function certificate(given: string): string | undefined {
  if (given === "") return undefined;
  if (given.includes("-----BEGIN")) return given;
  try {
    return readFileSync(given, "utf8");
  } catch (cause) {
    throw new LifecycleError("NOT_CONFIGURED", `The CA file ${given} cannot be read.`, { cause });
  }
}

/** The folded assumptions of a connection form: a JSON object. */
export function assumptionsIn(text: string): Record<string, unknown> {
  if (text === "") return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Told below: no JSON and no object are the same mistake to the person.
  }
  throw new LifecycleError("NOT_CONFIGURED", "The connection's assumptions are no JSON object.");
}

/** Text or nothing, for options that are left out when the field is empty. */
export function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** A secret from the credentials. @throws LifecycleError NOT_CONFIGURED naming the field */
export function secret(credentials: object | undefined, name: string): string {
  const value: unknown = Object.entries(credentials ?? {}).find(([known]) => known === name)?.[1];
  if (typeof value === "string" && value !== "") return value;
  throw new LifecycleError("NOT_CONFIGURED", `The connection has no ${name}; open it and fill the field.`);
}
