import type { SentPart, UploadState } from "./types.js";

/** Pause between two savings of the state, in milliseconds: a kill costs at most the parts of this time. */
const SAVE_EVERY = 250;

/**
 * Keeps the state of one upload durable without making parts wait for the store: one saving at a time, each with all
 * that is known by then.
 */
export class StateKeeper {
  readonly #save: (state: UploadState) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #partSize: number;
  readonly #parts = new Map<number, SentPart>();
  #uploadId: string | undefined;
  #dirty = false;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param failed called when the store refuses a saving between two steps of the upload */
  constructor(partSize: number, save: (state: UploadState) => Promise<void>, failed: (error: unknown) => void) {
    this.#partSize = partSize;
    this.#save = save;
    this.#failed = failed;
  }

  /** Parts at the target, by number. */
  get parts(): SentPart[] {
    return [...this.#parts.values()].sort((a, b) => a.number - b.number);
  }

  /** A new upload began; resolves when that is durable, so that it is never forgotten. */
  async begin(uploadId: string): Promise<void> {
    this.#uploadId = uploadId;
    this.#parts.clear();
    this.#dirty = true;
    await this.flush();
  }

  /** Continues an upload of an earlier attempt: what it sent stays known until it is proved or replaced. */
  resume(uploadId: string, parts: readonly SentPart[]): void {
    this.#uploadId = uploadId;
    for (const part of parts) this.#parts.set(part.number, part);
  }

  /** Forgets an upload that the target no longer knows. */
  void(): void {
    this.#uploadId = undefined;
    this.#parts.clear();
    this.#dirty = false;
  }

  add(part: SentPart): void {
    const before = this.#parts.get(part.number);
    if (before !== undefined && before.etag === part.etag && before.digest === part.digest) return;
    this.#parts.set(part.number, part);
    this.#dirty = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(this.#failed);
    }, SAVE_EVERY);
  }

  /** Resolves when everything known is durable. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      if (this.#saving !== undefined) await this.#saving;
      else if (this.#dirty && this.#uploadId !== undefined) {
        this.#dirty = false;
        this.#saving = this.#save({ uploadId: this.#uploadId, partSize: this.#partSize, parts: this.parts });
        try {
          await this.#saving;
        } catch (error) {
          this.#dirty = true;
          throw error;
        } finally {
          this.#saving = undefined;
        }
      } else return;
    }
  }

  /** No saving starts any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty = false;
  }
}
