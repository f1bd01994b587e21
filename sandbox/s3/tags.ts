import { S3Error } from "./errors.js";

const MOST = 10;
const VALID = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Tags as a record, checked. @throws S3Error InvalidTag, or BadRequest-like InvalidTag for more than ten (apis/s3.md section 3) */
export function checkTags(pairs: [string, string][], most = MOST): Record<string, string> {
  const tags: Record<string, string> = {};
  if (pairs.length > most) throw new S3Error("InvalidTag", { message: `Object tags cannot be greater than ${most}` });
  for (const [key, value] of pairs) {
    if (key.length === 0 || key.length > 128 || !VALID.test(key))
      throw new S3Error("InvalidTag", { message: "The TagKey you have provided is invalid" });
    if (value.length > 256 || !VALID.test(value))
      throw new S3Error("InvalidTag", { message: "The TagValue you have provided is invalid" });
    if (Object.hasOwn(tags, key))
      throw new S3Error("InvalidTag", { message: "Cannot provide multiple Tags with the same key" });
    tags[key] = value;
  }
  return tags;
}
