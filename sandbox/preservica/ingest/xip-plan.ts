import { posix } from "node:path";
import { firstCheck, newGeneration } from "../entity/steps.js";
import { newApiId, newRef } from "../ids.js";
import type { Asset, Bitstream, ContentObject, EntityBase, Folder } from "../model.js";
import { checkFixities, ownFixity } from "./fixity.js";
import type { Scene } from "./scene.js";
import { checkXip, parentOf, type XipFiles } from "./xip-check.js";
import type { XipDocument, XipEntity } from "./xip-document.js";

/**
 * Checks an XIP document against the archive and against the package's files, and makes the records of it.
 * Every problem is collected; bytes are verified only when the document itself is sound.
 *
 * @throws IngestFault
 */
export async function planXip(scene: Scene, document: XipDocument, files: XipFiles): Promise<(Folder | Asset)[]> {
  checkXip(scene, document, files);
  scene.stopOnProblems();
  const builder = new Builder(scene, document, files);
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

  records(): (Folder | Asset)[] {
    const folders = this.document.folders.map((folder): Folder => ({
      type: "SO",
      ...this.base(folder, folder.parent ?? this.files.defaultParent),
    }));
    const assets = this.document.assets.map((given): Asset => {
      const representations = this.document.representations
        .filter((representation) => representation.asset === given.ref)
        .map(({ type, name, contents }) => ({
          type,
          contentObjects: contents,
          ...(name === undefined ? {} : { name }),
        }));
      const restrictions = this.document.restrictions
        .filter((restriction) => restriction.entity === given.ref)
        .map((restriction) => restriction.type);
      const shown = this.files.asset ? { ...given, title: this.files.asset.title, tag: this.files.asset.tag } : given;
      return {
        type: "IO",
        ...this.base(shown, parentOf(given, this.files)),
        representations,
        contentObjects: [],
        retention: [],
        holds: [],
        restrictions,
      };
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
      verified.set(path, {
        filename: posix.basename(filename),
        size: bytes.size,
        fixities: kept,
        bytes,
        checks: [firstCheck(now)],
      });
    }
    for (const given of this.document.generations) {
      const bitstreams = given.files.map((file) => verified.get(file)).filter((bitstream) => bitstream !== undefined);
      const [first] = bitstreams;
      if (!first) continue;
      const effective = new Date(
        given.effectiveDate === undefined || /Z|[+-]\d\d:\d\d$/u.test(given.effectiveDate)
          ? (given.effectiveDate ?? now)
          : `${given.effectiveDate}Z`,
      );
      const date = Number.isNaN(effective.getTime()) ? now : effective.toISOString();
      const generation = {
        ...newGeneration(given.label ?? first.filename, first, date, given.original),
        active: given.active,
        bitstreams,
      };
      this.contents.get(given.content)?.generations.push(generation);
    }
  }

  /** Identifiers, metadata, links and history. */
  describe(): void {
    const { archive } = this.scene;
    for (const { type, value, entity } of this.document.identifiers)
      this.bases.get(entity)?.identifiers.push({ apiId: newApiId(), type, value });
    for (const { schema, entity, xml } of this.document.metadata)
      this.bases.get(entity)?.metadata.push({ ref: newRef(), schema, xml });
    for (const { type, from, to } of this.document.links)
      this.bases.get(from)?.links.push({ apiId: newApiId(), type, to });
    for (const { entity, type, command, date, user, serialised } of this.document.events) {
      const when = new Date(date ?? "");
      const at = Number.isNaN(when.getTime()) ? archive.now() : when.toISOString();
      const event = { ref: newRef(), type, date: at, user: user ?? this.scene.job.user };
      this.bases
        .get(entity)
        ?.actions.unshift({ event, command, date: at, ...(serialised === undefined ? {} : { serialised }) });
    }
  }
}
