import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI, NodeInitializer } from "node-red";
import { sharedPool } from "../../lib/content/index.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { StoreHolder } from "../../lib/runtime/types.js";
import type { JobSummary, LifecycleStore } from "../../lib/store/types.js";
import disposition = require("../../nodes/disposition/disposition.js");
import lifecycleStore = require("../../nodes/lifecycle-store/lifecycle-store.js");
import mappingProfile = require("../../nodes/mapping-profile/mapping-profile.js");
import metadataMapper = require("../../nodes/metadata-mapper/metadata-mapper.js");
import otmmAssetFetch = require("../../nodes/otmm-asset-fetch/otmm-asset-fetch.js");
import otmmAssetUpdate = require("../../nodes/otmm-asset-update/otmm-asset-update.js");
import otmmConnection = require("../../nodes/otmm-connection/otmm-connection.js");
import preservicaConnection = require("../../nodes/preservica-connection/preservica-connection.js");
import preservicaIngest = require("../../nodes/preservica-ingest/preservica-ingest.js");
import retentionTrigger = require("../../nodes/retention-trigger/retention-trigger.js");
import { ask, form } from "../../scripts/demo/readers/http.js";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import { startSandbox, type Sandbox } from "../../sandbox/start.js";
import { campaignFlow, type FlowEntry, IDS, TAB } from "../faults/flow.js";
import { coreNode, helper, until } from "../support/helper.js";

const USERS = ["rita", "anna", "bert", "carl"] as const;
/** Stands for Node-RED's own sign-in, which the helper leaves out: a user's token is the name. */
const signIn: NodeInitializer = (RED: NodeAPI) => {
  RED.httpAdmin.use((request, response, next) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const known = USERS.some((user) => user === token);
    if (token !== undefined && !known) {
      response.status(401).end();
      return;
    }
    if (known) Object.assign(request, { user: { username: token, permissions: "*" } });
    next();
  });
};
const NODES = [
  signIn,
  lifecycleStore,
  otmmConnection,
  preservicaConnection,
  mappingProfile,
  otmmAssetFetch,
  metadataMapper,
  preservicaIngest,
  otmmAssetUpdate,
  retentionTrigger,
  disposition,
  coreNode("common/25-catch"),
];
/** What makes the fetch node join two assets. */
export const WHOLE = {
  joinField: "ACME.FIELD.RIGHTS NOTE",
  partField: "ACME.FIELD.BUSINESS OWNER",
  mainPart: "FIN",
  parts: [{ value: "CLP", role: "access", representation: "Clip" }],
  agreeFields: "",
};
type Settings = Parameters<typeof helper.settings>[0];
const QUICK = { otmm: { indexDelayMs: 0, jobMs: 50 }, preservica: { ingestMs: 80, indexDelayMs: 40, asyncMs: 20 } };
const RULE = {
  name: "Campaign 5 years",
  when: [{ field: "ACME.FIELD.RETENTION CLASS", is: "one-of", values: ["CAMP-5Y"] }],
  trigger: { kind: "date", fields: ["ACME.FIELD.END DATE"] },
  period: "P5Y",
  action: "dispose",
};

/** Sandbox and Node-RED in this process, with users; assets go fetch, map, ingest, update, trigger, dispose. */
export class DispositionWorld {
  readonly ports: LifecycleMessage[][] = [[], [], []];
  readonly caught: LifecycleMessage[] = [];
  #stores = 0;
  #loaded = false;
  #headers: Record<string, string> = {};

  private constructor(
    readonly sandbox: Sandbox,
    readonly folder: string,
  ) {}

  static async open(signedIn = true): Promise<DispositionWorld> {
    const folder = mkdtempSync(join(tmpdir(), "disposition-"));
    const sandbox = await startSandbox({ dataDir: join(folder, "sandbox"), systems: ["otmm", "preservica"] });
    const world = new DispositionWorld(sandbox, folder);
    world.users(signedIn);
    await new Promise<void>((resolve) => void helper.startServer(() => resolve()));
    return world;
  }

