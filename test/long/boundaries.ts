import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The step boundaries of each variant of a play, as `kill-at-step` wrote them down, and those at which it killed. */
export class Boundaries {
  readonly #folder = mkdtempSync(join(tmpdir(), "boundaries-"));
  /** In the order in which they were passed first. */
  readonly #names = new Map<string, readonly string[]>();
  /** One file for each variant. */
  readonly #files = new Map<string, string>();

  knows(variant: string): boolean {
    return this.#names.has(variant);
  }

  /** Environment of a play whose steps are written down; `learn` reads them when it has ended. */
  learning(variant: string): { env: Record<string, string>; learn: () => void } {
    const file = join(this.#folder, `seen-${this.#names.size}`);
    return { env: { STEPS_SEEN: file }, learn: () => void this.#names.set(variant, lines(file)) };
  }

  /** Environment of plays whose kills are written down. */
  hits(variant: string): Record<string, string> {
    const file = this.#files.get(variant) ?? join(this.#folder, `hit-${this.#files.size}`);
    this.#files.set(variant, file);
    return { STEPS_HIT: file };
  }

  all(variant: string): readonly string[] {
    return this.#names.get(variant) ?? [];
  }
  /** At which no life has ended yet. */
  left(variant: string): string[] {
    const hit = new Set(lines(this.#files.get(variant) ?? ""));
    return this.all(variant).filter((name) => !hit.has(name));
  }

  counts(): { boundaries: number; hit: number } {
    const of = (names: (variant: string) => readonly string[]): number =>
      [...this.#names.keys()].reduce((sum, variant) => sum + names(variant).length, 0);
    const boundaries = of((variant) => this.all(variant));
    return { boundaries, hit: boundaries - of((variant) => this.left(variant)) };
  }
  missed(): string[] {
    return [...this.#names.keys()].flatMap((variant) => this.left(variant).map((name) => `${variant} ${name}`.trim()));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function lines(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...new Set(text.split("\n").filter((line) => line !== ""))];
}
