import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const SYSTEM_BROWSER = "/usr/bin/chromium";
/** How long a state may take to come on a machine that is busy with other things. */
export const PATIENCE_MS = 90_000;

/** Starts a browser: `$CHROMIUM`, the system's, or the one that comes from npm. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await browserPath(),
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
    timeout: PATIENCE_MS,
  });
}

async function browserPath(): Promise<string> {
  const chosen = process.env["CHROMIUM"] ?? SYSTEM_BROWSER;
  if (existsSync(chosen)) return chosen;
  const { default: bundled } = await import("@sparticuz/chromium");
  return await bundled.executablePath();
}

/** Where screenshots go: `$SCREENSHOTS`, else a temporary folder. */
export function screenshotFolder(): string {
  screenshots ??= process.env["SCREENSHOTS"] ?? mkdtempSync(join(tmpdir(), "editor-"));
  mkdirSync(screenshots, { recursive: true });
  return screenshots;
}
let screenshots: string | undefined;
