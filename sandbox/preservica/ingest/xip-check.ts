import { isTag } from "../access/tags.js";
import { isUuid } from "../ids.js";
import type { PackageFile, Scene } from "./scene.js";
import type { XipDocument, XipEntity } from "./xip-document.js";

/** Where the document's files are, and what may stand in for what the document leaves out. */
export interface XipFiles {
  /** Path in the document -> file. */
  entries: ReadonlyMap<string, PackageFile>;
  /** Folder for assets and folders that name no parent. */
  defaultParent: string | undefined;
  /** File names may hold folders (PAX). */
  paths: boolean;
  /** Replaces what the document says of its asset (PAX sidecar). */
  asset?: { title: string; tag: string; parent: string };
}

/** Folder that an entity of a document goes into; undefined when nothing names one. */
export function parentOf(entity: XipEntity, files: XipFiles): string | undefined {
  return files.asset?.parent ?? entity.parent ?? files.defaultParent;
}

/** Checks a document against itself, the archive and the package's files; every problem goes to the scene. */
export function checkXip(scene: Scene, document: XipDocument, files: XipFiles): void {
  const checks = new Checks(scene, document, files);
  checks.checkReferences();
  checks.checkFiles();
}

class Checks {
  constructor(
    private readonly scene: Scene,
    private readonly document: XipDocument,
    private readonly files: XipFiles,
  ) {}

  private problem(text: string): void {
    this.scene.problem("metadata.xml", text);
  }

  checkReferences(): void {
    const { folders, assets, contents } = this.document;
    const own = new Set<string>();
    for (const entity of [...folders, ...assets, ...contents]) {
      if (!isUuid(entity.ref)) this.problem(`Ref ${entity.ref} is not a UUID`);
      if (own.has(entity.ref)) this.problem(`Ref ${entity.ref} is there twice`);
      own.add(entity.ref);
      if (this.scene.archive.repository.find(entity.ref))
        this.problem(`Ref ${entity.ref} exists in the archive already`);
      if (!isTag(entity.tag)) this.problem(`security tag ${entity.tag} is not known`);
    }
    for (const folder of folders) if (parentOf(folder, this.files) !== undefined) this.checkParent(folder);
    for (const asset of assets) this.checkParent(asset);
    if (assets.length === 0 && folders.length === 0) this.problem("the document describes no entity");
    const assetRefs = new Set(assets.map((asset) => asset.ref));
    for (const content of contents) {
      if (!assetRefs.has(content.parent ?? ""))
        this.problem(`content object ${content.ref} has no asset in this document`);
      if (!this.document.representations.some((representation) => representation.contents.includes(content.ref)))
        this.problem(`content object ${content.ref} is in no representation`);
      if (!this.document.generations.some((generation) => generation.content === content.ref))
        this.problem(`content object ${content.ref} has no generation`);
    }
    this.checkRepresentations(assetRefs);
    const exists = (ref: string): boolean => {
      const found = this.scene.archive.repository.find(ref);
      return own.has(ref) || (found !== undefined && found.deleted === undefined);
    };
    for (const { entity } of [
      ...this.document.identifiers,
      ...this.document.metadata,
      ...this.document.restrictions,
      ...this.document.events,
    ]) {
      if (!own.has(entity)) this.problem(`entity ${entity} is not part of this document`);
    }
    for (const link of this.document.links) {
      if (!own.has(link.from)) this.problem(`link from ${link.from}, which is not part of this document`);
      if (!exists(link.to)) this.problem(`link to ${link.to}, which does not exist`);
    }
    for (const { type } of this.document.restrictions)
      if (type !== "LOCK" && type !== "DELETE") this.problem(`restriction ${type} is not known`);
  }

  private checkRepresentations(assetRefs: Set<string>): void {
    const contentRefs = new Map(this.document.contents.map((content) => [content.ref, content.parent]));
    for (const { asset, type, contents } of this.document.representations) {
      if (!assetRefs.has(asset)) this.problem(`representation of ${asset}, which is not part of this document`);
      if (!["Preservation", "Access", "Physical"].includes(type))
        this.problem(`representation type ${type} is not known`);
      for (const ref of contents)
        if (contentRefs.get(ref) !== asset)
          this.problem(`representation of ${asset} names content object ${ref}, which is not its own`);
    }
    for (const asset of assetRefs)
      if (!this.document.representations.some((representation) => representation.asset === asset))
        this.problem(`asset ${asset} has no representation`);
  }

  private checkParent(entity: XipEntity): void {
    const parent = parentOf(entity, this.files);
    if (parent === undefined) this.problem(`${entity.ref} has no parent, and the upload names no folder`);
    else if (!this.document.folders.some((folder) => folder.ref === parent)) {
      const folder = this.scene.archive.repository.folder(parent);
      if (!folder || folder.deleted !== undefined) this.problem(`parent ${parent} of ${entity.ref} does not exist`);
    }
  }

  checkFiles(): void {
    const known = new Set<string>();
    for (const { path, filename, size } of this.document.bitstreams) {
      const entry = this.files.entries.get(path);
      const unsafe =
        path.split("/").some((part) => part === "" || part === "." || part === "..") ||
        /[\\\p{Cc}]/u.test(path) ||
        (!this.files.paths && filename.includes("/"));
      if (unsafe) this.scene.problem(path, "the path is not safe");
      else if (!entry) this.scene.problem(path, "the file is not in the package");
      else if (String(entry.size) !== size)
        this.scene.problem(path, `FileSize says ${size}, the file has ${entry.size}`);
      if (known.has(path)) this.scene.problem(path, "described twice");
      known.add(path);
    }
    for (const path of this.files.entries.keys())
      if (!known.has(path)) this.scene.problem(path, "the file is not described");
    const contentRefs = new Set(this.document.contents.map((content) => content.ref));
    const used = new Set<string>();
    for (const generation of this.document.generations) {
      if (!contentRefs.has(generation.content))
        this.problem(`generation of ${generation.content}, which is not part of this document`);
      if (generation.files.length === 0) this.problem(`generation of ${generation.content} has no bitstream`);
      for (const file of generation.files) {
        if (!known.has(file)) this.scene.problem(file, "a generation names it, but it is not described");
        if (used.has(file)) this.scene.problem(file, "belongs to two generations");
        used.add(file);
      }
    }
    for (const path of known) if (!used.has(path)) this.scene.problem(path, "belongs to no generation");
  }
}
