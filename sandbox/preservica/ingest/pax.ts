import { posix } from "node:path";
import { firstCheck, newGeneration } from "../entity/steps.js";
import { newRef } from "../ids.js";
import type { Asset, ContentObject, EntityBase, Generation } from "../model.js";
import { readZip, ZipError } from "../zip/read.js";
import { checkFixities, ownFixity, type StatedFixity } from "./fixity.js";
import { readDocument } from "./document.js";
import type { PackageFile, Scene } from "./scene.js";
import type { TreeFolder } from "./tree.js";
import { readXip } from "./xip-document.js";
import { planXip } from "./xip-plan.js";

/** One asset of an OPEX tree: a plain file, a `.pax.zip`, or a folder that is an asset. */
export interface PaxFacts {
  path: string;
  name: string;
  base: EntityBase;
  fixities: (StatedFixity & { path?: string })[];
  folder?: TreeFolder;
}

const REPRESENTATION = /^Representation_(Preservation|Access)(?:_\d+)?$/u;

/** Makes the asset of a file, a PAX zip or a PAX folder. @returns undefined when it has a problem, which the scene then knows */
export async function planPax(
  scene: Scene,
  files: ReadonlyMap<string, PackageFile>,
  facts: PaxFacts,
): Promise<Asset | undefined> {
  const { path, folder } = facts;
  if (folder) {
    const inside = new Map(
      [...files]
        .filter(([full]) => full.startsWith(`${path}/`))
        .map(([full, file]) => [full.slice(path.length + 1), file]),
    );
    return planParts(scene, inside, facts);
  }
  const file = files.get(path);
  if (!file) return undefined;
  const bytes = await file.open();
  for (const wrong of await checkFixities(
    scene.files,
    bytes,
    facts.fixities.filter((fixity) => fixity.path === undefined),
  ))
    scene.problem(path, wrong);
  if (!path.endsWith(".pax.zip")) return planSingle(scene, file, facts);
  try {
    const entries = await readZip(scene.files, bytes, { streamable: scene.archive.settings.strictZip });
    return await planParts(scene, scene.filesOf(entries), facts);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    scene.problem(path, error.message);
    return undefined;
  }
}

async function planSingle(scene: Scene, file: PackageFile, facts: PaxFacts): Promise<Asset> {
  const content = contentObject(scene, facts.base, facts.name);
  content.generations.push(await generation(scene, file, facts.name, facts.fixities));
  return asset(facts.base, [{ type: "Preservation", contents: [content] }]);
}

/** `Representation_<type>[_n]/<content object>/[Generation_n/]<file>`, with or without a document. */
async function planParts(
  scene: Scene,
  files: ReadonlyMap<string, PackageFile>,
  facts: PaxFacts,
): Promise<Asset | undefined> {
  const document = [...files.keys()].find((path) => /^[^/]+\.xip$/u.test(path));
  if (document !== undefined) return planWithDocument(scene, files, facts, document);
  const representations: { name: string; type: string; contents: Map<string, ContentObject> }[] = [];
  for (const [path, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [top = "", name = "", ...rest] = path.split("/");
    const type = REPRESENTATION.exec(top)?.[1];
    const generated = rest.length === 2 && /^Generation_\d+$/u.test(rest[0] ?? "");
    if (type === undefined || !(rest.length === 1 || generated)) {
      scene.problem(posix.join(facts.path, path), "not a place for a file in a PAX");
      continue;
    }
    let representation = representations.find((candidate) => candidate.name === top);
    if (!representation) representations.push((representation = { name: top, type, contents: new Map() }));
    const content = representation.contents.get(name) ?? contentObject(scene, facts.base, name);
    representation.contents.set(name, content);
    const stated = facts.fixities.filter((fixity) => fixity.path === path);
    for (const earlier of content.generations) earlier.active = false;
    content.generations.push(await generation(scene, file, posix.basename(path), stated));
  }
  if (representations.length === 0) {
    scene.problem(facts.path, "the PAX holds no representation");
    return undefined;
  }
  return asset(
    facts.base,
    representations.map(({ type, contents }) => ({ type, contents: [...contents.values()] })),
  );
}

async function planWithDocument(
  scene: Scene,
  files: ReadonlyMap<string, PackageFile>,
  facts: PaxFacts,
  path: string,
): Promise<Asset | undefined> {
  const root = await readDocument(scene, files, path);
  const xip = readXip(root, (text) => scene.problem(posix.join(facts.path, path), text));
  if (xip.assets.length !== 1 || xip.folders.length > 0) {
    scene.problem(posix.join(facts.path, path), "a PAX describes exactly one asset");
    return undefined;
  }
  const entries = new Map([...files].filter(([name]) => name !== path));
  const { title, securityTag, parent } = facts.base;
  const [record] = await planXip(scene, xip, {
    entries,
    defaultParent: parent,
    paths: true,
    asset: { title, tag: securityTag, parent: parent ?? "" },
  });
  return record?.type === "IO" ? record : undefined;
}

function contentObject(scene: Scene, base: EntityBase, title: string): ContentObject {
  return {
    type: "CO",
    ...scene.newBase({ ref: newRef(), title, securityTag: base.securityTag, parent: base.ref }),
    generations: [],
  };
}

async function generation(
  scene: Scene,
  file: PackageFile,
  filename: string,
  stated: readonly StatedFixity[],
): Promise<Generation> {
  const bytes = await file.open();
  for (const wrong of await checkFixities(scene.files, bytes, stated)) scene.problem(filename, wrong);
  const fixities =
    stated.length > 0
      ? stated.map(({ algorithm, value }) => ({ algorithm, value }))
      : [await ownFixity(scene.files, bytes)];
  const now = scene.archive.now();
  return newGeneration(filename, { filename, size: bytes.size, fixities, bytes, checks: [firstCheck(now)] }, now, true);
}

function asset(base: EntityBase, representations: { type: string; contents: ContentObject[] }[]): Asset {
  return {
    type: "IO",
    ...base,
    representations: representations.map(({ type, contents }) => ({
      type,
      contentObjects: contents.map((content) => content.ref),
    })),
    contentObjects: representations.flatMap(({ contents }) => contents),
    retention: [],
    holds: [],
    restrictions: [],
  };
}
