import type { Node, NodeAPI, NodeDef } from "node-red";
import { createPreservica, type PreservicaClient } from "../../lib/preservica/index.js";
import { adminRoute, READ } from "../../lib/runtime/index.js";
import { assumptionsIn, certificate, type ClientHolder, holdClient, optional, secret } from "../shared/connection.js";
import { preservicaOf } from "../shared/clients.js";
import { migrate } from "./config.js";

interface Secrets {
  username: string;
  password: string;
}
type ConnectionNode = Node<Secrets> & ClientHolder<PreservicaClient>;

/** Holds the one client of a Preservica tenant. */
function register(RED: NodeAPI): void {
  function PreservicaConnectionNode(this: ConnectionNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const { client } = holdClient(RED, this, () =>
      createPreservica({
        connection: config.key,
        baseUrl: config.url,
        tenant: config.tenant,
        credentials: () => ({
          username: secret(this.credentials, "username"),
          password: secret(this.credentials, "password"),
        }),
        ca: certificate(config.ca),
        proxy: optional(config.proxy),
        idleMs: config.idleSeconds * 1000,
        concurrency: config.concurrency,
        ratePerSecond: config.rate === 0 ? undefined : config.rate,
        assumptions: assumptionsIn(config.assumptions),
      }),
    );
    this.client = client;
  }
  RED.nodes.registerType<ConnectionNode, NodeDef, object, Secrets>("preservica-connection", PreservicaConnectionNode, {
    credentials: { username: { type: "text" }, password: { type: "password" } },
  });

  adminRoute(RED, "get", "preservica-connection/:id/test", READ, async ({ params }) =>
    preservicaOf(RED, params["id"] ?? "").testConnection(),
  );
}

export = register;
