import type { SandboxAnswer, SandboxContext, SandboxRequest } from "../kernel/types.js";
import { forbidden, json } from "./answers.js";
import type { OtmmSettings } from "./assumptions.js";
import type { Orders } from "./bulk.js";
import type { Jobs } from "./jobs.js";
import type { Registry } from "./registry.js";
import { renderAsset, renderFolder, type RenderContext } from "./render/asset.js";
import type { LoadPlan } from "./render/plan.js";
import type { Caller, Sessions } from "./sessions.js";
import type { OtmmStore } from "./store.js";
import type { AssetRecord, FolderRecord, OtmmSeed, UserRecord } from "./types.js";

/** The parts of one simulated OTMM. */
export interface OtmmParts {
  context: SandboxContext;
  settings: OtmmSettings;
  seed: OtmmSeed;
  store: OtmmStore;
  registry: Registry;
  sessions: Sessions;
  jobs: Jobs;
  orders: Orders;
}

/** One authenticated call on its way through a route. */
export class Call {
  readonly user: UserRecord;

  constructor(
    readonly parts: OtmmParts,
    readonly request: SandboxRequest,
    readonly caller: Caller,
    /** Path variables, decoded. */
    readonly path: Record<string, string>,
  ) {
    this.user = caller.user;
  }

  get store(): OtmmStore {
    return this.parts.store;
  }

  get registry(): Registry {
    return this.parts.registry;
  }

  /** A path variable of the matched route. */
  variable(name: string): string {
    return this.path[name] ?? "";
  }

  /** @throws OtmmError 403 */
  need(right: keyof UserRecord["rights"], message: string): void {
    if (!this.user.rights[right]) throw forbidden(message);
  }

  json(value: unknown, status = 200): SandboxAnswer {
    return json(this.parts.settings, value, status);
  }

  rendering(flat = false): RenderContext {
    const { context, seed, store, registry } = this.parts;
    return {
      store,
      registry,
      files: context.files,
      users: seed.users,
      policies: seed.policies,
      caller: this.user,
      flat,
    };
  }

  renderAssets(assets: AssetRecord[], plan: LoadPlan, flat = false): Promise<object[]> {
    const context = this.rendering(flat);
    return Promise.all(assets.map((asset) => renderAsset(context, asset, plan)));
  }

  renderFolders(folders: FolderRecord[], plan: LoadPlan, flat = false): object[] {
    const context = this.rendering(flat);
    return folders.map((folder) => renderFolder(context, folder, plan));
  }

  /** Form body joined to the query: the server takes parameters from either. */
  async parameters(): Promise<URLSearchParams> {
    const joined = new URLSearchParams(this.request.query);
    const type = this.request.headers["content-type"] ?? "";
    if (type.startsWith("application/x-www-form-urlencoded")) {
      for (const [name, value] of await this.request.form()) joined.set(name, value);
    }
    return joined;
  }
}

/** A route: method, path pattern (`:name` is a variable), what it does. */
export interface Route {
  method: string;
  pattern: string;
  run: (call: Call) => Promise<SandboxAnswer> | SandboxAnswer;
}
