import type { SandboxAnswer } from "../../kernel/types.js";
import { badRequest, forbidden, notFound } from "../answers.js";
import { STATUS } from "../assumptions.js";
import type { Call, Route } from "../call.js";
import { mimeOf } from "../mime.js";
import type { AssetRecord, ContentRecord } from "../types.js";

/** `rendition_type` of a content call; the master when none is named. @throws OtmmError 400, 404 */
function contentOf(asset: AssetRecord, type: string | null): ContentRecord {
  const byType: Record<string, ContentRecord | undefined> = {
    master: asset.master,
    preview: asset.preview,
    thumbnail: asset.thumbnail,
    pdf_preview: asset.master?.mime === "application/pdf" ? asset.master : undefined,
  };
  const name = (type ?? "master").toLowerCase();
  if (!(name in byType)) throw badRequest(`The rendition type "${type}" is unknown.`);
  const content = byType[name];
  if (!content) throw notFound(`Content "${name}" of the asset "${asset.id}"`);
  return content;
}

function ofAsset(call: Call): SandboxAnswer {
  const id = call.variable("id");
  if (call.store.findFolder(id)) throw notFound(`Content of the folder "${id}"`);
  const asset = call.store.asset(id);
  return download(call, contentOf(asset, call.request.query.get("rendition_type")));
}

function rendition(call: Call): SandboxAnswer {
  return download(call, call.store.content(call.variable("id")).content);
}

/** Sends a content object; a Range is honoured where the setting allows. */
function download(call: Call, content: ContentRecord): SandboxAnswer {
  if (content.kind === "MASTER" && !call.user.rights.download) throw forbidden("You may not download this asset.");
  const { rangeSupport } = call.parts.settings;
  const disposition = call.request.query.get("disposition") === "attachment" ? "attachment" : "inline";
  const headers: Record<string, string> = {
    "content-type": content.mime,
    "content-disposition": `${disposition}; ${fileName(content.name)}`,
    ...(rangeSupport && { "accept-ranges": "bytes" }),
  };
  const asked = call.request.headers["range"];
  if (!rangeSupport || asked === undefined || asked.includes(",")) return { status: 200, headers, body: content.bytes };
  const range = rangeOf(asked, content.size);
  if (range === undefined) return { status: 200, headers, body: content.bytes };
  if (range === "unsatisfiable") return { status: 416, headers: { "content-range": `bytes */${content.size}` } };
  const shown = `bytes ${range.start}-${range.end - 1}/${content.size}`;
  return { status: 206, headers: { ...headers, "content-range": shown }, body: content.bytes, range };
}

function rangeOf(header: string, size: number): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (start >= size || start >= end) return "unsatisfiable";
  return { start, end };
}

/** RFC 6266: an ASCII name for old clients, the real one beside it. */
function fileName(name: string): string {
  const ascii = name.normalize("NFC").replaceAll(/[^\u0020-\u007e]|["\\]/g, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === name ? `filename="${ascii}"` : `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Puts a preview or thumbnail on an asset, as a job. */
async function upload(call: Call): Promise<SandboxAnswer> {
  call.need("import", "You may not upload content.");
  const asset = call.store.asset(call.variable("id"));
  const parts = await call.request.multipart();
  const type = await parts.find((part) => part.name === "rendition_type")?.text();
  if (type !== "preview" && type !== "thumbnail")
    throw badRequest(`The part "rendition_type" must be preview or thumbnail.`);
  const file = parts.find((part) => part.name === "file");
  if (file?.filename === undefined) throw badRequest(`The part "file" with a file name is missing.`);
  const name = (await parts.find((part) => part.name === "job_name")?.text()) ?? "RenditionUpload";
  const job = await call.parts.jobs.create({ name, jobClass: "RENDITION", type: "Rendition" }, call.user.login);
  const { filename, contentType, bytes } = file;
  await call.parts.jobs.addFile(job.id, {
    name: filename,
    mime: mimeOf(filename, contentType),
    bytes,
    size: bytes.size,
  });
  await call.parts.jobs.start(job.id, { kind: "rendition", asset: asset.id, rendition: type });
  return call.json({ job_handle: { job_id: String(job.id) } }, STATUS.jobAccepted);
}

export const contentRoutes: Route[] = [
  { method: "GET", pattern: "assets/:id/contents", run: ofAsset },
  { method: "HEAD", pattern: "assets/:id/contents", run: ofAsset },
  { method: "POST", pattern: "assets/:id/contents", run: upload },
  { method: "GET", pattern: "renditions/:id", run: rendition },
  { method: "HEAD", pattern: "renditions/:id", run: rendition },
];
