import { randomUUID } from "node:crypto";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { signLink } from "../../lib/access/index.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { softwareAgent } from "../../lib/messages/software.js";
import {
  adminRoute,
  assetOf,
  demandPublicAddress,
  hasNoRoutes,
  onInput,
  publicAddress,
  rawRoute,
  routeObstacles,
  secretOf,
  storeOf,
  WRITE,
} from "../../lib/runtime/index.js";
import type { LifecycleEvent } from "../../lib/store/types.js";
import { preservicaOf } from "../shared/clients.js";
import { wordsIn } from "../shared/configuration.js";
import { migrate, type PreservicaAccessConfig } from "./config.js";
import { type Grant, Grants } from "./grants.js";
import { find, lookAt } from "./look.js";
import { type LinkGiver, serveLink } from "./serve.js";

const ROUTE = "access";

interface Secrets {
  secret?: string;
}

/** Deployed nodes that gave links, by id. */
const givers = new Map<string, LinkGiver>();

/** Gives out access copies of archived assets: a signed link, or a reference for the nodes that follow. */
function register(RED: NodeAPI): void {
  function PreservicaAccessNode(this: Node<Secrets>, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const node = new AccessNode(RED, this, config);
    givers.set(this.id, node);
    this.on("close", () => {
      if (givers.get(this.id) === node) givers.delete(this.id);
    });
    if (config.mode === "link") for (const obstacle of routeObstacles(RED)) this.warn(obstacle);
    onInput(this, async (msg, send) => node.answer(msg, send));
  }
  RED.nodes.registerType<Node<Secrets>, NodeDef, object, Secrets>("preservica-access", PreservicaAccessNode, {
    credentials: { secret: { type: "password" } },
  });
  rawRoute(RED, ["GET"], ROUTE, (call) => serveLink(call, (id) => givers.get(id)));
  adminRoute(RED, "post", "preservica-access/:id/grants/:grant/revoke", WRITE, async ({ params, agent }) => {
    const giver = givers.get(params["id"] ?? "");
    if (giver === undefined) throw new LifecycleError("NOT_FOUND", "No deployed node has this id.");
    const grant = await giver.grants.revoke(params["grant"] ?? "");
    await giver.note(grant, "success", { revokedBy: agent });
    return { revoked: grant.id };
  });
}

class AccessNode implements LinkGiver {
  readonly grants: Grants;
  readonly #RED: NodeAPI;
  readonly #node: Node<Secrets>;
  readonly #config: PreservicaAccessConfig;

