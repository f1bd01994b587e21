import { open, readdir, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Touched } from "./tracked.js";

/** `[path, value]` sets an entry, `[path]` removes it; the path has one or two keys. */
type Change = [path: string[], value: unknown] | [path: string[]];

/** About this much text is put together before it is written. */
const SLICE = 1 << 20;

/**
 * Files of one state: `<name>.<generation>.snapshot` (whole value, one entry per line) and `<name>.<generation>.journal`
 * (one line per write, all its changes or, when the line is torn by a kill, none).
 */
export class Journal {
  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private generation: number,
    private log: FileHandle | undefined,
    private written: number,
    private snapshotSize: number,
  ) {}

  /** Opens the newest complete generation. @returns the value as it was last acknowledged; undefined when there is none */
  static async open(folder: string, name: string): Promise<{ journal: Journal; value: object | undefined }> {
    const own = new RegExp(`^${name.replace(/[^\w-]/g, "\\$&")}\\.(\\d+)\\.(snapshot|journal|temp)$`);
    const files = (await readdir(folder)).map((file) => own.exec(file)).filter((match) => match !== null);
    const generation = Math.max(
      0,
      ...files.filter((match) => match[2] === "snapshot").map((match) => Number(match[1])),
    );
    for (const match of files)
      if (Number(match[1]) !== generation || match[2] === "temp") await rm(join(folder, match[0]));
    const journal = new Journal(folder, name, generation, undefined, 0, 0);
    if (generation === 0) return { journal, value: undefined };
    return { journal, value: await journal.load() };
  }

  /** True when the changes since the last snapshot outweigh it. */
  get shouldCompact(): boolean {
    return this.written > Math.max(8 * SLICE, this.snapshotSize);
  }

  /** Makes the touched entries durable; one fsync. */
  async append(value: object, touched: Touched): Promise<void> {
    const line = Buffer.from(`${JSON.stringify([...changes(value, touched)])}\n`);
    if (!this.log) throw new Error("the journal has no snapshot yet");
    await this.log.appendFile(line);
    await this.log.datasync();
    this.written += line.length;
  }

  /**
   * Writes the whole value as a new generation, in slices so that requests go on meanwhile.
   * @param takeTouched called at the end: entries written while the slices were made are written again, all at one moment
   */
  async snapshot(value: object, takeTouched: () => Touched): Promise<void> {
    takeTouched(); // Comes with the whole; what is touched from here on is taken at the end.
    const next = this.generation + 1;
    const path = (kind: string): string => join(this.folder, `${this.name}.${next}.${kind}`);
    const file = await open(path("temp"), "w");
    let size = 0;
    try {
      const put = async (text: string): Promise<void> => {
        const bytes = Buffer.from(text);
        size += bytes.length;
        await file.appendFile(bytes);
      };
      let slice = `${JSON.stringify(Array.isArray(value) ? [] : {})}\n`;
      for (const change of everything(value)) {
        slice += `${JSON.stringify([change])}\n`;
        if (slice.length > SLICE) {
          await put(slice);
          slice = "";
        }
      }
      await put(`${slice}${JSON.stringify([...changes(value, takeTouched())])}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    const log = await open(path("journal"), "w");
    await rename(path("temp"), path("snapshot"));
    await syncFolder(this.folder);
    const old = { log: this.log, generation: this.generation };
    Object.assign(this, { log, generation: next, written: 0, snapshotSize: size });
    await old.log?.close();
    for (const kind of ["snapshot", "journal"])
      await rm(join(this.folder, `${this.name}.${old.generation}.${kind}`), { force: true });
  }

  async close(): Promise<void> {
    await this.log?.close();
    this.log = undefined;
  }

  private async load(): Promise<object> {
    const path = (kind: string): string => join(this.folder, `${this.name}.${this.generation}.${kind}`);
    const snapshot = await readFile(path("snapshot"));
    let value: object | undefined;
    for (const line of lines(snapshot)) {
      const parsed: unknown = JSON.parse(line);
      if (value === undefined) value = asObject(parsed);
      else replay(value, parsed);
    }
    if (value === undefined) throw new Error(`${path("snapshot")} is empty`);
    const log = await readFile(path("journal")).catch(() => Buffer.alloc(0));
    let whole = 0;
    for (const line of lines(log)) {
      replay(value, JSON.parse(line));
      whole += Buffer.byteLength(line) + 1;
    }
    this.log = await open(path("journal"), "a");
    await this.log.truncate(whole);
    this.written = whole;
    this.snapshotSize = snapshot.length;
    return value;
  }
}

/** Complete lines only: what follows the last line end was never acknowledged. */
function* lines(text: Buffer): Generator<string> {
  let start = 0;
  for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, start)) {
    yield text.toString("utf8", start, end);
    start = end + 1;
  }
}

function* everything(value: object): Generator<Change> {
  for (const key of Object.keys(value)) {
    const member: unknown = Reflect.get(value, key);
    if (typeof member !== "object" || member === null) {
      yield change([key], member);
      continue;
    }
    yield [[key], Array.isArray(member) ? [] : {}];
    for (const inner of Object.keys(member)) {
      if (Reflect.has(member, inner)) yield change([key, inner], Reflect.get(member, inner));
    }
  }
}

function* changes(value: object, touched: Touched): Generator<Change> {
  for (const [key, inner] of touched) {
    const member: unknown = Reflect.get(value, key);
    if (inner === "whole" || typeof member !== "object" || member === null) yield change([key], member);
    else {
      // An array's length comes last: it cuts off what was removed.
      for (const innerKey of inner)
        if (innerKey !== "length") yield change([key, innerKey], Reflect.get(member, innerKey));
      if (Array.isArray(member)) yield [[key, "length"], member.length];
      else if (inner.has("length")) yield change([key, "length"], Reflect.get(member, "length"));
    }
  }
}

function change(path: string[], value: unknown): Change {
  return value === undefined ? [path] : [path, value];
}

function replay(root: object, line: unknown): void {
  if (!Array.isArray(line)) throw new Error("not a journal line");
  for (const change of line as Change[]) {
    const [path, value] = change;
    const target = path.length === 1 ? root : asObject(Reflect.get(root, path[0] ?? ""));
    const key = path.at(-1) ?? "";
    if (change.length === 2) Reflect.set(target, key, value);
    else if (!Array.isArray(target)) Reflect.deleteProperty(target, key);
  }
}

function asObject(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new Error("a state must be a JSON object or array");
  return value;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
