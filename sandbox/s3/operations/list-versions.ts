import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, xmlAnswer, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import type { ObjectVersion } from "../model.js";
import { writeXml, type XmlValue } from "../xml.js";
import { commonPrefixes, listed, listedFacts, listFrame, OWNER, type Listed, type ListFrame } from "./list-objects.js";

/** One line of the listing. */
type Line = { key: string; version: ObjectVersion; latest: boolean } | { key: string; version?: undefined };

/** ListObjectVersions: by key, newest first; pages by key and version id. */
export function listVersions(call: Call): SandboxAnswer {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const frame = listFrame(call, "s3:ListBucketVersions");
  const keyMarker = query.get("key-marker") ?? "";
  const versionMarker = query.get("version-id-marker") ?? "";
  if (versionMarker !== "" && keyMarker === "")
    throw new S3Error("InvalidArgument", { message: "A version-id marker cannot be specified without a key marker." });
  const page: Line[] = [];
  let truncated = false;
  for (const line of lines(call, frame, keyMarker, versionMarker)) {
    if (page.length >= frame.maxKeys) {
      truncated = frame.maxKeys > 0;
      break;
    }
    page.push(line);
  }
  const last = page.at(-1);
  const document: XmlValue = {
    Name: bucket.name,
    Prefix: frame.encode(frame.prefix),
    KeyMarker: frame.encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: truncated && last ? frame.encode(last.key) : undefined,
    NextVersionIdMarker: truncated ? last?.version?.id : undefined,
    MaxKeys: frame.maxKeys,
    Delimiter: frame.delimiter === "" ? undefined : frame.encode(frame.delimiter),
    EncodingType: frame.encodingType,
    IsTruncated: truncated,
    ...entries(call, page, frame),
    CommonPrefixes: commonPrefixes(
      page.filter(({ version }) => !version).map(({ key }): Listed => ({ key, common: true })),
      frame,
    ),
  };
  return xmlAnswer(writeXml("ListVersionsResult", document));
}

function* lines(call: Call, frame: ListFrame, keyMarker: string, versionMarker: string): Generator<Line> {
  const { store, bucketName } = call;
  if (versionMarker !== "") {
    const versions = store.record(bucketName, keyMarker)?.versions ?? [];
    const at = versions.findIndex(({ id }) => id === versionMarker);
    if (at >= 0) yield* versions.slice(at + 1).map((version) => ({ key: keyMarker, version, latest: false }));
  }
  for (const item of listed(store.sortedKeys(bucketName), frame, keyMarker)) {
    if (item.common) yield { key: item.key };
    else {
      const versions = store.record(bucketName, item.key)?.versions ?? [];
      yield* versions.map((version, at) => ({ key: item.key, version, latest: at === 0 }));
    }
  }
}

function entries(call: Call, page: Line[], frame: ListFrame): Record<string, XmlValue> {
  const found: { Version: XmlValue[]; DeleteMarker: XmlValue[] } = { Version: [], DeleteMarker: [] };
  for (const line of page) {
    if (!line.version) continue;
    const { key, version, latest } = line;
    const common = { Key: frame.encode(key), VersionId: version.id, IsLatest: latest };
    if (version.deleteMarker) found.DeleteMarker.push({ ...common, LastModified: version.modified, Owner: OWNER });
    else found.Version.push({ ...common, ...listedFacts(call, version), Owner: OWNER });
  }
  return found;
}
