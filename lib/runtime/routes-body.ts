import type { IncomingMessage, Server } from "node:http";
import { LifecycleError } from "../messages/error.js";

/** Longest body that is kept; a webhook's is a few kilobytes. */
const MOST = 1024 * 1024;

interface Kept {
  chunks: Buffer[];
  length: number;
}
const kept = new WeakMap<IncomingMessage, Kept>();
const watched = new WeakMap<Server, Set<string>>();

/**
 * Keeps the raw body of requests below a path, whoever reads it. With `httpAdminRoot` and `httpNodeRoot` on the same
 * path Node-RED's admin parser reads JSON bodies before any route of ours is asked, and a signature speaks of the bytes
 * as they came.
 */
export function captureBodies(server: Server, path: string): void {
  const paths = watched.get(server) ?? new Set<string>();
  watched.set(server, paths);
  if (paths.size === 0) {
    server.prependListener("request", (request: IncomingMessage) => {
      if (request.method !== "POST") return;
      if ([...paths].some((known) => (request.url ?? "").includes(known))) watch(request);
    });
  }
  paths.add(path);
}

/** Sees every chunk when it is handed out, without asking for it: the stream starts only when its reader starts it. */
function watch(request: IncomingMessage): Kept {
  const body: Kept = { chunks: [], length: 0 };
  kept.set(request, body);
  const emit = request.emit.bind(request);
  request.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    const [chunk] = values;
    if (event === "data" && Buffer.isBuffer(chunk)) {
      body.length += chunk.length;
      if (body.length <= MOST) body.chunks.push(chunk);
    }
    return emit(event, ...values);
  };
  return body;
}

/** The whole raw body. @throws LifecycleError INVALID_INPUT above 1 MiB, UPSTREAM when another reader was there unseen */
export async function captured(request: IncomingMessage): Promise<Buffer> {
  let body = kept.get(request);
  if (body === undefined) {
    if (request.readableEnded) {
      throw new LifecycleError("UPSTREAM", "The body was read before it came here; its signature cannot be checked.");
    }
    body = watch(request);
  }
  if (!request.readableEnded) {
    await new Promise<void>((resolve, reject) => {
      request.once("end", resolve);
      request.once("error", reject);
      request.once("close", () => reject(new Error("the request ended early")));
      request.resume();
    });
  }
  if (body.length > MOST) throw new LifecycleError("INVALID_INPUT", "The body is larger than 1 MiB.");
  return Buffer.concat(body.chunks);
}
