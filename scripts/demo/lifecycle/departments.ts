import type { NodeRedUser } from "../../node-red.js";
import type { Stage } from "../stage.js";

/** One event of a timeline, as the admin API tells it. */
export interface Told {
  seq: number;
  type: string;
  at: string;
  learnt: string;
  local: string;
  clock: string;
  basis: string;
  agent: string;
  outcome: string;
  system?: string;
  object?: string;
  assetVersion?: string;
  detail?: Record<string, unknown>;
  erased?: true;
}
/** All that is known of an asset, as the admin API tells it. */
export interface Report {
  asset: string;
  ids: { system: string; connection: string; id: string }[];
  location: { system: string; state: string; since?: string }[];
  timeline: Told[];
  gaps: { kind: string; from?: string; to?: string; versions?: number[]; seqs?: number[]; says: string }[];
}

/** Who asks: the first may do everything, the others may only read. */
export const RECORDS: NodeRedUser = { username: "records", password: "records-of-the-demo", permissions: "*" };
export const BRAND: NodeRedUser = {
  username: "brand",
  password: "brand-of-the-demo",
  permissions: "content-lifecycle.read",
};
export const LEGAL: NodeRedUser = {
  username: "legal",
  password: "legal-of-the-demo",
  permissions: "content-lifecycle.read",
};

const PAGE = { user: "departments", password: "three-departments" };
/** Settings of a Node-RED whose pages ask for a password. */
export const PAGE_AUTH = {
  httpNodeAuth: { user: PAGE.user, pass: "$2b$06$YZS54fmuKFPp.v.X/2PGh.5SlOP/2b7QQ.tVIQnS6j0joePAIqPVS" },
};

/** Three departments that ask the same store: over the admin API, each signed in, and over the flow's page. */
export class Departments {
  readonly #stage: Stage;
  readonly #tokens = new Map<string, string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** All about the asset with this id of any system. @throws Error with the status when it is refused or unknown */
  async ask(who: NodeRedUser, id: string): Promise<Report> {
    const query = new URLSearchParams({ asset: id, zone: "Europe/Berlin" });
    return (await this.send(who, "GET", `timeline?${query.toString()}`)) as Report;
  }

  /** A call of the store's admin API by this person. */
  async send(who: NodeRedUser, method: string, path: string, body?: unknown): Promise<unknown> {
    const { nodeRed, storeId } = this.#stage;
    const answer = await nodeRed.admin(method, `content-lifecycle/stores/${storeId}/${path}`, body, {
      authorization: `Bearer ${await this.#token(who)}`,
    });
    return await answer.json();
  }

  /** The flow's page, or what it gives away; `open`: without the password. */
  async page(id: string, format = "", open = false): Promise<{ status: number; text: string }> {
    const query = new URLSearchParams({ id, ...(format === "" ? {} : { format }) });
    const basic = Buffer.from(`${PAGE.user}:${PAGE.password}`).toString("base64");
    const answer = await fetch(`${this.#stage.nodeRed.url}/lifecycle?${query.toString()}`, {
      headers: open ? {} : { authorization: `Basic ${basic}` },
    });
    return { status: answer.status, text: await answer.text() };
  }

  /** Signs in once; Node-RED keeps its sessions over a restart. */
  async #token({ username, password, permissions }: NodeRedUser): Promise<string> {
    const known = this.#tokens.get(username);
    if (known !== undefined) return known;
    const answer = await this.#stage.nodeRed.admin("POST", "auth/token", {
      client_id: "node-red-admin",
      grant_type: "password",
      scope: permissions,
      username,
      password,
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    this.#tokens.set(username, token);
    return token;
  }
}
