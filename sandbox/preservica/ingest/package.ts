import { ASSUMPTIONS } from "../assumptions.js";
import { readDocument } from "./document.js";
import { readZip, ZipError } from "../zip/read.js";
import { planTree } from "./opex.js";
import { IngestFault, message, type IngestPlan, type PackageFile, type Scene } from "./scene.js";
import { readXip } from "./xip-document.js";
import { planXip } from "./xip-plan.js";

/**
 * Reads and verifies what was uploaded, and says what it would make: an XIP package, an OPEX zip or container,
 * or plain folders and files.
 *
 * @throws IngestFault with every problem found
 */
export async function planIngest(scene: Scene): Promise<IngestPlan> {
  const { source } = scene.job;
  try {
    if (source.kind === "container") {
      return await planTree(
        scene,
        new Map(
          source.files.map((file) => [file.path, { size: file.bytes.size, open: () => Promise.resolve(file.bytes) }]),
        ),
        ASSUMPTIONS.subcategory.opex,
      );
    }
    const entries = await readZip(scene.files, source.bytes, { streamable: scene.archive.settings.strictZip });
    const files = scene.filesOf(entries);
    if (files.size === 0) throw new IngestFault([{ path: "", text: "the package is empty" }]);
    const root = xipRoot([...files.keys()]);
    if (root !== undefined) return await planPackage(scene, files, root);
    const isOpex = [...files.keys()].some((path) => path.endsWith(".opex"));
    return await planTree(scene, files, isOpex ? ASSUMPTIONS.subcategory.opex : ASSUMPTIONS.subcategory.files);
  } catch (error) {
    if (error instanceof ZipError) throw new IngestFault([{ path: "", text: error.message }]);
    throw error;
  }
}

/** `<guid>` of a package `<guid>/metadata.xml`, `<guid>/content/…`; undefined when this is none. */
function xipRoot(paths: string[]): string | undefined {
  const documents = paths.filter((path) => /^[^/]+\/metadata\.xml$/u.test(path));
  const root = documents[0]?.split("/")[0];
  if (documents.length !== 1 || root === undefined) return undefined;
  return paths.every((path) => path === `${root}/metadata.xml` || path.startsWith(`${root}/content/`))
    ? root
    : undefined;
}

async function planPackage(scene: Scene, files: Map<string, PackageFile>, root: string): Promise<IngestPlan> {
  const document = await readDocument(scene, files, `${root}/metadata.xml`);
  scene.stopOnProblems();
  const xip = readXip(document, (text) => scene.problem("metadata.xml", text));
  const prefix = `${root}/content/`;
  const entries = new Map(
    [...files].filter(([path]) => path.startsWith(prefix)).map(([path, file]) => [path.slice(prefix.length), file]),
  );
  const records = await planXip(scene, xip, { entries, defaultParent: scene.givenFolder(), paths: false });
  const messages = records.map((record) =>
    message("Info", "metadata.xml", "monitor.info.ingested", `Ingested ${record.type} ${record.title}`, {
      entityRef: record.ref,
      entityTitle: record.title,
      securityDescriptor: record.securityTag,
    }),
  );
  return { subcategory: ASSUMPTIONS.subcategory.package, records, messages, files: entries.size };
}
