import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";

/** The interpreter that has the vendors' clients; undefined where `npm run test:contract` never ran. */
export function contractPython(): string | undefined {
  const file = join(PACKAGE_ROOT, ".venv-contract", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  return existsSync(file) ? file : undefined;
}

/**
 * Bytes each second of pyxecm's `download_asset`, then pyPreservica's `simple_asset_package` and `upload_zip_package`,
 * all unmodified and with a folder on disk in between, as their users run them.
 */
export function pythonRate(python: string, server: string, size: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-python-"));
  const script = join(PACKAGE_ROOT, "bench/peers/download_upload.py");
  const child = spawn(python, [script, server, String(size), folder], {
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", AWS_DEFAULT_REGION: "us-east-1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let wrong = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (wrong = `${wrong}${chunk.toString("utf8")}`.slice(-1000)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      rmSync(folder, { recursive: true, force: true });
      const seconds = Number(/^seconds (\S+)$/mu.exec(said)?.[1]);
      if (Number.isFinite(seconds)) resolve(size / seconds);
      else reject(new Error(`the Python clients ended (${String(code)}): ${wrong}`));
    });
  });
}
