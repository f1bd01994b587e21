import type { FolderRecord } from "../../otmm/types.js";
import { seedId } from "../ids.js";

/** Id of the root of public folders; the vendor gives it a word, not a hash. */
export const PUBLIC_ROOT = "ARTESIA.PUBLIC.TREEN";

/** Collects folders by path; the same path gives the same folder. */
export class FolderTree {
  readonly folders: FolderRecord[] = [folder(PUBLIC_ROOT, "Public Folders", [])];
  private readonly byPath = new Map<string, string>();

  /**
   * Makes the folders of a path below the public root as far as they are missing.
   * @returns id of the last one
   */
  at(...names: string[]): string {
    let parent = PUBLIC_ROOT;
    let path = "";
    for (const name of names) {
      path += `/${name}`;
      let id = this.byPath.get(path);
      if (id === undefined) {
        id = seedId(`folder:${path}`);
        this.byPath.set(path, id);
        this.folders.push(folder(id, name, [parent]));
      }
      parent = id;
    }
    return parent;
  }

  /** Gives a folder metadata of a model, as a deployment may. */
  describe(id: string, modelId: string, values: FolderRecord["values"]): void {
    const found = this.folders.find((entry) => entry.id === id);
    if (found) Object.assign(found, { modelId, values: { ...found.values, ...values } });
  }
}

function folder(id: string, name: string, parents: string[]): FolderRecord {
  return {
    id,
    name,
    parents,
    typeId: "ARTESIA.BASIC.FOLDER",
    modelId: "ARTESIA.MODEL.DEFAULT",
    created: "2019-03-01T08:00:00Z",
    updated: "2019-03-01T08:00:00Z",
    creator: "mkeller",
    policies: [6],
    values: { "ARTESIA.FIELD.ASSET NAME": name },
    deleted: false,
  };
}
