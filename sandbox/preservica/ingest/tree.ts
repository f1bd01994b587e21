import { posix } from "node:path";

export interface TreeFile {
  path: string;
  name: string;
  /** `<name>.opex` or `<name>.metadata` beside it. */
  sidecar?: string;
}
export interface TreeFolder {
  path: string;
  name: string;
  folders: TreeFolder[];
  /** Content files; sidecars are not among them. */
  files: TreeFile[];
  /** `Images/Images.opex`: about the folder itself. */
  ownSidecar?: string;
  /** `hero.pax.opex` beside the folder `hero.pax`: then the folder is an asset. */
  assetSidecar?: string;
  /** Names of everything directly inside, sidecars too. */
  entries: Set<string>;
}

/** Orders the paths of a package into folders, content files and their sidecars; by name. */
export function makeTree(paths: readonly string[]): TreeFolder {
  return folderAt("", [...paths].sort());
}

function folderAt(path: string, paths: readonly string[]): TreeFolder {
  const names = new Map<string, string[]>();
  for (const full of paths) {
    const rest = path === "" ? full : full.slice(path.length + 1);
    const name = rest.split("/")[0] ?? "";
    names.set(name, [...(names.get(name) ?? []), full]);
  }
  const isFolder = (name: string): boolean => (names.get(name) ?? []).some((full) => full !== posix.join(path, name));
  const folder: TreeFolder = {
    path,
    name: posix.basename(path),
    folders: [],
    files: [],
    entries: new Set(names.keys()),
  };
  const sidecars = new Set<string>();
  const beside = (name: string): string | undefined =>
    [`${name}.opex`, `${name}.metadata`].find((candidate) => names.has(candidate) && !isFolder(candidate));
  for (const [name, inside] of names) {
    if (!isFolder(name)) continue;
    const inner = folderAt(posix.join(path, name), inside);
    const sidecar = names.has(`${name}.opex`) ? `${name}.opex` : undefined;
    if (sidecar !== undefined) sidecars.add(sidecar);
    folder.folders.push(sidecar === undefined ? inner : { ...inner, assetSidecar: posix.join(path, sidecar) });
  }
  for (const name of names.keys()) {
    if (isFolder(name)) continue;
    const sidecar = beside(name);
    if (sidecar !== undefined) sidecars.add(sidecar);
  }
  for (const name of names.keys()) {
    if (isFolder(name) || sidecars.has(name)) continue;
    const full = posix.join(path, name);
    if (name === `${folder.name}.opex` || name === `${folder.name}.metadata`) folder.ownSidecar = full;
    // A sidecar at the top without a partner speaks of the package as a whole.
    else if (path === "" && name.endsWith(".opex")) folder.ownSidecar = full;
    else {
      const sidecar = beside(name);
      folder.files.push({ path: full, name, ...(sidecar === undefined ? {} : { sidecar: posix.join(path, sidecar) }) });
    }
  }
  return folder;
}
