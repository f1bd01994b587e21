import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "./faults.js";

/** The connection was ended by a fault or by the caller: there is nobody to answer. */
export class ConnectionGone extends Error {}

/** Ends a connection as the fault wants it: RST for `reset`, FIN for everything else. */
export function cut(raw: IncomingMessage, fault: Fault): void {
  if (fault.kind === "reset") raw.socket.resetAndDestroy();
  else raw.socket.destroy();
}

/** Passes a request's body on, counting it and doing to it what the fault says. */
export class RequestBody extends Transform {
  received = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly fault: Fault | undefined,
  ) {
    super({ highWaterMark: 256 * 1024 });
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, chunk?: Buffer) => void,
  ): void {
    const before = this.received;
    this.received += chunk.length;
    const fault = this.fault;
    if (!fault) {
      done(null, chunk);
      return;
    }
    this.spoil(fault, chunk, before).then(
      (spoilt) => done(null, spoilt),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  private async spoil(fault: Fault, chunk: Buffer, before: number): Promise<Buffer> {
    const at = fault.afterBytes ?? 0;
    const reached = before <= at && at < before + chunk.length;
    if (fault.kind === "slow") await wait(pause(fault, chunk.length, before));
    if (!reached) return chunk;
    if (fault.kind === "corrupt") return flipBit(chunk, at - before);
    if (fault.kind === "stall") await stalled(this.request, fault);
    if (fault.kind !== "drop" && fault.kind !== "reset") return chunk;
    cut(this.request, fault);
    throw new ConnectionGone("cut while the request was read");
  }
}

/** Waits as long as a stall lasts: its `delayMs`, or until the caller gives up. */
export async function stalled(request: IncomingMessage, fault: Fault): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  request.socket.once("close", onClose);
  try {
    if (request.socket.destroyed) throw new ConnectionGone("the caller gave up");
    // Without a delay the stall is for ever; a day is longer than any test.
    await wait(fault.delayMs ?? 86_400_000, undefined, { signal: gone.signal, ref: false });
  } catch {
    throw new ConnectionGone("the caller gave up");
  } finally {
    request.socket.off("close", onClose);
  }
}

/** Milliseconds to wait before a piece of `length` bytes goes on. */
export function pause(fault: Fault, length: number, before: number): number {
  const rate = fault.bytesPerSecond ? (length / fault.bytesPerSecond) * 1000 : 0;
  return rate + (before === 0 ? (fault.delayMs ?? 0) : 0);
}

export function flipBit(chunk: Buffer, at: number): Buffer {
  const copy = Buffer.from(chunk);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
