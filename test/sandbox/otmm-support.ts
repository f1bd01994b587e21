import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { otmmSimulator } from "../../sandbox/otmm/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { isObject, type JsonObject } from "../../sandbox/otmm/json.js";

export const LATEST = "ARTESIA.FIELD.IS LATEST VERSION";
export const STATUS = "ACME.FIELD.APPROVAL STATUS";

/** An answer with its JSON, when it has one. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

/** Walks into JSON by names and list positions. @throws AssertionError when there is nothing */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === "number" && Array.isArray(here)) here = here[step];
    else if (typeof step === "string" && isObject(here)) here = here[step];
    else assert.fail(`no ${String(step)} in ${JSON.stringify(here)?.slice(0, 300)}`);
  }
  return here;
}

export function listAt(value: unknown, ...path: (string | number)[]): JsonObject[] {
  const list = at(value, ...path);
  assert.ok(Array.isArray(list), `${path.join(".")} is a list`);
  return list.filter(isObject);
}

export function stringAt(value: unknown, ...path: (string | number)[]): string {
  const text = at(value, ...path);
  assert.equal(typeof text, "string", path.join("."));
  return String(text);
}

export function condition(field: string, value: string, more: JsonObject = {}): JsonObject {
  return {
    type: "com.artesia.search.SearchScalarCondition",
    metadata_field_id: field,
    relational_operator_id: "ARTESIA.OPERATOR.CHAR.CONTAINS",
    value,
    relational_operator: "and",
    ...more,
  };
}

/** A selection context as the vendor wraps it. */
export function selection(...ids: string[]): string {
  const type = "com.artesia.asset.selection.AssetIdsSelectionContext";
  return JSON.stringify({
    selection_context_param: { selection_context: { type, asset_ids: ids, include_descendants: "NONE" } },
  });
}

/** A text field as PATCH and import write it. */
export function field(id: string, value: string | number): JsonObject {
  return { id, type: "com.artesia.metadata.MetadataField", value: { value: { type: "string", value } } };
}

/** A running OTMM and a person who is logged in to it. */
export class OtmmBench {
  private constructor(
    readonly sandbox: Sandbox,
    private readonly folder: string,
  ) {}

  headers: Record<string, string> = {};

  static async start(): Promise<OtmmBench> {
    const folder = await mkdtemp(join(tmpdir(), "otmm-"));
    const bench = new OtmmBench(await startSandbox({ dataDir: folder, factories: { otmm: otmmSimulator } }), folder);
    await bench.login("svc.lifecycle", "lifecycle-2026");
    return bench;
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get api(): string {
    return `${this.sandbox.url("otmm")}/otmmapi/v6`;
  }

  /** Opens a session; its cookie and id go with the later calls. */
  async login(username: string, password: string): Promise<JsonObject> {
    const answer = await fetch(`${this.api}/sessions`, {
      method: "POST",
      body: new URLSearchParams({ username, password }),
    });
    assert.equal(answer.status, 200);
    const session = at(await answer.json(), "session_resource", "session");
    assert.ok(isObject(session));
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    this.headers = { cookie, "x-requested-by": String(session["id"]) };
    return session;
  }

  async call(
    method: string,
    path: string,
    body?: URLSearchParams | FormData | string,
    headers = this.headers,
  ): Promise<Answer> {
    const type = typeof body === "string" ? { "content-type": "application/json; charset=UTF-8" } : {};
    const answer = await fetch(`${this.api}${path}`, {
      method,
      headers: { ...headers, ...type },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  get(path: string, parameters: Record<string, string> = {}): Promise<Answer> {
    const query = new URLSearchParams(parameters).toString();
    return this.call("GET", query === "" ? path : `${path}?${query}`);
  }

  /** POST search with a condition list. @returns the inner `search_result_resource` */
  async search(conditions: JsonObject[], more: Record<string, string> = {}): Promise<unknown> {
    const list = JSON.stringify({ search_condition_list: { search_condition: conditions } });
    const answer = await this.call(
      "POST",
      "/search/text",
      new URLSearchParams({ search_condition_list: list, limit: "200", ...more }),
    );
    assert.equal(answer.status, 200, answer.text);
    return at(answer.json, "search_result_resource");
  }

  /** Ids of the latest versions that meet the conditions. */
  async ids(...conditions: JsonObject[]): Promise<string[]> {
    const result = await this.search([condition(LATEST, "Y"), ...conditions], { return_type: "ids" });
    const list = at(result, "search_result", "asset_id_list");
    assert.ok(Array.isArray(list));
    return list.map(String);
  }

  /** Id of the latest version of the asset with that name. */
  async idOf(name: string): Promise<string> {
    const [id] = await this.ids(
      condition("ARTESIA.FIELD.ASSET NAME", name, { relational_operator_id: "ARTESIA.OPERATOR.CHAR.IS" }),
    );
    assert.ok(id !== undefined, `an asset named ${name}`);
    return id;
  }

  async asset(id: string, parameters: Record<string, string> = {}): Promise<JsonObject> {
    const answer = await this.get(`/assets/${id}`, parameters);
    assert.equal(answer.status, 200, answer.text);
    const asset = at(answer.json, "asset_resource", "asset");
    assert.ok(isObject(asset));
    return asset;
  }

  state(action: string, ...ids: string[]): Promise<Answer> {
    return this.call("PUT", "/assets/state", new URLSearchParams({ action, selection_context: selection(...ids) }));
  }

  patch(id: string, metadata: JsonObject[]): Promise<Answer> {
    return this.call("PATCH", `/assets/${id}`, JSON.stringify({ edited_asset: { data: { metadata } } }));
  }

  settings(changes: JsonObject): Promise<unknown> {
    return this.sandbox.kernel.settings.change("otmm", changes);
  }

  /** Moves the sandbox clock forwards. */
  async pass(ms: number): Promise<void> {
    await this.sandbox.kernel.setClock(new Date(this.sandbox.kernel.clock.now().getTime() + ms));
  }

  /** Polls a job until it has ended. */
  async ended(job: string): Promise<JsonObject> {
    for (let n = 0; n < 500; n++) {
      await this.pass(1000);
      const found = at((await this.get(`/jobs/${job}`)).json, "job_resource", "job");
      assert.ok(isObject(found));
      if (found["status"] === "COMPLETED" || found["status"] === "FAILED") return found;
    }
    return assert.fail(`job ${job} did not end`);
  }

  /** Requests that were refused as undocumented. */
  refused(): number {
    return this.sandbox.kernel.log.entries({ refused: true }).length;
  }
}
