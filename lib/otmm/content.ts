import { failure, queryString, segment } from "../http/index.js";
import { number } from "../http/shape.js";
import type { ContentRef, ContentRole } from "../messages/asset.js";
import type { ByteRequest, StoredContent } from "../systems/port.js";
import { loadAsset } from "./assets.js";
import { notFound, type OtmmGateway } from "./gateway.js";
import type { OtmmAsset, OtmmContent } from "./types.js";

/** Milliseconds for which a session counts as alive without asking. */
const FRESH = 30_000;
const REMEMBERED = 500;

/** Kinds of content by the role that they play here. */
type Kind = "master" | "preview" | "thumbnail";
const KIND_OF: Readonly<Record<Exclude<ContentRole, "attachment">, Kind>> = {
  preservation: "master",
  access: "preview",
  thumbnail: "thumbnail",
};

/**
 * Id of content in a ContentRef: `<asset id>/<rendition id>`, or `<asset id>/master|preview|thumbnail` where OTMM
 * gives no rendition id. The asset id is in it because only the asset tells size and checksum.
 */
export function contentId(assetId: string, content: OtmmContent, kind: Kind): string {
  return `${assetId}/${content.id ?? kind}`;
}

/**
 * The content of an asset by role. A preview that is the master itself (documents without a separate PDF) is no
 * access copy: masters stay in.
 */
export function contentOf(
  asset: OtmmAsset,
): { role: Exclude<ContentRole, "attachment">; kind: Kind; content: OtmmContent }[] {
  const { master } = asset;
  const isCopy = (content: OtmmContent | undefined): content is OtmmContent =>
    content !== undefined && content.kind !== "MASTER" && (content.id === undefined || content.id !== master?.id);
  const access = [asset.preview, asset.pdf].find(isCopy);
  return [
    ...(master === undefined || asset.contentType === "NONE"
      ? []
      : [{ role: "preservation" as const, kind: KIND_OF.preservation, content: master }]),
    ...(access === undefined ? [] : [{ role: "access" as const, kind: KIND_OF.access, content: access }]),
    ...(isCopy(asset.thumbnail)
      ? [{ role: "thumbnail" as const, kind: KIND_OF.thumbnail, content: asset.thumbnail }]
      : []),
  ];
}

interface ContentAddress {
  /** Absent in bare rendition ids, which are taken too. */
  assetId?: string;
  path: string;
}

/** @throws LifecycleError INVALID_INPUT */
export function addressOf(gateway: OtmmGateway, ref: ContentRef): ContentAddress {
  if (ref.system !== "otmm" || ref.connection !== gateway.options.connection) {
    throw failure(
      "INVALID_INPUT",
      `The content "${ref.name}" is of ${ref.system} "${ref.connection}", not of the OTMM connection "${gateway.options.connection}".`,
      { system: "otmm" },
    );
  }
  const [assetId = "", content, rest] = ref.id.split("/");
  if (rest !== undefined || assetId === "" || content === "") {
    throw failure("INVALID_INPUT", `"${ref.id}" is no id of OTMM content; expected "<asset id>/<rendition id>".`, {
      system: "otmm",
    });
  }
  segment(assetId);
  if (content === undefined) return { path: `${gateway.api}/renditions/${segment(assetId)}` };
  if (content === "master") return { assetId, path: `${gateway.api}/assets/${segment(assetId)}/contents` };
  if (content === "preview" || content === "thumbnail") {
    return {
      assetId,
      path: `${gateway.api}/assets/${segment(assetId)}/contents${queryString({ rendition_type: content })}`,
    };
  }
  return { assetId, path: `${gateway.api}/renditions/${segment(content)}` };
}

/**
 * Hands out byte requests with the session's headers. The byte path cannot renew a session, it only asks again: so
 * when the session was quiet for a while, or the same content is asked for again, a cheap call proves it first.
 */
export class ContentOpener {
  readonly #gateway: OtmmGateway;
  readonly #opened = new Map<string, number>();

  constructor(gateway: OtmmGateway) {
    this.#gateway = gateway;
  }

  async open(ref: ContentRef): Promise<ByteRequest> {
    const { options, session, http } = this.#gateway;
    const { path } = addressOf(this.#gateway, ref);
    const again = this.#opened.delete(ref.id);
    this.#opened.set(ref.id, Date.now());
    const oldest = this.#opened.size > REMEMBERED ? this.#opened.keys().next().value : undefined;
    if (oldest !== undefined) this.#opened.delete(oldest);
    if (again || Date.now() - session.lastGood > FRESH) await touch(this.#gateway);
    return {
      method: "GET",
      url: `${http.baseUrl}${path}`,
      headers: { Accept: "*/*", "User-Agent": options.userAgent ?? "content-lifecycle", ...(await session.headers()) },
      idleMs: options.idleMs ?? 60_000,
      ...(options.tls?.ca === undefined || options.tls.ca === "" ? {} : { ca: options.tls.ca }),
      ...(options.tls?.proxy === undefined || options.tls.proxy === "" ? {} : { proxy: options.tls.proxy }),
      redirectHosts: [...(options.redirectHosts ?? [])],
    };
  }
}

/** Proves that the login is good, renewing it where it is not: GET /sessions, or a one-hit search for bearer tokens. @see fact sheet 10 */
export async function touch(gateway: OtmmGateway, signal?: AbortSignal): Promise<void> {
  if (gateway.options.login.method === "oauth") {
    await gateway.read({
      method: "POST",
      path: "/search/text",
      form: {
        keyword_query: "*",
        search_config_id: gateway.assumptions.searchConfigId,
        load_type: "system",
        after: 0,
        limit: 1,
      },
      signal,
    });
    return;
  }
  await gateway.read({ method: "GET", path: "/sessions", signal });
}

/** Size and MD5 as OTMM states them now. @throws LifecycleError NOT_FOUND when the asset no longer has this content */
export async function storedContent(gateway: OtmmGateway, ref: ContentRef): Promise<StoredContent> {
  const { assetId, path } = addressOf(gateway, ref);
  if (assetId === undefined) {
    try {
      const answer = await gateway.http.request({ method: "HEAD", path });
      const size = number(answer.headers["content-length"]);
      return { ...(size === undefined ? {} : { size }), fixity: [] };
    } catch (thrown) {
      throw notFound(thrown, "rendition", ref.id);
    }
  }
  const asset = await loadAsset(gateway, assetId, { fields: [] });
  const content = contentOf(asset).find((one) => contentId(assetId, one.content, one.kind) === ref.id)?.content;
  if (content === undefined) {
    throw failure("NOT_FOUND", `The OTMM asset "${asset.name}" (${assetId}) no longer has the content "${ref.name}".`, {
      system: "otmm",
      details: { assetId, content: ref.id },
    });
  }
  return {
    ...(content.size === undefined ? {} : { size: content.size }),
    fixity: content.md5 === undefined ? [] : [{ algorithm: "MD5", value: content.md5, by: "source" }],
  };
}
