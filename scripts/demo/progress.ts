/** A progress bar on standard error; silent where that is no terminal. */
export class ProgressBar {
  readonly #on = process.stderr.isTTY;
  #last = "";

  show(label: string, done: number, total: number): void {
    if (!this.#on) return;
    const width = 30;
    const share = total === 0 ? 0 : Math.min(1, done / total);
    const bar = "█".repeat(Math.round(share * width)).padEnd(width, "░");
    const line = `  ${label.padEnd(22)} ${bar} ${done}/${total}`;
    if (line === this.#last) return;
    this.#last = line;
    process.stderr.write(`\r\x1b[2K${line}`);
  }
  end(): void {
    if (this.#on && this.#last !== "") process.stderr.write("\n");
    this.#last = "";
  }
}
