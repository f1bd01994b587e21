import { createHash } from "node:crypto";
import type { LeanAnswer, LeanRequest } from "./lean-server.js";

/**
 * A stand-in for OTMM that answers just what the fetch asks for: login, the text search page by page, content. It holds
 * nothing and proves nothing (the sandbox does that); it is as quick as an answer can be, so that the flow is measured.
 */
export const FIELDS = 40;
const CATEGORY = "com.artesia.metadata.MetadataCategory";

export interface DamOptions {
  /** Assets that the first run finds; each later run finds other ones. */
  warm: number;
  assets: number;
  /** Bytes of each master. */
  bytes: number;
}

export function dam({ warm, assets, bytes }: DamOptions): (request: LeanRequest) => LeanAnswer {
  const content = Buffer.alloc(bytes, "the same block in every run; ");
  const md5 = createHash("md5").update(content).digest("hex");
  let runs = 0;
  const search = (form: URLSearchParams): object => {
    const after = Number(form.get("after") ?? 0);
    if (after === 0) runs += 1;
    const total = runs === 1 ? warm : assets;
    const count = Math.max(0, Math.min(Number(form.get("limit") ?? 100), total - after));
    return {
      search_result_resource: {
        search_result: { hit_count: count, total_hit_count: total },
        asset_list: Array.from({ length: count }, (_unused, index) => asset(`${runs}-${after + index}`, bytes, md5)),
      },
    };
  };
  return ({ target, body }) => {
    if (target.startsWith("/otmmapi/v6/renditions/")) return { type: "image/png", body: content };
    const form = new URLSearchParams(body.toString("utf8"));
    return {
      type: "application/json;charset=UTF-8",
      headers: "Set-Cookie: JSESSIONID=bench; Path=/otmmapi\r\n",
      body: JSON.stringify(target.startsWith("/otmmapi/v6/search/text") ? search(form) : SESSION),
    };
  };
}

const SESSION = {
  session_resource: {
    session: { id: 1, login_name: "bench", user_id: "1", role_name: "Integration", message_digest: "00" },
  },
};

function asset(index: string, bytes: number, md5: string): object {
  const id = createHash("sha1").update(`asset ${index}`).digest("hex");
  return {
    asset_id: id,
    original_asset_id: id,
    version: 1,
    latest_version: true,
    name: `asset-${index}.png`,
    content_type: "BITMAP",
    mime_type: "image/png",
    content_size: bytes,
    metadata_model_id: "BENCH.MODEL",
    content_state: "NORMAL",
    deleted: false,
    expired: false,
    locked: false,
    checked_out: false,
    master_content_info: {
      id: createHash("sha1").update(`content ${index}`).digest("hex"),
      name: `asset-${index}.png`,
      mime_type: "image/png",
      content_kind: "MASTER",
      content_size: bytes,
      content_checksum: md5,
    },
    metadata: {
      id: "BENCH.MODEL",
      metadata_element_list: [
        {
          type: CATEGORY,
          id: "BENCH.CATEGORY",
          name: "Facts",
          metadata_element_list: Array.from({ length: FIELDS }, (_unused, field) => ({
            type: "com.artesia.metadata.MetadataField",
            id: fieldId(field),
            name: `Field ${field}`,
            value: {
              cascading_domain_value: false,
              domain_value: false,
              is_locked: false,
              value: { type: "string", value: `Value of field ${field} of asset ${index}` },
            },
          })),
        },
      ],
    },
  };
}

export function fieldId(field: number): string {
  return `BENCH.FIELD.${String(field + 1).padStart(2, "0")}`;
}