  constructor(RED: NodeAPI, node: Node<Secrets>, config: PreservicaAccessConfig) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.grants = new Grants(node.id, () => storeOf(RED, config.store));
  }

  secret(): Promise<string> {
    return secretOf(this.#RED, this.#node.credentials, `access-links:${this.#node.id}`);
  }
  client() {
    return preservicaOf(this.#RED, this.#config.connection);
  }
  look(ref: string) {
    const tags = wordsIn({ tags: this.#config.tags }, "tags");
    return lookAt(this.client(), ref, { tags, refuseHeld: this.#config.refuseHeld });
  }

  async answer(
    msg: LifecycleMessage,
    send: (out: LifecycleMessage | (LifecycleMessage | null)[]) => void,
  ): Promise<void> {
    if (this.#config.mode === "link" && hasNoRoutes(this.#RED)) {
      throw new LifecycleError("NOT_CONFIGURED", routeObstacles(this.#RED)[0] ?? "Node-RED serves no public routes.");
    }
    if (this.#config.mode === "link") demandPublicAddress(this.#config.publicUrl);
    const asset = assetOf(msg);
    const found = await find(this.client(), asset, {
      asset: this.#config.identifierAsset,
      original: this.#config.identifierOriginal,
    });
    const looked = found.found ? await this.look(found.ref) : { title: asset.name, files: [], reasons: [found.why] };
    if (!found.found || looked.reasons.length > 0) {
      const reason = `"${looked.title}" is not given out: ${looked.reasons.join("; ")}.`;
      if (msg.dryRun !== true)
        await this.#record(asset, found.found ? found.ref : "", "access refused", "refused", {
          why: looked.reasons.join("; "),
        });
      this.#node.status({ fill: "yellow", shape: "ring", text: "refused" });
      send([null, { ...msg, payload: { granted: false, reason, reasons: looked.reasons } }]);
      return;
    }
    const out =
      msg.dryRun === true
        ? this.#planned(msg, asset, found.ref, looked.files)
        : await this.#grant(msg, asset, found.ref, looked.files);
    this.#node.status({ fill: "green", shape: "dot", text: "granted" });
    send([out, null]);
  }

  async #grant(
    msg: LifecycleMessage,
    asset: LifecycleAsset,
    ref: string,
    files: LifecycleAsset["content"],
  ): Promise<LifecycleMessage> {
    const ids = this.#idsOf(asset, ref);
    if (this.#config.mode === "reference") {
      await this.#record(asset, ref, "access granted", "success", { as: "reference", files: files.length });
      return { ...msg, asset: { ...asset, ids, content: files }, payload: { granted: true, content: files } };
    }
    const expires = Math.floor(Date.now() / 1000) + this.#config.minutes * 60;
    const secret = await this.secret();
    const links = [];
    for (const file of files) {
      const grant: Grant = {
        id: randomUUID(),
        node: this.#node.id,
        ref,
        path: file.id,
        name: file.name,
        size: file.size ?? 0,
        assetKey: asset.key,
        assetVersion: asset.version,
        expires,
        oneTime: this.#config.oneTime,
        download: this.#config.download,
        uses: 0,
        revoked: false,
      };
      await this.grants.put(grant);
      await this.#record(asset, ref, "access granted", "success", {
        as: "link",
        grant: grant.id,
        expires: iso(expires),
      });
      const url = publicAddress(
        this.#RED,
        this.#config.publicUrl,
        ROUTE,
        signLink({ node: grant.node, grant: grant.id, expires }, secret),
      );
      links.push({ url, grant: grant.id, name: file.name, size: grant.size });
    }
    const [first] = links;
    const payload = { granted: true, ...first, expires: iso(expires), oneTime: this.#config.oneTime, links };
    return { ...msg, asset: { ...asset, ids }, payload };
  }

  #idsOf(asset: LifecycleAsset, ref: string): LifecycleAsset["ids"] {
    return { ...asset.ids, preservica: { ...asset.ids.preservica, connection: this.client().connection, ref } };
  }

  /** What would be given. A reference goes on as it is, so that the nodes that follow can plan with it. */
  #planned(
    msg: LifecycleMessage,
    asset: LifecycleAsset,
    ref: string,
    files: LifecycleAsset["content"],
  ): LifecycleMessage {
    const node = this.#node.name ?? this.#node.id;
    const plan = [...(msg.plan ?? []), { node, system: "preservica", action: "give access", target: asset.name }];
    if (this.#config.mode === "link") {
      return { ...msg, plan, payload: { granted: true, files: files.length, url: "dry-run:link" } };
    }
    const found = { ...asset, ids: this.#idsOf(asset, ref), content: files };
    return { ...msg, plan, asset: found, payload: { granted: true, content: files } };
  }

  async note(
    grant: Grant,
    outcome: "success" | "refused" | "failure",
    detail: Record<string, string | number>,
  ): Promise<void> {
    const asset = { key: grant.assetKey, version: grant.assetVersion };
    const type = "revokedBy" in detail ? "access revoked" : outcome === "refused" ? "access refused" : "access used";
    await this.#record(asset, grant.ref, type, outcome, { grant: grant.id, ...detail });
  }

  async #record(
    asset: { key: string; version: string },
    ref: string,
    type: string,
    outcome: LifecycleEvent["outcome"],
    detail: Record<string, string | number>,
  ): Promise<void> {
    const store = await storeOf(this.#RED, this.#config.store);
    const agent = typeof detail["revokedBy"] === "string" ? detail["revokedBy"] : softwareAgent("preservica-access");
    const at = new Date().toISOString();
    const about = {
      assetKey: asset.key,
      assetVersion: asset.version,
      system: "preservica",
      ...(ref === "" ? {} : { object: ref }),
    };
    await store.append([{ ...about, type, at, basis: "witnessed", agent, outcome, detail }]);
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

export = register;
