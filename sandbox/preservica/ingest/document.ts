import { parseXml, XmlError, type XmlElement } from "../xml/parse.js";
import { IngestFault, type PackageFile, type Scene } from "./scene.js";

const MAX_DOCUMENT = 64 * 1024 * 1024;

/** Parses an XML file of a package. @throws IngestFault when it is not well-formed or too large */
export async function readDocument(
  scene: Scene,
  files: ReadonlyMap<string, PackageFile>,
  path: string,
): Promise<XmlElement> {
  const file = files.get(path);
  if (!file) throw new IngestFault([{ path, text: "the file is not in the package" }]);
  if (file.size > MAX_DOCUMENT)
    throw new IngestFault([{ path, text: `the document has ${file.size} bytes, ${MAX_DOCUMENT} are taken at most` }]);
  const bytes = await file.open();
  try {
    return parseXml(await scene.files.readAll(bytes));
  } catch (error) {
    if (error instanceof XmlError) throw new IngestFault([{ path, text: error.message }]);
    throw error;
  }
}
