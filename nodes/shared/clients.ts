import type { NodeAPI } from "node-red";
import type { OtmmClient } from "../../lib/otmm/index.js";
import type { PreservicaClient } from "../../lib/preservica/index.js";
import { clientOf } from "./connection.js";

/** The client of a deployed otmm-connection. @throws LifecycleError NOT_CONFIGURED */
export function otmmOf(RED: NodeAPI, id: string): OtmmClient {
  return clientOf(RED, "otmm-connection", id, isOtmm);
}

/** The client of a deployed preservica-connection. @throws LifecycleError NOT_CONFIGURED */
export function preservicaOf(RED: NodeAPI, id: string): PreservicaClient {
  return clientOf(RED, "preservica-connection", id, isPreservica);
}

function isOtmm(client: unknown): client is OtmmClient {
  return systemOf(client) === "otmm";
}
function isPreservica(client: unknown): client is PreservicaClient {
  return systemOf(client) === "preservica";
}
function systemOf(client: unknown): unknown {
  return typeof client === "object" && client !== null && "system" in client ? client.system : undefined;
}
