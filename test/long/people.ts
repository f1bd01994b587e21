import { ask, form } from "../../scripts/demo/readers/http.js";
import type { Stage } from "../../scripts/demo/stage.js";
import type { NodeRedUser } from "../../scripts/node-red.js";

/** Persons who decide on destructions in Node-RED; each signs in with a password of their own. */
export const PEOPLE = ["rita", "anna", "bert"] as const;
export type Person = (typeof PEOPLE)[number];
const passwordOf = (person: string): string => `${person}-signs-in`;
export const USERS: NodeRedUser[] = ["records", ...PEOPLE].map((username) => ({
  username,
  password: passwordOf(username),
  permissions: "*",
}));

/** A list for approval, as the admin API tells it. */
export interface ListView {
  id: string;
  assetKey: string;
  state: string;
  digest: string;
  approvals: { agent: string }[];
}

/** The people of one Node-RED process: they sign in anew when it was started again. */
export class People {
  readonly #stage: Stage;
  readonly #tokens = new Map<Person, string>();
  #process: unknown;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async lists(): Promise<ListView[]> {
    const answer = await this.#stage.nodeRed.admin(
      "GET",
      `content-lifecycle/stores/${this.#stage.storeId}/approvals?limit=1000`,
    );
    return ((await answer.json()) as { approvals: ListView[] }).approvals;
  }

  /** @returns the status of the answer */
  async decide(person: Person, list: ListView, act: "request" | "approve" | "reject"): Promise<number> {
    const url = `${this.#stage.nodeRed.url}/content-lifecycle/stores/${this.#stage.storeId}/approvals/${list.id}/${act}`;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${await this.#token(person)}` },
      body: JSON.stringify({ digest: list.digest, reason: `${person} has looked at it` }),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  async #token(person: Person): Promise<string> {
    if (this.#process !== this.#stage.nodeRed.process) this.#tokens.clear();
    this.#process = this.#stage.nodeRed.process;
    const known = this.#tokens.get(person);
    if (known !== undefined) return known;
    const answer = await this.#stage.nodeRed.admin("POST", "auth/token", {
      client_id: "node-red-admin",
      grant_type: "password",
      scope: "*",
      username: person,
      password: passwordOf(person),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    this.#tokens.set(person, token);
    return token;
  }
}

/** A request for deletion that waits for a manager in Preservica. */
export interface PendingDeletion {
  token: string;
  /** Reference of the asset. */
  entity: string;
}

/** The archive's own manager: sees every request that waits there, also one that nobody remembers having sent. */
export class Manager {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async pending(): Promise<PendingDeletion[]> {
    const { jobs } = (await this.#stage.control("GET", "state?system=preservica")) as {
      jobs: { kind: string; status: string; token: string; entity?: string }[];
    };
    return jobs.flatMap(({ kind, status, token, entity }) =>
      kind === "deletion" && status === "PENDING" && entity !== undefined ? [{ token, entity }] : [],
    );
  }

  async decide({ token }: PendingDeletion, approved: boolean): Promise<void> {
    const { url, tenant } = this.#stage.ready.preservica;
    const login = await ask(
      `${url}/api/accesstoken/login`,
      form({ username: "manager.one", password: "archive-Manager-0001", tenant }),
    );
    const headers = {
      "preservica-access-token": (JSON.parse(login.text) as { token: string }).token,
      "content-type": "application/xml",
    };
    const body = `<DeletionAction xmlns="http://preservica.com/EntityAPI/v9.1"><Approval><Approved>${approved}</Approved><Comment>seen</Comment></Approval></DeletionAction>`;
    await ask(`${url}/api/entity/actions/deletions/${token}`, { method: "PUT", headers, body });
  }
}
