import type { SandboxFiles } from "../../kernel/types.js";
import type { ContentRecord } from "../types.js";

const underWay = new WeakMap<ContentRecord, Promise<string>>();

/**
 * What the server says the MD5 of a file is. Generated files of load tests have theirs worked out when it is first asked for, once
 * however many ask at the same time.
 *
 * @returns undefined when the server knows none
 */
export async function storedChecksum(files: SandboxFiles, content: ContentRecord): Promise<string | undefined> {
  if (content.checksum !== "lazy") return content.checksum;
  let digest = underWay.get(content);
  if (!digest) {
    digest = files.digest(content.bytes, "md5");
    underWay.set(content, digest);
  }
  content.checksum = await digest;
  return content.checksum;
}
