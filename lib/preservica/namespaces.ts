import type { Gateway } from "./gateway.js";

/** Namespace of actions in request documents: of the same version as that of entity elements (fact sheet 0.2). */
export async function entityNamespace(gateway: Gateway): Promise<string> {
  return (await gateway.xipNamespace()).replace("/XIP/", "/EntityAPI/");
}
