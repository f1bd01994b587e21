import { createHmac } from "node:crypto";
import { ask, form } from "./http.js";

interface Tenant {
  url: string;
  tenant: string;
}
const ENTITY = "http://preservica.com/EntityAPI/v9.1";
const XIP = "http://preservica.com/XIP/v9.1";
const PERSONS = {
  operator: { username: "operator.one", password: "archive-Operator-0001" },
  manager: { username: "manager.one", password: "archive-Manager-0001" },
};

/** What people do in Preservica that no flow may do: approve a deletion, hold, subscribe webhooks. Plain calls. */
export class Archivist {
  readonly #base: string;
  readonly #tenant: string;

  constructor({ url, tenant }: Tenant) {
    this.#base = url;
    this.#tenant = tenant;
  }

  /** Subscribes an address; Preservica accepts it only when the receiver meets its challenge. */
  async subscribe(url: string, triggerType: string, secret: string): Promise<void> {
    const body = JSON.stringify({ url, triggerType, secret });
    await this.#as("manager", "POST", "/api/webhook/subscriptions", body, "application/json");
  }
  /** Triggers that call an address. */
  async subscriptions(url: string): Promise<string[]> {
    const found = JSON.parse(await this.#as("manager", "GET", "/api/webhook/subscriptions")) as {
      url: string;
      triggerType: string;
    }[];
    return found.filter((one) => one.url === url).map(({ triggerType }) => triggerType);
  }

  /** Puts an asset on the legal hold of a matter. */
  async hold(ref: string, matter: string): Promise<void> {
    const list = await this.#as("manager", "GET", "/api/entity/legal-holds?start=0&max=100&expand=true");
    const hold = new RegExp(`<(?:\\w+:)?Ref>([^<]+)</(?:\\w+:)?Ref><(?:\\w+:)?Name>${matter}<`).exec(list)?.[1];
    if (hold === undefined) throw new Error(`Preservica knows no legal hold ${matter}`);
    const body = `<LegalHoldAssignmentRequest xmlns="${XIP}"><LegalHoldRef>${hold}</LegalHoldRef></LegalHoldAssignmentRequest>`;
    await this.#as("manager", "POST", `/api/entity/information-objects/${ref}/legal-holds`, body);
  }

  /** Destroys an asset as the vendor wants it: one person asks, another approves. */
  async destroy(ref: string): Promise<void> {
    const wish = `<DeletionAction xmlns="${ENTITY}" xmlns:xip="${XIP}"><Submission><Comment>period is over</Comment></Submission></DeletionAction>`;
    const token = (await this.#as("operator", "DELETE", `/api/entity/information-objects/${ref}`, wish)).trim();
    await this.#progress(token, "PENDING");
    const approval = `<DeletionAction xmlns="${ENTITY}"><Approval><Approved>true</Approved><Comment>agreed</Comment></Approval></DeletionAction>`;
    await this.#as("manager", "PUT", `/api/entity/actions/deletions/${token}`, approval);
    await this.#progress(token, "COMPLETED");
  }

  async #progress(token: string, status: string): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await this.#as("manager", "GET", `/api/entity/progress/${token}`)).includes(`>${status}<`)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the deletion was not ${status} in 30 s`);
  }

  async #as(
    who: keyof typeof PERSONS,
    method: string,
    path: string,
    body?: string,
    type = "application/xml;charset=UTF-8",
  ): Promise<string> {
    const login = await ask(`${this.#base}/api/accesstoken/login`, form({ ...PERSONS[who], tenant: this.#tenant }));
    const { token } = JSON.parse(login.text) as { token: string };
    const headers = { "preservica-access-token": token, "content-type": type };
    return (await ask(`${this.#base}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })).text;
  }
}

/** An event as Preservica's webhook sends it, or as somebody else would like it to look; resolves with the status. */
export async function callBack(url: string, secret: string, event: object): Promise<number> {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(`preservica-webhook-auth${body}`).digest("hex");
  const headers = { "preservica-signature": signature, "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body })).status;
}
