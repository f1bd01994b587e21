import type { Node, NodeAPI, NodeDef } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import {
  createOtmm,
  type OtmmClient,
  type OtmmCredentials,
  type OtmmHolds,
  type OtmmLogin,
} from "../../lib/otmm/index.js";
import { afterDeploy } from "../shared/after-deploy.js";
import { assumptionsIn, certificate, type ClientHolder, holdClient, optional, secret } from "../shared/connection.js";
import { declareZone } from "../shared/zone.js";
import { migrate, type OtmmConnectionConfig } from "./config.js";
import { registerOtmmRoutes } from "./routes.js";

interface Secrets {
  username: string;
  password: string;
  clientId: string;
  clientSecret: string;
}
type ConnectionNode = Node<Secrets> & ClientHolder<OtmmClient>;

/** Holds the one client of an OTMM server. */
function register(RED: NodeAPI): void {
  function OtmmConnectionNode(this: ConnectionNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const { client } = holdClient(RED, this, () =>
      createOtmm({
        connection: config.key,
        baseUrl: config.url,
        login: loginOf(config),
        credentials: async () => credentialsOf(this.credentials, config),
        zone: config.zone,
        holds: holdsOf(config),
        tls: { ca: certificate(config.ca), proxy: optional(config.proxy) },
        idleMs: config.idleSeconds * 1000,
        concurrency: config.concurrency,
        ratePerSecond: config.rate === 0 ? undefined : config.rate,
        redirectHosts: config.redirectHosts,
        assumptions: assumptionsIn(config.assumptions),
      }),
    );
    this.client = client;
    afterDeploy(RED, this, declareZone(config.key, config.zone));
  }
  RED.nodes.registerType<ConnectionNode, NodeDef, object, Secrets>("otmm-connection", OtmmConnectionNode, {
    credentials: {
      username: { type: "text" },
      password: { type: "password" },
      clientId: { type: "text" },
      clientSecret: { type: "password" },
    },
  });
  registerOtmmRoutes(RED);
}

function loginOf({ auth, otdsUrl, otdsResource }: OtmmConnectionConfig): OtmmLogin {
  return auth === "otds" ? { method: "otds", otdsUrl, resourceId: otdsResource } : { method: auth };
}

function credentialsOf(given: Partial<Secrets>, { auth }: OtmmConnectionConfig): OtmmCredentials {
  const user = { username: secret(given, "username"), password: secret(given, "password") };
  return auth === "oauth"
    ? { ...user, clientId: secret(given, "clientId"), clientSecret: secret(given, "clientSecret") }
    : user;
}

/** Undeclared stays undefined: then every asset counts as held. */
function holdsOf({ holdMode, holdField, holdValue, holdMatterField }: OtmmConnectionConfig): OtmmHolds | undefined {
  if (holdMode === "none") return "none";
  if (holdMode === "undeclared") return undefined;
  if (holdField === "")
    throw new LifecycleError("NOT_CONFIGURED", "The connection names no field that says whether an asset is held.");
  const values = holdValue.split(",").map((value) => value.trim());
  return { fieldId: holdField, values, matterFieldId: optional(holdMatterField) };
}

export = register;
