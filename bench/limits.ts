import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import http from "node:http";

/** Limits of this machine, measured in the same run as the figures that are divided by them. Bytes per second. */
export interface Limits {
  /** SHA-256 on one core, 64 KiB blocks. */
  sha256: number;
  /** GET to PUT through one process that does nothing else. */
  copy: number;
  /** The lower of both. */
  lower: number;
}

/** SHA-256 of `size` bytes in this thread. */
export function measureSha256(size: number): number {
  const block = Buffer.alloc(64 * 1024, 7);
  const hash = createHash("sha256");
  const start = performance.now();
  for (let done = 0; done < size; done += block.length) hash.update(block);
  hash.digest();
  return size / ((performance.now() - start) / 1000);
}

/** Copies `size` bytes from source to sink in a child process: `limits.js copy <source> <sink> <size>`. */
export function measureCopy(source: string, sink: string, size: number): Promise<number> {
  const child = fork(__filename, ["copy", source, sink, String(size)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let rate: number | undefined;
    child.once("message", (message: { rate: number }) => {
      rate = message.rate;
    });
    child.once("exit", (code) => {
      if (rate === undefined) reject(new Error(`the copy ended (${String(code)})`));
      else resolve(rate);
    });
  });
}

export async function measureLimits(source: string, sink: string, size: number): Promise<Limits> {
  const sha256 = measureSha256(Math.min(size, 512 * 1024 * 1024));
  const copy = await measureCopy(source, sink, size);
  return { sha256, copy, lower: Math.min(sha256, copy) };
}

function copy(source: string, sink: string, size: number): void {
  const start = performance.now();
  http.get(`${source}/${size}`, (from) => {
    const to = http.request(sink, { method: "PUT", headers: { "content-length": size } }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        process.send?.({ rate: size / ((performance.now() - start) / 1000) });
        process.disconnect();
      });
    });
    from.pipe(to);
  });
}

if (require.main === module) {
  const [, , task, source, sink, size] = process.argv;
  if (task === "copy" && source !== undefined && sink !== undefined) copy(source, sink, Number(size));
}
