import { descendants, textOf } from "../http/index.js";
import type { SentPart, UploadTarget } from "../content/types.js";
import { LifecycleError } from "../messages/error.js";
import type { ByteRequests } from "./byte-requests.js";
import { uuid, type Gateway } from "./gateway.js";
import { xmlText } from "./xml-text.js";

/** Header of the PUT's or the completing answer: the ingest has been started (fact sheet 2.1). */
export const PROGRESS_HEADER = "preservica-progress-token";
const FOLDER_HEADER = "x-amz-meta-structuralobjectreference";
const S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/**
 * The S3-compatible upload endpoint (fact sheet 2.1): path style, the token in its own header and no signature.
 * A completed upload starts the ingest, so neither `complete` nor a PUT is ever repeated blindly.
 */
export class UploadEndpoint {
  readonly #gateway: Gateway;
  readonly #bytes: ByteRequests;
  /** `<tenant in lower case>.package.upload` */
  readonly bucket: string;

  constructor(gateway: Gateway, tenant: string, bytes: ByteRequests) {
    this.#gateway = gateway;
    this.#bytes = bytes;
    this.bucket = `${tenant.toLowerCase()}${gateway.assumptions.uploadBucketSuffix}`;
  }

  /** Names of the buckets that the user sees. */
  async buckets(): Promise<string[]> {
    const root = await this.#gateway.xml({ method: "GET", path: "/api/s3/buckets" });
    return descendants(root, "Bucket").map((node) => textOf(node, "Name") ?? "");
  }

  /** Is a package of that key (still) in the bucket? */
  async arrived(key: string): Promise<boolean> {
    const answer = await this.#gateway.send({ method: "HEAD", path: this.#path(key), allow: [404], expect: "any" });
    return answer.status !== 404;
  }

  /** @param folder reference of the folder to ingest into; the package's own parent says the same */
  target(key: string, folder: string): UploadTarget {
    const path = this.#path(key);
    const into = { [FOLDER_HEADER]: uuid(folder) };
    return {
      put: (_size, refused) => this.#bytes.make("PUT", path, { headers: into, refused }),
      begin: async () => {
        const root = await this.#gateway.xml({ method: "POST", path, query: { uploads: "" }, headers: into });
        const id = textOf(root, "UploadId");
        if (!id)
          throw new LifecycleError("UPSTREAM", "Preservica started an upload but did not say its id.", {
            system: "preservica",
          });
        return id;
      },
      part: (uploadId, partNumber, _size, refused) =>
        this.#bytes.make("PUT", path, { query: { partNumber, uploadId }, refused }),
      complete: (uploadId, parts) => this.#complete(path, uploadId, parts),
      abort: async (uploadId) => {
        await this.#gateway.send({ method: "DELETE", path, query: { uploadId }, allow: [404], expect: "any" });
      },
    };
  }

  async #complete(path: string, uploadId: string, parts: readonly SentPart[]): Promise<Record<string, string>> {
    const listed = [...parts]
      .sort((one, other) => one.number - other.number)
      .map((part) => `<Part><ETag>${xmlText(part.etag, "ETag")}</ETag><PartNumber>${part.number}</PartNumber></Part>`);
    const answer = await this.#gateway.send({
      method: "POST",
      path,
      query: { uploadId },
      xml: `<CompleteMultipartUpload xmlns="${S3_NAMESPACE}">${listed.join("")}</CompleteMultipartUpload>`,
    });
    // S3 may answer 200 and say in the body that it failed after all.
    const root = answer.size === 0 ? undefined : await answer.xml();
    if (root?.local === "Error") {
      const code = textOf(root, "Code") ?? "";
      throw new LifecycleError(
        "UPSTREAM",
        `Preservica could not put the upload together: ${code} ${textOf(root, "Message") ?? ""}`.trim(),
        {
          system: "preservica",
          retryable: true,
          details: { serverCode: code },
        },
      );
    }
    return { ...answer.headers };
  }

  #path(key: string): string {
    return `/api/s3/buckets/${encodeURIComponent(this.bucket)}/${encodeURIComponent(key)}`;
  }
}
