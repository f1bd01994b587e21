import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { Transform } from "node:stream";
import { type ByteRange, claimsOf, isSigned, mediaTypeOf, rangeOf } from "../../lib/access/index.js";
import { getContent } from "../../lib/content/exchange.js";
import { safeName } from "../../lib/content/index.js";
import { asLifecycleError } from "../../lib/messages/error.js";
import type { PreservicaClient } from "../../lib/preservica/index.js";
import type { RawCall } from "../../lib/runtime/index.js";
import type { Grant, Grants } from "./grants.js";
import type { Looked } from "./look.js";

/** What serving needs of the node that gave a link. */
export interface LinkGiver {
  grants: Grants;
  secret(): Promise<string>;
  client(): PreservicaClient;
  /** Asks the archive again, at the use itself. */
  look(ref: string): Promise<Looked>;
  note(
    grant: Grant,
    outcome: "success" | "refused" | "failure",
    detail: Record<string, string | number>,
  ): Promise<void>;
}

/** Every refusal looks the same from outside, but for links that were good once. */
const UNKNOWN = "This link is not valid.";
const OVER = "This link is no longer valid.";

/** Answers one request for a link: proves it, asks the archive again, streams the access copy. */
export async function serveLink(call: RawCall, giverOf: (node: string) => LinkGiver | undefined): Promise<void> {
  const { request, response, id } = call;
  const claims = claimsOf(id);
  const giver = claims === undefined ? undefined : giverOf(claims.node);
  if (claims === undefined || giver === undefined) return say(response, 404, UNKNOWN);
  const grant = await giver.grants.get(claims.grant);
  if (grant === undefined) return say(response, 404, UNKNOWN);
  if (!isSigned(id, await giver.secret()) || grant.expires !== claims.expires) {
    await giver.note(grant, "refused", { why: "the link is not as it was given" });
    return say(response, 404, UNKNOWN);
  }
  const over = overBecause(grant);
  if (over !== undefined) {
    await giver.note(grant, "refused", { why: over });
    return say(response, 410, OVER);
  }
  const looked = await giver.look(grant.ref);
  const reasons = looked.files.some((file) => file.id === grant.path)
    ? looked.reasons
    : [...looked.reasons, "the access copy is another one by now"];
  if (reasons.length > 0) {
    await giver.note(grant, "refused", { why: reasons.join("; ") });
    return say(response, 403, "The archive no longer gives this out.");
  }
  const range = rangeOf(request.headers.range, grant.size);
  const headers = headersOf(grant);
  if (range === "outside") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${grant.size}`, "content-length": 0 }).end();
    return;
  }
  if (request.method === "HEAD") {
    response.writeHead(200, { ...headers, "content-length": grant.size }).end();
    return;
  }
  if (!(await giver.grants.use(grant.id))) {
    await giver.note(grant, "refused", { why: "it is spent or revoked" });
    return say(response, 410, OVER);
  }
  await send(request, response, giver, grant, range);
}

function overBecause(grant: Grant): string | undefined {
  if (grant.revoked) return "it is revoked";
  if (grant.expires * 1000 <= Date.now()) return "it has expired";
  return grant.oneTime && grant.uses > 0 ? "it was good for one time and is spent" : undefined;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  giver: LinkGiver,
  grant: Grant,
  range: ByteRange | "whole",
): Promise<void> {
  const stop = new AbortController();
  response.once("close", () => stop.abort());
  const wanted = range === "whole" ? { start: 0, end: grant.size - 1 } : range;
  let content: IncomingMessage;
  try {
    content = await open(giver.client(), grant, range, stop.signal);
  } catch (thrown) {
    if (stop.signal.aborted) return;
    await giver.note(grant, "failure", { why: asLifecycleError(thrown).message });
    return say(response, 502, "The archive cannot be reached now.");
  }
  const skip = content.statusCode === 206 ? 0 : wanted.start;
  const length = wanted.end - wanted.start + 1;
  response.writeHead(range === "whole" ? 200 : 206, {
    ...headersOf(grant),
    "content-length": length,
    ...(range === "whole" ? {} : { "content-range": `bytes ${wanted.start}-${wanted.end}/${grant.size}` }),
  });
  try {
    await pipeline(content, cut(skip, length), response);
    await giver.note(grant, "success", { first: wanted.start, last: wanted.end });
  } catch (thrown) {
    content.destroy();
    response.destroy();
    await giver.note(grant, "failure", {
      why: stop.signal.aborted ? "the reader left" : asLifecycleError(thrown).message,
    });
  }
}

/** The bitstream's own bytes; a token that ended is renewed once. */
async function open(
  client: PreservicaClient,
  grant: Grant,
  range: ByteRange | "whole",
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const extra: Record<string, string> = range === "whole" ? {} : { range: `bytes=${range.start}-${range.end}` };
  let refused: { status: number } | undefined;
  for (;;) {
    const content = await getContent(await client.bitstreamContent(grant.path, refused), extra, signal);
    const status = content.statusCode ?? 0;
    if (status === 200 || status === 206) return content;
    content.resume();
    if (status !== 401 || refused !== undefined) throw new Error(`the archive answered ${status}`);
    refused = { status };
  }
}

/** Leaves out what was not asked for, where the archive does not take a range. */
function cut(skip: number, length: number): Transform {
  let left = skip;
  let room = length;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const from = Math.min(left, chunk.length);
      left -= from;
      const part = chunk.subarray(from, from + room);
      room -= part.length;
      done(null, part.length > 0 ? part : undefined);
    },
    flush(done) {
      done(room > 0 ? new Error("the archive sent fewer bytes than it states") : null);
    },
  });
}

function headersOf(grant: Grant): OutgoingHttpHeaders {
  const type = mediaTypeOf(grant.name);
  const shown = !grant.download && type !== "application/octet-stream";
  const name = encodeURIComponent(safeName(grant.name)).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return {
    "content-type": type,
    "content-disposition": `${shown ? "inline" : "attachment"}; filename*=UTF-8''${name}`,
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  response.writeHead(status, headers).end(`${text}\n`);
}
