import type { SandboxAnswer, SandboxRequest } from "../kernel/types.js";
import { accessTokenApi, authenticate } from "./access/login.js";
import { USER_ROUTES } from "./access/user-api.js";
import type { Archive } from "./archive.js";
import { CONTENT_API_ROUTES } from "./content/api.js";
import { CONTENT_ROUTES } from "./entity/content-objects.js";
import { CORE_ROUTES } from "./entity/core.js";
import { EVENT_ROUTES } from "./entity/events.js";
import { EXPORT_ROUTES } from "./entity/export.js";
import { IDENTIFIER_ROUTES } from "./entity/identifiers.js";
import { LINK_ROUTES } from "./entity/links.js";
import { LISTING_ROUTES } from "./entity/listings.js";
import { LONG_RUNNING_ROUTES } from "./entity/long-running.js";
import { METADATA_ROUTES } from "./entity/metadata.js";
import { Call, type ApiBase } from "./http/call.js";
import { UNSIMULATED_ENTITY_ROUTES, UNSIMULATED_ROUTES } from "./http/not-simulated.js";
import { notFound, Refusal, undocumented } from "./http/refusal.js";
import { matchRoute, type Route } from "./http/router.js";
import type { Uploads } from "./ingest/upload.js";
import { MONITOR_ROUTES } from "./jobs/monitor-api.js";
import { HOLD_ROUTES } from "./retention/hold-api.js";
import { RETENTION_ROUTES } from "./retention/policy-api.js";
import { atLeast } from "./settings.js";
import { WEBHOOK_ROUTES } from "./webhooks/api.js";
import { PROCESS_ROUTES, workflowRoutes } from "./workflow/api.js";

const ENTITY_API: readonly Route[] = [
  ...CORE_ROUTES,
  ...IDENTIFIER_ROUTES,
  ...METADATA_ROUTES,
  ...LISTING_ROUTES,
  ...LINK_ROUTES,
  ...EVENT_ROUTES,
  ...LONG_RUNNING_ROUTES,
  ...CONTENT_ROUTES,
  ...EXPORT_ROUTES,
  ...RETENTION_ROUTES,
  ...HOLD_ROUTES,
  ...UNSIMULATED_ENTITY_ROUTES,
];
const OTHER_APIS: readonly Route[] = [
  ...USER_ROUTES,
  ...CONTENT_API_ROUTES,
  ...MONITOR_ROUTES,
  ...WEBHOOK_ROUTES,
  ...PROCESS_ROUTES,
  ...UNSIMULATED_ROUTES,
];

/** Leads a request to the API it is for, and turns refusals into answers. */
export class Dispatcher {
  private readonly workflowApi: readonly Route[];

  constructor(
    private readonly archive: Archive,
    private readonly uploads: Uploads,
  ) {
    this.workflowApi = workflowRoutes(uploads);
  }

  async handle(request: SandboxRequest): Promise<SandboxAnswer> {
    try {
      return await this.dispatch(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.undocumented !== undefined) request.refuse(error.undocumented);
      return error.answer();
    }
  }

  private dispatch(request: SandboxRequest): Promise<SandboxAnswer> {
    const [first, second, third, ...rest] = request.segments;
    if (first === "sdb" && second === "rest" && third === "workflow")
      return this.answer(request, this.workflowApi, rest, "/sdb/rest/workflow");
    if (first !== "api") throw undocumented(404, `${request.path} is not documented`);
    if (second === "accesstoken") return accessTokenApi(this.archive, request, request.segments.slice(2));
    if (second === "s3" && third === "buckets") return this.uploads.handle(request);
    if (second !== "entity") return this.answer(request, OTHER_APIS, request.segments.slice(1), "/api");
    const version = /^v(\d+\.\d+)$/u.exec(third ?? "")?.[1];
    if (version === undefined) return this.answer(request, ENTITY_API, request.segments.slice(2), "/api/entity");
    return this.answer(request, ENTITY_API, rest, `/api/entity/v${version}`, version);
  }

  /** @param frozen version that a versioned path asks for; there are such paths since 6.2 */
  private async answer(
    request: SandboxRequest,
    routes: readonly Route[],
    segments: string[],
    base: string,
    frozen?: string,
  ): Promise<SandboxAnswer> {
    const user = authenticate(this.archive, request);
    const server = this.archive.version.replace(/\.\d+$/u, "");
    if (frozen !== undefined && !(atLeast(server, frozen) && atLeast(frozen, "6.2")))
      throw notFound(`API version ${frozen}`);
    const api: ApiBase = { url: `${request.origin}${base}`, version: frozen ?? server };
    const { route, params } = matchRoute(routes, request.method, segments, request.query, api.version);
    return route.handle(new Call(this.archive, request, api, user, params));
  }
}
