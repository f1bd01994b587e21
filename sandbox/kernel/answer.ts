import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { asBuffer } from "./bytes.js";
import type { Fault } from "./faults.js";
import { ConnectionGone, cut, flipBit, pause, stalled } from "./request-faults.js";
import type { SandboxAnswer, SandboxFiles } from "./types.js";

/** What left, kept up to date while it leaves. */
export interface Sent {
  bytes: number;
}

/**
 * Sends an answer, as the fault (if any) has it.
 *
 * @throws ConnectionGone when the caller went away or the fault cut the connection
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: SandboxAnswer,
  files: SandboxFiles,
  fault: Fault | undefined,
  sent: Sent,
): Promise<void> {
  const length = bodyLength(answer);
  const plan = planOf(fault, length);
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const bodiless = answer.status === 204 || answer.status === 304 || answer.status < 200;
  if (plan.chunked) response.removeHeader("content-length");
  else if (!bodiless && !response.hasHeader("content-length"))
    response.setHeader("content-length", length + plan.extra);
  if (bodiless || response.req.method === "HEAD") {
    if (fault?.delayMs && plan.kind === "slow") await wait(fault.delayMs);
    response.end();
    return;
  }
  if (!fault && isSmall(answer.body) && !answer.range) {
    sent.bytes = length;
    response.end(answer.body ?? "");
    return;
  }
  await sendBody(response, answer, files, fault, plan, sent);
}

/** What a fault does to a body of a known length. */
interface Plan {
  kind: Fault["kind"] | "none";
  /** Stops after so many bytes. */
  stopAt: number;
  /** Byte whose bit is flipped; -1: none. */
  flipAt: number;
  extra: number;
  chunked: boolean;
}

function planOf(fault: Fault | undefined, length: number): Plan {
  const plan: Plan = { kind: "none", stopAt: Infinity, flipAt: -1, extra: 0, chunked: false };
  if (!fault || fault.when === "request") return plan;
  plan.kind = fault.kind;
  plan.chunked = fault.chunked ?? false;
  const after = fault.afterBytes;
  if (fault.kind === "truncate") plan.stopAt = Math.min(after ?? Math.floor(length / 2), length);
  if (fault.kind === "stall" || fault.kind === "drop" || fault.kind === "reset")
    plan.stopAt = Math.min(after ?? 0, length);
  if (fault.kind === "corrupt" && length > 0) plan.flipAt = Math.min(after ?? 0, length - 1);
  if (fault.kind === "excess") plan.extra = after ?? 16;
  return plan;
}

async function sendBody(
  response: ServerResponse,
  answer: SandboxAnswer,
  files: SandboxFiles,
  fault: Fault | undefined,
  plan: Plan,
  sent: Sent,
): Promise<void> {
  if (plan.stopAt === 0 && fault) await stop(response, fault, plan);
  for await (const chunk of pieces(answer, files, plan, fault)) {
    let piece = chunk;
    if (plan.flipAt >= sent.bytes && plan.flipAt < sent.bytes + piece.length)
      piece = flipBit(piece, plan.flipAt - sent.bytes);
    const left = plan.stopAt - sent.bytes;
    if (fault && plan.kind === "slow") await wait(pause(fault, piece.length, sent.bytes));
    if (fault && left > 0 && left <= piece.length) {
      await write(response, piece.subarray(0, left), sent);
      await stop(response, fault, plan);
      if (response.writableEnded) return;
      piece = piece.subarray(left); // A stall with an end goes on here.
    }
    if (piece.length > 0) await write(response, piece, sent);
  }
  if (plan.extra > 0) await write(response, Buffer.alloc(plan.extra, "x"), sent);
  response.end();
}

async function* pieces(
  answer: SandboxAnswer,
  files: SandboxFiles,
  plan: Plan,
  fault: Fault | undefined,
): AsyncGenerator<Buffer> {
  const { body } = answer;
  const source =
    body === undefined || isSmall(body)
      ? [rangeOf(Buffer.from(body ?? ""), answer)]
      : files.read(body, answer.range?.start, answer.range?.end);
  // Slow answers leave in steps of a fifth of a second, so that they drip rather than burst.
  const step =
    plan.kind === "slow" && fault?.bytesPerSecond ? Math.max(1, Math.floor(fault.bytesPerSecond / 5)) : Infinity;
  for await (const chunk of source) {
    const buffer = asBuffer(chunk);
    for (let at = 0; at < buffer.length; at += step) yield buffer.subarray(at, Math.min(at + step, buffer.length));
  }
}

function rangeOf(buffer: Buffer, answer: SandboxAnswer): Buffer {
  return answer.range ? buffer.subarray(answer.range.start, answer.range.end) : buffer;
}

/** Ends the connection, or waits, where the plan says so. Returns only when the body goes on (stall) or was ended (chunked). */
async function stop(response: ServerResponse, fault: Fault, plan: Plan): Promise<void> {
  response.flushHeaders();
  if (plan.kind === "stall") return stalled(response.req, fault);
  if (plan.kind === "truncate" && plan.chunked) {
    response.end();
    return;
  }
  if (plan.kind === "truncate") response.socket?.destroySoon();
  else {
    await flushed(response);
    cut(response.req, fault);
  }
  throw new ConnectionGone(`cut by fault ${fault.id}`);
}

/** Resolves once what was written has left for the network. */
function flushed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const { socket } = response;
    if (!socket || socket.destroyed || socket.writableLength === 0) resolve();
    else socket.write("", () => resolve());
  });
}

async function write(response: ServerResponse, piece: Buffer, sent: Sent): Promise<void> {
  if (response.destroyed || response.socket?.destroyed) throw new ConnectionGone("the caller gave up");
  const room = response.write(piece);
  sent.bytes += piece.length;
  if (room) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.on("drain", go);
    response.on("close", go);
  });
}

function isSmall(body: SandboxAnswer["body"]): body is string | Buffer | undefined {
  return body === undefined || typeof body === "string" || Buffer.isBuffer(body);
}

function bodyLength(answer: SandboxAnswer): number {
  if (answer.range) return answer.range.end - answer.range.start;
  if (answer.body === undefined) return 0;
  if (typeof answer.body === "string") return Buffer.byteLength(answer.body);
  return Buffer.isBuffer(answer.body) ? answer.body.length : answer.body.size;
}
