import { StoreFile } from "../lib/store/store-file.js";
import { EXIT } from "./shared.js";

/** Writes the head of the chain as an anchor. @returns the exit code */
export function head(file: string): number {
  const store = new StoreFile(file);
  try {
    const last = store.head();
    if (last === undefined) {
      console.error(`${file} holds no event yet.`);
      return EXIT.found;
    }
    process.stdout.write(`${JSON.stringify({ ...last, at: new Date().toISOString() })}\n`);
    return EXIT.fine;
  } finally {
    store.close();
  }
}
