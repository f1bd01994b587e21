import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const SYSTEM_BROWSER = "/usr/bin/chromium";
/** How long a state may take to come on a machine that is busy with other things. */
export const PATIENCE_MS = 90_000;

/** Starts a browser: `$CHROMIUM`, the system's, or the one that comes from npm. */
export async function startBrowser(): Promise<Browser> {
  const chosen = process.env["CHROMIUM"] ?? SYSTEM_BROWSER;
  if (existsSync(chosen)) return await launch(chosen);
  bundled ??= unpacked();
  const { folder, path } = await bundled;
  try {
    return await launch(path);
  } catch (thrown) {
    if (!/shared librar/.test(String(thrown))) throw thrown;
    return await launch(path, { LD_LIBRARY_PATH: await libraries(folder) });
  }
}
let bundled: ReturnType<typeof unpacked> | undefined;

async function launch(executablePath: string, env: Record<string, string> = {}): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
    timeout: PATIENCE_MS,
    env: { ...process.env, ...env },
  });
}

/**
 * Unpacks the browser from npm into a folder of its own: it goes by the temporary folder, and takes whatever lies there
 * for the browser, be it half of one or somebody else's.
 */
async function unpacked(): Promise<{ folder: string; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = await inFolder(folder, async () => (await import("@sparticuz/chromium")).default.executablePath());
  return { folder, path };
}

/** The shared libraries that come with it, for a system that lacks them. */
async function libraries(folder: string): Promise<string> {
  const { inflate } = await import("@sparticuz/chromium");
  const bin = join(dirname(createRequire(__filename).resolve("@sparticuz/chromium")), "../bin");
  return join(await inFolder(folder, async () => await inflate(join(bin, "al2023.tar.br"))), "lib");
}

async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = folder;
  try {
    return await work();
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  }
}

/** Where screenshots go: `$SCREENSHOTS`, else a temporary folder. */
export function screenshotFolder(): string {
  screenshots ??= process.env["SCREENSHOTS"] ?? mkdtempSync(join(tmpdir(), "editor-"));
  mkdirSync(screenshots, { recursive: true });
  return screenshots;
}
let screenshots: string | undefined;
