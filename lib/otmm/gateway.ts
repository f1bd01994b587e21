import { createHttp, failure, segment, type Http, type HttpAnswer, type HttpRequest } from "../http/index.js";
import { isRecord, type UnknownRecord } from "../http/shape.js";
import { LifecycleError } from "../messages/error.js";
import { ASSUMPTIONS, type OtmmAssumptions } from "./assumptions.js";
import { OtmmSession } from "./session.js";
import { checkOptions, clientSettings } from "./settings.js";
import type { OtmmOptions } from "./types.js";

/** Calls of OTMM's REST API with the connection's login; what all parts of the client share. */
export class OtmmGateway {
  readonly options: OtmmOptions;
  readonly assumptions: OtmmAssumptions;
  readonly session: OtmmSession;
  readonly http: Http;
  /** `/otmmapi/v6` */
  readonly api: string;

  /** @throws LifecycleError NOT_CONFIGURED */
  constructor(options: OtmmOptions) {
    checkOptions(options);
    this.options = options;
    this.assumptions = { ...ASSUMPTIONS, ...options.assumptions };
    this.api = `/otmmapi/v${options.apiVersion ?? 6}`;
    this.session = new OtmmSession(options, this.api, () => this.http);
    this.http = createHttp({ ...clientSettings(options), baseUrl: options.baseUrl, auth: this.session });
  }

  /** A call below the API's path. */
  call(request: HttpRequest): Promise<HttpAnswer> {
    return this.http.request({ ...request, path: `${this.api}${request.path}` });
  }

  /** A reading call that answers with a JSON object. */
  async read(request: Omit<HttpRequest, "expect" | "idempotent">): Promise<UnknownRecord> {
    const answer = await this.call({ ...request, expect: "json", idempotent: true });
    return answer.json(isRecord);
  }

  /** GET of one thing by id. @throws LifecycleError NOT_FOUND naming kind and id */
  async readOne(
    kind: string,
    path: string,
    id: string,
    query: HttpRequest["query"],
    signal: AbortSignal | undefined,
  ): Promise<UnknownRecord> {
    try {
      return await this.read({ method: "GET", path: `${path}/${segment(id)}`, query, signal });
    } catch (thrown) {
      throw notFound(thrown, kind, id);
    }
  }
}

/** Turns a bare NOT_FOUND into one that says what is missing; everything else is passed on. */
export function notFound(thrown: unknown, kind: string, id: string): unknown {
  if (!(thrown instanceof LifecycleError) || thrown.code !== "NOT_FOUND") return thrown;
  return failure("NOT_FOUND", `OTMM has no ${kind} "${id}", or the connection's user may not see it.`, {
    system: "otmm",
    ...(thrown.status === undefined ? {} : { status: thrown.status }),
    cause: thrown,
    details: { ...thrown.details, kind, id },
  });
}

/** The selection of exactly these assets. @see fact sheet 2.6 */
export function selection(assetIds: readonly string[], includeDeleted: boolean): string {
  return JSON.stringify({
    selection_context_param: {
      selection_context: {
        type: "com.artesia.asset.selection.AssetIdsSelectionContext",
        asset_ids: assetIds,
        include_descendants: "NONE",
        child_type: "ASSETS",
        include_deleted_assets: includeDeleted,
      },
    },
  });
}

/** Parts of at most `size`. */
export function batches<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
  return parts;
}
