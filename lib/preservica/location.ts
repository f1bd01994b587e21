import { LifecycleError } from "../messages/error.js";
import type { Entities } from "./entities.js";
import type { Entity } from "./types.js";

/** Deeper trees than this lead in circles. */
const MOST_LEVELS = 64;

/** Folders above an entity, outermost first. Each is asked for now: folders are renamed and moved. */
export async function foldersAbove(entities: Entities, entity: Entity): Promise<{ ref: string; title: string }[]> {
  const above: { ref: string; title: string }[] = [];
  for (let parent = entity.parent; parent !== undefined;) {
    if (above.length === MOST_LEVELS) {
      throw new LifecycleError("UPSTREAM", `The folders above "${entity.title}" lead in circles.`, {
        system: "preservica",
        details: { ref: entity.ref },
      });
    }
    const folder = await entities.get("SO", parent);
    above.unshift({ ref: folder.ref, title: folder.title });
    parent = folder.parent;
  }
  return above;
}

/** `A / B / C`, as people read a place in the archive. */
export function pathText(folders: readonly { title: string }[]): string {
  return folders.map(({ title }) => title).join(" / ");
}
