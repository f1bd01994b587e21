import { posix } from "node:path";
import { isTag } from "../access/tags.js";
import { newApiId, newRef } from "../ids.js";
import type { Asset, EntityBase, Folder } from "../model.js";
import { parseXml, XmlError } from "../xml/parse.js";
import { serialise } from "../xml/write.js";
import { readOpex, type OpexDocument } from "./opex-document.js";
import { readDocument } from "./document.js";
import { planPax, type PaxFacts } from "./pax.js";
import { IngestFault, message, type IngestPlan, type PackageFile, type Scene } from "./scene.js";
import { makeTree, type TreeFolder } from "./tree.js";

const NO_SIDECAR: OpexDocument = { fixities: [], identifiers: [], events: [], relationships: [], metadata: [] };

/**
 * Plans folders and files as they are, each with its sidecar if there is one: folders become structural objects,
 * files and PAX packages become assets. What is known already (SourceID, or a folder's title) is matched, not made twice.
 *
 * @throws IngestFault
 */
export async function planTree(
  scene: Scene,
  files: ReadonlyMap<string, PackageFile>,
  subcategory: string,
): Promise<IngestPlan> {
  const parent = scene.givenFolder();
  // A container begins at the root: its folders find their place by SourceID or title. A package is put somewhere.
  if (parent === undefined && scene.job.source.kind !== "container")
    throw new IngestFault([{ path: "", text: "the upload names no existing folder (structuralobjectreference)" }]);
  const planner = new TreePlanner(scene, files);
  const root = makeTree([...files.keys()]);
  await planner.folder(root, parent, await planner.sidecar(root.ownSidecar));
  scene.stopOnProblems();
  return { subcategory, records: planner.records, messages: planner.messages, files: planner.contentFiles };
}

class TreePlanner {
  readonly records: (Folder | Asset)[] = [];
  readonly messages: IngestPlan["messages"] = [];
  contentFiles = 0;

  constructor(
    private readonly scene: Scene,
    private readonly files: ReadonlyMap<string, PackageFile>,
  ) {}

  /** Everything inside one folder of the package, into an existing or planned folder of the archive; without, the root. */
  async folder(node: TreeFolder, ref: string | undefined, sidecar?: OpexDocument): Promise<void> {
    if (sidecar?.manifest) this.checkManifest(node, sidecar.manifest);
    for (const inner of node.folders) {
      const document = await this.sidecar(inner.ownSidecar);
      if (inner.assetSidecar !== undefined) await this.asset(inner.path, inner.name, ref, inner.assetSidecar, inner);
      else await this.folder(inner, this.folderRef(inner, ref, document), document);
    }
    for (const file of node.files) await this.asset(file.path, file.name, ref, file.sidecar);
  }

  /** What stands beside a folder or file; nothing when there is no sidecar. */
  async sidecar(path: string | undefined): Promise<OpexDocument> {
    if (path === undefined) return NO_SIDECAR;
    if (path.endsWith(".metadata")) return this.plainMetadata(path);
    return readOpex(await readDocument(this.scene, this.files, path), (text) => this.scene.problem(path, text));
  }

  /** A `.metadata` file is one metadata document of any schema. */
  private async plainMetadata(path: string): Promise<OpexDocument> {
    const file = this.files.get(path);
    try {
      const root = parseXml(file ? await this.scene.files.readAll(await file.open()) : "");
      return { ...NO_SIDECAR, metadata: [{ schema: root.ns, xml: serialise(root) }] };
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.scene.problem(path, error.message);
      return NO_SIDECAR;
    }
  }

  private checkManifest(node: TreeFolder, manifest: NonNullable<OpexDocument["manifest"]>): void {
    const listed = new Set([...manifest.files.map((file) => file.name), ...manifest.folders]);
    for (const { name, size } of manifest.files) this.checkListed(posix.join(node.path, name), size);
    const there = new Set(node.entries);
    for (const name of manifest.folders)
      if (!there.has(name)) this.scene.problem(posix.join(node.path, name), "in the manifest, but not there");
    const own = node.ownSidecar === undefined ? undefined : posix.basename(node.ownSidecar);
    for (const name of there)
      if (name !== own && !listed.has(name)) this.scene.problem(posix.join(node.path, name), "not in the manifest");
  }

  /** Of an asset folder a manifest lists the paths inside it (OPEX 1.2). */
  private checkAssetManifest(path: string, manifest: NonNullable<OpexDocument["manifest"]>): void {
    const listed = new Set(manifest.files.map(({ name }) => posix.join(path, name)));
    for (const { name, size } of manifest.files) this.checkListed(posix.join(path, name), size);
    for (const full of this.files.keys())
      if (full.startsWith(`${path}/`) && !listed.has(full)) this.scene.problem(full, "not in the manifest");
  }

  private checkListed(full: string, size: string | undefined): void {
    const file = this.files.get(full);
    if (!file) this.scene.problem(full, "in the manifest, but not there");
    else if (size !== undefined && String(file.size) !== size)
      this.scene.problem(full, `the manifest says ${size} bytes, the file has ${file.size}`);
  }

