import type { EditorRED } from "node-red";

/** What the published editor typings leave out, as Node-RED 4.1 and 5 ship it. */
declare global {
  const RED: EditorRED;
  /** One entry of the editor's treeList widget. */
  interface TreeItem {
    id?: string;
    label: string;
    icon?: string;
    /** A list, or a function that fetches it once the entry is opened. */
    children?: TreeItem[] | ((done: (items: TreeItem[]) => void, item: TreeItem) => void);
    expanded?: boolean;
    selected?: boolean;
    parent?: TreeItem;
  }
  interface JQuery {
    treeList(options: { data: TreeItem[] }): JQuery;
    treeList(action: "data", items: TreeItem[]): JQuery;
    treeList(action: "selected"): TreeItem | undefined;
  }
}
