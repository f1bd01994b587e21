import { posix } from "node:path";
import { isTag } from "../access/tags.js";
import { firstCheck, newGeneration } from "../entity/steps.js";
import { isUuid, newApiId, newRef } from "../ids.js";
import type { Asset, Bitstream, ContentObject, EntityBase, Folder } from "../model.js";
import { checkFixities, ownFixity } from "./fixity.js";
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

/**
 * Checks an XIP document against the archive and against the package's files, and makes the records of it.
 * Every problem is collected; bytes are verified only when the document itself is sound.
 *
 * @throws IngestFault
 */
export async function planXip(scene: Scene, document: XipDocument, files: XipFiles): Promise<(Folder | Asset)[]> {
  const builder = new Builder(scene, document, files);
  builder.checkReferences();
  builder.checkFiles();
  scene.stopOnProblems();
  const records = builder.records();
  await builder.attachContent();
  builder.describe();
  scene.stopOnProblems();
  return records;
}

class Builder {
  private readonly bases = new Map<string, EntityBase & { links: Folder["links"] }>();
  private readonly assets = new Map<string, Asset>();
  private readonly contents = new Map<string, ContentObject>();

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
      if (this.scene.archive.repository.find(entity.ref)) this.problem(`Ref ${entity.ref} exists in the archive already`);
      if (!isTag(entity.tag)) this.problem(`security tag ${entity.tag} is not known`);
    }
    for (const folder of folders) if (this.parentOf(folder) !== undefined) this.checkParent(folder);
    for (const asset of assets) this.checkParent(asset);
    if (assets.length === 0 && folders.length === 0) this.problem("the document describes no entity");
    const assetRefs = new Set(assets.map((asset) => asset.ref));
    for (const content of contents) {
      if (!assetRefs.has(content.parent ?? "")) this.problem(`content object ${content.ref} has no asset in this document`);
      if (!this.document.representations.some((representation) => representation.contents.includes(content.ref))) this.problem(`content object ${content.ref} is in no representation`);
      if (!this.document.generations.some((generation) => generation.content === content.ref)) this.problem(`content object ${content.ref} has no generation`);
    }
    this.checkRepresentations(assetRefs);
    const exists = (ref: string): boolean => {
      const found = this.scene.archive.repository.find(ref);
      return own.has(ref) || (found !== undefined && found.deleted === undefined);
    };
    for (const { entity } of [...this.document.identifiers, ...this.document.metadata, ...this.document.restrictions, ...this.document.events]) {
      if (!own.has(entity)) this.problem(`entity ${entity} is not part of this document`);
    }
    for (const link of this.document.links) {
      if (!own.has(link.from)) this.problem(`link from ${link.from}, which is not part of this document`);
      if (!exists(link.to)) this.problem(`link to ${link.to}, which does not exist`);
    }
    for (const { type } of this.document.restrictions) if (type !== "LOCK" && type !== "DELETE") this.problem(`restriction ${type} is not known`);
  }

  private checkRepresentations(assetRefs: Set<string>): void {
    const contentRefs = new Map(this.document.contents.map((content) => [content.ref, content.parent]));
    for (const { asset, type, contents } of this.document.representations) {
      if (!assetRefs.has(asset)) this.problem(`representation of ${asset}, which is not part of this document`);
      if (!["Preservation", "Access", "Physical"].includes(type)) this.problem(`representation type ${type} is not known`);
      for (const ref of contents) if (contentRefs.get(ref) !== asset) this.problem(`representation of ${asset} names content object ${ref}, which is not its own`);
    }
    for (const asset of assetRefs) if (!this.document.representations.some((representation) => representation.asset === asset)) this.problem(`asset ${asset} has no representation`);
  }

  private parentOf(entity: XipEntity): string | undefined {
    return this.files.asset?.parent ?? entity.parent ?? this.files.defaultParent;
  }

  private checkParent(entity: XipEntity): void {
    const parent = this.parentOf(entity);
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
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      const unsafe = path.split("/").some((part) => part === "" || part === "." || part === "..") || /[\\\u0000-\u001F]/u.test(path) || (!this.files.paths && filename.includes("/"));
      if (unsafe) this.scene.problem(path, "the path is not safe");
      else if (!entry) this.scene.problem(path, "the file is not in the package");
      else if (String(entry.size) !== size) this.scene.problem(path, `FileSize says ${size}, the file has ${entry.size}`);
      if (known.has(path)) this.scene.problem(path, "described twice");
      known.add(path);
    }
    for (const path of this.files.entries.keys()) if (!known.has(path)) this.scene.problem(path, "the file is not described");
    const contentRefs = new Set(this.document.contents.map((content) => content.ref));
    const used = new Set<string>();
    for (const generation of this.document.generations) {
      if (!contentRefs.has(generation.content)) this.problem(`generation of ${generation.content}, which is not part of this document`);
      if (generation.files.length === 0) this.problem(`generation of ${generation.content} has no bitstream`);
      for (const file of generation.files) {
        if (!known.has(file)) this.scene.problem(file, "a generation names it, but it is not described");
        if (used.has(file)) this.scene.problem(file, "belongs to two generations");
        used.add(file);
      }
    }
    for (const path of known) if (!used.has(path)) this.scene.problem(path, "belongs to no generation");
  }

  records(): (Folder | Asset)[] {
    const folders = this.document.folders.map((folder): Folder => ({ type: "SO", ...this.base(folder, folder.parent ?? this.files.defaultParent) }));
    const assets = this.document.assets.map((given): Asset => {
      const representations = this.document.representations
        .filter((representation) => representation.asset === given.ref)
        .map(({ type, name, contents }) => ({ type, contentObjects: contents, ...(name === undefined ? {} : { name }) }));
      const restrictions = this.document.restrictions.filter((restriction) => restriction.entity === given.ref).map((restriction) => restriction.type);
      const shown = this.files.asset ? { ...given, title: this.files.asset.title, tag: this.files.asset.tag } : given;
      return { type: "IO", ...this.base(shown, this.parentOf(given)), representations, contentObjects: [], retention: [], holds: [], restrictions };
    });
    for (const asset of assets) this.assets.set(asset.ref, asset);
    for (const given of this.document.contents) {
      const asset = this.assets.get(given.parent ?? "");
      const tag = this.files.asset?.tag ?? given.tag;
      const content: ContentObject = { type: "CO", ...this.base({ ...given, tag }, given.parent), generations: [] };
      this.contents.set(content.ref, content);
      asset?.contentObjects.push(content);
    }
    for (const entity of [...folders, ...assets, ...this.contents.values()]) this.bases.set(entity.ref, entity);
    return [...folders, ...assets];
  }

  private base(given: XipEntity, parent: string | undefined): EntityBase {
    const { description, customType } = given;
    return this.scene.newBase({
      ref: given.ref,
      title: given.title,
      securityTag: given.tag,
      ...(description === undefined ? {} : { description }),
      ...(customType === undefined ? {} : { customType }),
      ...(parent === undefined ? {} : { parent }),
    });
  }

  /** Opens and verifies every file; the heavy part. */
  async attachContent(): Promise<void> {
    const now = this.scene.archive.now();
    const verified = new Map<string, Bitstream>();
    for (const { path, filename, fixities } of this.document.bitstreams) {
      const entry = this.files.entries.get(path);
      if (!entry) continue;
      const bytes = await entry.open();
      for (const wrong of await checkFixities(this.scene.files, bytes, fixities)) this.scene.problem(path, wrong);
      const kept = fixities.length > 0 ? fixities : [await ownFixity(this.scene.files, bytes)];
      verified.set(path, { filename: posix.basename(filename), size: bytes.size, fixities: kept, bytes, checks: [firstCheck(now)] });
    }
    for (const given of this.document.generations) {
      const bitstreams = given.files.map((file) => verified.get(file)).filter((bitstream) => bitstream !== undefined);
      const [first] = bitstreams;
      if (!first) continue;
      const effective = new Date(given.effectiveDate === undefined || /Z|[+-]\d\d:\d\d$/u.test(given.effectiveDate) ? (given.effectiveDate ?? now) : `${given.effectiveDate}Z`);
      const date = Number.isNaN(effective.getTime()) ? now : effective.toISOString();
      const generation = { ...newGeneration(given.label ?? first.filename, first, date, given.original), active: given.active, bitstreams };
      this.contents.get(given.content)?.generations.push(generation);
    }
  }

  /** Identifiers, metadata, links and history. */
  describe(): void {
    const { archive } = this.scene;
    for (const { type, value, entity } of this.document.identifiers) this.bases.get(entity)?.identifiers.push({ apiId: newApiId(), type, value });
    for (const { schema, entity, xml } of this.document.metadata) this.bases.get(entity)?.metadata.push({ ref: newRef(), schema, xml });
    for (const { type, from, to } of this.document.links) this.bases.get(from)?.links.push({ apiId: newApiId(), type, to });
    for (const { entity, type, command, date, user, serialised } of this.document.events) {
      const when = new Date(date ?? "");
      const at = Number.isNaN(when.getTime()) ? archive.now() : when.toISOString();
      const event = { ref: newRef(), type, date: at, user: user ?? this.scene.job.user };
      this.bases.get(entity)?.actions.unshift({ event, command, date: at, ...(serialised === undefined ? {} : { serialised }) });
    }
  }
}
