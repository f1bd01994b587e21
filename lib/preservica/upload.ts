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
 * One bucket of the S3-compatible upload endpoint (fact sheet 2.1): path style, the token in its own header and no
 * signature. In the bucket for packages a completed upload starts the ingest, so neither `complete` nor a PUT is ever
 * repeated blindly there; in an ingest source nothing starts by itself.
 */
export class UploadEndpoint {
  readonly #gateway: Gateway;
  readonly #bytes: ByteRequests;
  readonly bucket: string;

  constructor(gateway: Gateway, bucket: string, bytes: ByteRequests) {
    this.#gateway = gateway;
    this.#bytes = bytes;
    this.bucket = bucket;
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

  /** Bytes of an object that is there; undefined when there is none, or when its size is not said. */
  async size(key: string): Promise<number | undefined> {
    const answer = await this.#gateway.send({ method: "HEAD", path: this.#path(key), allow: [404], expect: "any" });
    const length = Number(answer.headers["content-length"] ?? Number.NaN);
    return answer.status === 404 || !Number.isSafeInteger(length) ? undefined : length;
  }

  /** Puts a small document; whatever stood under the key is replaced. Not for a bucket in which an arrival starts work. */
  async put(key: string, document: string): Promise<void> {
    await this.#gateway.send({
      method: "PUT",
      path: this.#path(key),
      body: document,
      headers: { "Content-Type": "application/octet-stream" },
      idempotent: true,
      expect: "any",
    });
  }

  /** Takes an object away; one that is gone already is no error. */
  async remove(key: string): Promise<void> {
    await this.#gateway.send({ method: "DELETE", path: this.#path(key), allow: [404], expect: "any" });
  }

  /** @param folder reference of the folder to ingest into, where the upload starts the ingest */
  target(key: string, folder?: string): UploadTarget {
    const path = this.#path(key);
    const into: Record<string, string> = folder === undefined ? {} : { [FOLDER_HEADER]: uuid(folder) };
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
    const segments = key.split("/").map(encodeURIComponent);
    return `/api/s3/buckets/${encodeURIComponent(this.bucket)}/${segments.join("/")}`;
  }
}