  /** Whether Node-RED knows its users, from the next load on. */
  users(known: boolean): void {
    helper.settings({ userDir: this.folder, ...(known ? { adminAuth: adminAuth() } : {}) } as Settings);
  }

  async close(): Promise<void> {
    await this.unload();
    await sharedPool().close();
    await new Promise<void>((resolve) => void helper.stopServer(() => resolve()));
    helper.settings({});
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Both systems as on the first day, and an empty archive folder in OTMM; resolves with its id. */
  async fresh(): Promise<string> {
    await this.unload();
    await this.sandbox.kernel.reset();
    await this.sandbox.kernel.setClock(new Date());
    for (const [system, settings] of Object.entries(QUICK)) {
      await this.sandbox.kernel.settings.change(system as keyof typeof QUICK, settings);
    }
    this.#stores += 1;
    await this.#login();
    const roots = (await this.otmm("GET", "folders/rootfolders")) as {
      folders_resource: { folder_list: { asset_id: string }[] };
    };
    const made = (await this.otmm("POST", `folders/${roots.folders_resource.folder_list[0]?.asset_id}`, {
      folder_resource: { folder: { name: "Released", metadata: { metadata_element_list: [] } } },
    })) as { folder_resource: { folder: { asset_id: string } } };
    return made.folder_resource.folder.asset_id;
  }

  /** @param fetch laid over the fetch node */
  async load(settings: object, fetch: object = {}): Promise<void> {
    for (const list of [...this.ports, this.caught]) list.length = 0;
    const at = { z: TAB, x: 100, y: 500 };
    const more: FlowEntry[] = [
      {
        id: "trigger",
        type: "retention-trigger",
        ...at,
        store: IDS.store,
        zone: "Europe/Berlin",
        rules: [RULE],
        wires: [["dispose"], ["dispose"], ["dispose"]],
      },
      {
        id: "dispose",
        type: "disposition",
        ...at,
        store: IDS.store,
        source: IDS.otmm,
        archive: IDS.preservica,
        zone: "Europe/Berlin",
        wires: [["out0"], ["out1"], ["out2"]],
        ...settings,
      },
      ...[0, 1, 2].map((port): FlowEntry => ({ id: `out${port}`, type: "helper", ...at })),
    ];
    const { flow, credentials } = campaignFlow(this.sandbox.ready, {
      storeFile: `store-${this.#stores}.db`,
      over: { [IDS.update]: { wires: [["trigger"]] }, [IDS.fetch]: fetch },
      more,
    });
    await helper.load(NODES, flow, credentials);
    this.#loaded = true;
    for (const port of [0, 1, 2]) {
      helper.getNode(`out${port}`).on("input", (msg) => this.ports[port]?.push(msg as LifecycleMessage));
    }
    helper.getNode("caught").on("input", (msg) => this.caught.push(msg as LifecycleMessage));
  }

  async unload(): Promise<void> {
    if (!this.#loaded) return;
    this.#loaded = false;
    await helper.unload();
  }

  /** Gives a message to the disposition node again, as a new run. */
  again(msg: LifecycleMessage, run: string): void {
    helper.getNode("dispose").receive({ ...msg, lifecycle: { run } });
  }
  /** Sends these OTMM assets through the flow. */
  press(ids: readonly string[], more: object = {}): void {
    helper.getNode(IDS.fetch).receive({ payload: [...ids], ...more });
  }

  store(): Promise<LifecycleStore> {
    return (helper.getNode(IDS.store) as unknown as StoreHolder).store();
  }
  async jobs(nodeType = "disposition"): Promise<JobSummary[]> {
    return (await (await this.store()).jobs({ limit: 1000 })).filter((job) => job.nodeType === nodeType);
  }

  /** The first message that left by the output. */
  async out(port: number): Promise<LifecycleMessage> {
    await until(() => {
      const [caught] = this.caught;
      if (caught !== undefined) throw new Error(JSON.stringify(caught["error"]));
      return (this.ports[port]?.length ?? 0) > 0;
    });
    const msg = this.ports[port]?.[0];
    if (msg === undefined) throw new Error("no message");
    return msg;
  }

  /** A call of OTMM's own interface, beside the package. */
  async otmm(method: string, path: string, body?: object | URLSearchParams): Promise<unknown> {
    const json = body !== undefined && !(body instanceof URLSearchParams);
    const answer = await ask(`${this.sandbox.url("otmm")}/otmmapi/v6/${path}`, {
      method,
      headers: {
        ...this.#headers,
        ...(body === undefined
          ? {}
          : { "content-type": json ? "application/json; charset=UTF-8" : "application/x-www-form-urlencoded" }),
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body.toString() }),
    });
    return answer.text === "" ? undefined : (JSON.parse(answer.text) as unknown);
  }

  /** Makes two assets the parts of one whole, which `WHOLE` joins when it is fetched. */
  async join(main: string, part: string): Promise<void> {
    const { username = "", password = "" } = this.sandbox.ready.otmm ?? {};
    const reader = await OtmmReader.login({ url: this.sandbox.url("otmm"), username, password });
    await reader.edit(main, { [WHOLE.joinField]: "W-1", [WHOLE.partField]: WHOLE.mainPart });
    await reader.edit(part, { [WHOLE.joinField]: "W-1", [WHOLE.partField]: "CLP" });
  }

  /** Ids of the folders in which an asset stands. */
  async foldersOf(assetId: string): Promise<string[]> {
    const answer = (await this.otmm("GET", `assets/${assetId}/parents`)) as {
      folders_resource: { folder_list: { asset_id: string }[] };
    };
    return answer.folders_resource.folder_list.map((folder) => folder.asset_id);
  }
  async systemView(assetId: string): Promise<{ expired: boolean; deleted: boolean; locked: boolean }> {
    const answer = (await this.otmm("GET", `assets/${assetId}`)) as {
      asset_resource: { asset: { expired: boolean; deleted: boolean; locked: boolean } };
    };
    return answer.asset_resource.asset;
  }
  async state(action: string, assetId: string): Promise<void> {
    await this.otmm("PUT", "assets/state", new URLSearchParams({ action, selection_context: selectionOf(assetId) }));
  }
  async addTo(folder: string, assetId: string): Promise<void> {
    const body = new URLSearchParams({ type: "add", selection_context: selectionOf(assetId) });
    await this.otmm("PUT", `folders/${folder}/children`, body);
  }

  async #login(): Promise<void> {
    const { username = "", password = "" } = this.sandbox.ready.otmm ?? {};
    const answer = await ask(`${this.sandbox.url("otmm")}/otmmapi/v6/sessions`, form({ username, password }));
    const parsed = JSON.parse(answer.text) as { session_resource: { session: { id: number | string } } };
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    this.#headers = {
      cookie,
      "x-requested-by": String(parsed.session_resource.session.id),
      accept: "application/json",
    };
  }
}

function selectionOf(assetId: string): string {
  return JSON.stringify({
    selection_context_param: {
      selection_context: {
        type: "com.artesia.asset.selection.AssetIdsSelectionContext",
        asset_ids: [assetId],
        include_descendants: "NONE",
        child_type: "ASSETS",
        include_deleted_assets: true,
      },
    },
  });
}

/** Users whose token is their name: Node-RED's own `tokens` hook. */
function adminAuth(): object {
  const named = (name: string): object | null =>
    USERS.some((user) => user === name) ? { username: name, permissions: "*" } : null;
  return {
    type: "credentials",
    users: (name: string) => Promise.resolve(named(name)),
    authenticate: (name: string) => Promise.resolve(named(name)),
    tokens: (token: string) => Promise.resolve(named(token)),
  };
}
