import { ask, type Endpoint } from "./api.js";
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import type { Text } from "./text.js";

/** A folder as the connection's system names it. */
export interface FolderInfo {
  id: string;
  name: string;
  hasChildren: boolean;
}
export interface PickedFolder {
  id: string;
  /** Names from the root down, joined by " / ". */
  path: string;
}

/**
 * Lets a person choose a folder of the system in a tree that loads level by level.
 *
 * @returns undefined when cancelled
 */
export async function pickFolder(text: Text, endpoint: Endpoint): Promise<PickedFolder | undefined> {
  let picked: PickedFolder | undefined;
  const children = async (parent: string): Promise<FolderInfo[]> =>
    (await ask<{ folders: FolderInfo[] }>(text, endpoint, "folders", parent === "" ? {} : { parent })).folders;

  const confirmed = await openDialog(text, text("kit.folders.title"), (dialog) => {
    dialog.ready(false);
    const status = el("p", { class: "clc-muted", role: "status" }, text("kit.dialog.loading"));
    const body = el("div", { class: "clc-body" });
    dialog.main.append(body, status);
    const toItem = (folder: FolderInfo): TreeItem => ({
      id: folder.id,
      label: folder.name,
      icon: "fa fa-folder-o",
      ...(folder.hasChildren
        ? {
            children: (done: (items: TreeItem[]) => void) => {
              children(folder.id).then(
                (found) => done(found.map(toItem)),
                (error: Error) => {
                  status.className = "clc-error";
                  status.textContent = error.message;
                  done([]);
                },
              );
            },
          }
        : {}),
    });
    children("").then(
      (roots) => {
        status.textContent = text(roots.length === 0 ? "kit.folders.none" : "kit.folders.hint");
        const tree = $(el("div"))
          .css({ height: "100%" })
          .appendTo(body)
          .treeList({ data: roots.map(toItem) });
        tree.on("treelistselect", (_event: unknown, item: TreeItem) => {
          picked = { id: item.id ?? "", path: pathOf(item) };
          dialog.ready(true);
        });
        tree.on("treelistconfirm", () => dialog.confirm());
        tree.trigger("focus");
      },
      (error: Error) => dialog.fail(error.message),
    );
  });
  return confirmed ? picked : undefined;
}

function pathOf(item: TreeItem): string {
  return item.parent === undefined ? item.label : `${pathOf(item.parent)} / ${item.label}`;
}
