import type { JsonObject, LifecycleStore } from "../store/types.js";
import type { SystemRegistry } from "../systems/registry.js";
import type { InUse } from "./may-release.js";

/** What a release node is set to. */
export type ReleaseSettings = JsonObject & {
  /** Connection keys of the source and of the archive. */
  source: string;
  archive: string;
  how: "archive-folder" | "delete";
  folder: string;
  statusField: string;
  statusValue: string;
  inUse: InUse[];
  /** Zone of papers. */
  zone: string;
};

/** What a release needs of its surroundings. */
export interface ReleaseDeps {
  systems: Pick<SystemRegistry, "get">;
  store: Pick<LifecycleStore, "find" | "timeline" | "head">;
  /** Does Node-RED know its users now? Asked at each look: users may come or go while a job waits. */
  signedIn(): boolean;
}
