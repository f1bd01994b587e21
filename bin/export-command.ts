import { once } from "node:events";
import { StoreFile } from "../lib/store/store-file.js";
import { exportAsset, exportedEvent, exportHead, keyAmong, premisOf } from "../lib/timeline/index.js";
import { EXIT, usage } from "./shared.js";

interface Wanted {
  asset: string | undefined;
  all: boolean;
  format: string | undefined;
}

/** Writes a timeline to the standard output. @returns the exit code */
export async function exportTimeline(file: string, { asset, all, format = "json" }: Wanted): Promise<number> {
  if (all === (asset !== undefined)) throw usage('"export" wants either --asset ID or --all');
  if (format !== "json" && format !== "premis") throw usage(`the format is json or premis, not "${format}"`);
  if (all && format === "premis") throw usage("PREMIS is written of one asset: give --asset ID");
  const store = new StoreFile(file);
  try {
    if (asset === undefined) await writeAll(store);
    else {
      const key = keyOf(store, asset);
      if (key === undefined) {
        console.error(`NOT_FOUND: No asset in ${file} carries the id "${asset}".`);
        return EXIT.found;
      }
      await write(format === "json" ? jsonOf(store, key) : premisOfStore(store, key));
    }
    return EXIT.fine;
  } finally {
    store.close();
  }
}

function keyOf(store: StoreFile, id: string): string | undefined {
  return keyAmong(id, store.find(id)) ?? (store.framesOf(id).length > 0 ? id : undefined);
}

function jsonOf(store: StoreFile, key: string): string {
  const identities = store.find(key).filter(({ assetKey }) => assetKey === key);
  return `${JSON.stringify(exportAsset(key, identities, store.framesOf(key), store.head(), new Date()), null, 2)}\n`;
}

function premisOfStore(store: StoreFile, key: string): string {
  const identities = store.find(key).filter(({ assetKey }) => assetKey === key);
  return premisOf({ assetKey: key, identities, events: store.timeline(key) });
}

/** All events, one a line, as they come: a store of any size passes. */
async function writeAll(store: StoreFile): Promise<void> {
  const head = JSON.stringify(exportHead("all", store.head(), new Date()));
  await write(`${head.slice(0, -1)},"events":[`);
  let separator = "\n";
  for (const frame of store.frames()) {
    await write(`${separator}${JSON.stringify(exportedEvent(frame))}`);
    separator = ",\n";
  }
  await write("\n]}\n");
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