  private folderRef(node: TreeFolder, parent: string | undefined, document: OpexDocument): string {
    const { repository } = this.scene.archive;
    const title = document.title ?? node.name;
    const bySource =
      document.sourceId === undefined
        ? undefined
        : repository.withIdentifier("SourceID", document.sourceId).find((entity) => entity.type === "SO");
    const byTitle =
      document.sourceId === undefined
        ? repository.children(parent).find((record) => record.type === "SO" && record.title === title)
        : undefined;
    const known = bySource ?? byTitle;
    if (known) {
      this.matched(node.path, known, document.sourceId);
      return known.ref;
    }
    const folder: Folder = { type: "SO", ...this.base(node.path, document, title, parent) };
    this.add(folder, node.path, document);
    return folder.ref;
  }

  private async asset(
    path: string,
    name: string,
    parent: string | undefined,
    sidecarPath: string | undefined,
    paxFolder?: TreeFolder,
  ): Promise<void> {
    if (parent === undefined) {
      this.scene.problem(path, "an asset stands in a folder, not at the root");
      return;
    }
    const document = await this.sidecar(sidecarPath);
    if (paxFolder && document.manifest) this.checkAssetManifest(path, document.manifest);
    const known =
      document.sourceId === undefined
        ? undefined
        : this.scene.archive.repository
            .withIdentifier("SourceID", document.sourceId)
            .find((entity) => entity.type === "IO");
    if (known) {
      this.matched(path, known, document.sourceId);
      return;
    }
    const title = document.title ?? name.replace(/\.pax(\.zip)?$/u, "");
    const base = this.base(path, document, title, parent);
    const facts: PaxFacts = {
      path,
      name: document.originalFilename ?? name,
      base,
      fixities: document.fixities,
      ...(paxFolder ? { folder: paxFolder } : {}),
    };
    const planned = await planPax(this.scene, this.files, facts);
    if (!planned) return;
    this.contentFiles += planned.contentObjects.length;
    this.add(planned, path, document);
  }

  private base(path: string, document: OpexDocument, title: string, parent: string | undefined): EntityBase {
    const tag = document.tag ?? "open";
    if (!isTag(tag)) this.scene.problem(path, `security tag ${tag} is not known`);
    const { description } = document;
    return this.scene.newBase({
      ref: newRef(),
      title,
      securityTag: tag,
      ...(parent === undefined ? {} : { parent }),
      ...(description === undefined ? {} : { description }),
    });
  }

  private add(record: Folder | Asset, path: string, document: OpexDocument): void {
    if (document.sourceId !== undefined)
      record.identifiers.push({ apiId: newApiId(), type: "SourceID", value: document.sourceId });
    for (const identifier of document.identifiers) record.identifiers.push({ apiId: newApiId(), ...identifier });
    for (const fragment of document.metadata) record.metadata.push({ ref: newRef(), ...fragment });
    for (const { type, object } of document.relationships) {
      const target = this.scene.archive.repository.find(object);
      if (target && target.deleted === undefined) record.links.push({ apiId: newApiId(), type, to: target.ref });
      else
        this.messages.push(
          message("Warning", path, "monitor.warning.relationship", `Related object ${object} was not found`),
        );
    }
    for (const { date, user, type, detail } of document.events) {
      const when = new Date(date ?? "");
      const at = Number.isNaN(when.getTime()) ? record.created : when.toISOString();
      record.actions.unshift({
        event: { ref: newRef(), type, date: at, user: user ?? this.scene.job.user },
        command: type,
        date: at,
        serialised: detail,
      });
    }
    this.records.push(record);
    this.messages.push(
      message(
        "Info",
        path,
        "monitor.info.ingested",
        `Ingested ${record.type} ${record.title}`,
        this.about(record, document.sourceId),
      ),
    );
  }

  private matched(
    path: string,
    known: { ref: string; title: string; securityTag: string; type: string },
    sourceId: string | undefined,
  ): void {
    const by = sourceId === undefined ? `title ${known.title}` : `Source ID ${sourceId}`;
    const kind = known.type === "SO" ? "directory" : "file";
    const key = `monitor.info.${kind}.skip|${JSON.stringify({ matchText: by })}`;
    this.messages.push(
      message(
        "Info",
        path,
        key,
        `Matched ${kind} ${path} to existing ${known.type} ${known.title} via ${by}`,
        this.about(known, sourceId),
      ),
    );
  }

  private about(
    entity: { ref: string; title: string; securityTag: string },
    sourceId: string | undefined,
  ): { entityRef: string; entityTitle: string; securityDescriptor: string; sourceId?: string } {
    return {
      entityRef: entity.ref,
      entityTitle: entity.title,
      securityDescriptor: entity.securityTag,
      ...(sourceId === undefined ? {} : { sourceId }),
    };
  }
}
