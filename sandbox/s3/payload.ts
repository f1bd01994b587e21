import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { asBuffer } from "../kernel/bytes.js";
import type { SandboxFiles, SandboxRequest, StoredBytes } from "../kernel/types.js";
import {
  asAlgorithm,
  checkForm,
  checksumHeader,
  declaredChecksum,
  newChecksum,
  type ChecksumAlgorithm,
} from "./checksums.js";
import { unchunk, type Trailer } from "./chunked.js";
import { S3Error } from "./errors.js";
import type { SigV4Signer } from "./sigv4.js";

const LARGEST_PUT = 5 * 1024 ** 3;

/** A body as stored, its ETag (32 hex digits) and the checksum that came along (base64). */
export interface StoredPayload {
  bytes: StoredBytes;
  etag: string;
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

/** What the request's headers say about its body. */
interface Declared {
  length: number;
  framed: boolean;
  signedChunks: boolean;
  sha256?: string;
  md5?: string;
  checksum?: { algorithm: ChecksumAlgorithm; value?: string };
}

/**
 * Stores the body of an upload and checks it against everything the request says about it: length, Content-MD5,
 * x-amz-content-sha256, x-amz-checksum-* as header or trailer. What does not fit is not kept.
 *
 * @param signer undefined when the request carries no signature of its own (Preservica's token header)
 * @param options `algorithm`: to compute although none came along, e.g. the one an upload was started with;
 *   `opaqueEtag`: the ETag is random instead of the MD5, as with SSE-KMS
 * @throws S3Error BadDigest, InvalidDigest, XAmzContentSHA256Mismatch, IncompleteBody, MissingContentLength, EntityTooLarge, …
 */
export async function storePayload(
  request: SandboxRequest,
  files: SandboxFiles,
  signer: SigV4Signer | undefined,
  options: { algorithm?: ChecksumAlgorithm; opaqueEtag: boolean },
): Promise<StoredPayload> {
  const declared = readDeclared(request, signer);
  const trailer: Trailer = { headers: new Map() };
  const raw = request.stream() as AsyncIterable<Buffer | string> & NodeJS.ReadableStream;
  const plain = declared.framed ? unchunk(raw, declared.signedChunks ? signer : undefined, trailer) : raw;
  const algorithm = declared.checksum?.algorithm ?? options.algorithm;
  const running = algorithm === undefined ? undefined : newChecksum(algorithm);
  let size = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of plain) {
      const buffer = asBuffer(chunk);
      size += buffer.length;
      if (size > declared.length)
        throw new S3Error("IncompleteBody", { message: "The body is longer than its length header says." });
      running?.update(buffer);
      yield buffer;
    }
    if (size !== declared.length) throw new S3Error("IncompleteBody");
  }
  const algorithms = [
    ...(options.opaqueEtag && declared.md5 === undefined ? [] : ["md5"]),
    ...(declared.sha256 === undefined ? [] : ["sha256"]),
  ];
  const { bytes, digests } = await files.write(counted(), algorithms);
  const value = running?.digest().toString("base64");
  try {
    compare(declared, trailer, { md5: digests["md5"], sha256: digests["sha256"], checksum: value });
  } catch (error) {
    await files.remove(bytes);
    throw error;
  }
  const etag = options.opaqueEtag ? randomBytes(16).toString("hex") : (digests["md5"] ?? "");
  return { bytes, etag, ...(algorithm === undefined || value === undefined ? {} : { checksum: { algorithm, value } }) };
}

/** Reads a small body (XML of a sub-resource) and checks it the same way. */
export async function readPayload(request: SandboxRequest, signer: SigV4Signer | undefined): Promise<string> {
  const hasLength =
    request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  if (!hasLength) return "";
  const declared = readDeclared(request, signer);
  const trailer: Trailer = { headers: new Map() };
  const raw = await request.body(8 << 20);
  const chunks: Buffer[] = [];
  if (declared.framed)
    for await (const chunk of unchunk(Readable.from([raw]), declared.signedChunks ? signer : undefined, trailer))
      chunks.push(chunk);
  else chunks.push(raw);
  const content = Buffer.concat(chunks);
  const running = declared.checksum ? newChecksum(declared.checksum.algorithm) : undefined;
  running?.update(content);
  compare(declared, trailer, {
    md5: createHash("md5").update(content).digest("hex"),
    sha256: createHash("sha256").update(content).digest("hex"),
    checksum: running?.digest().toString("base64"),
  });
  return content.toString("utf8");
}

function readDeclared(request: SandboxRequest, signer: SigV4Signer | undefined): Declared {
  const { headers } = request;
  const hash = signer?.payloadHash ?? text(headers["x-amz-content-sha256"]) ?? "UNSIGNED-PAYLOAD";
  const streaming = hash.startsWith("STREAMING-");
  const framed =
    streaming || (headers["content-encoding"] ?? "").split(",").some((coding) => coding.trim() === "aws-chunked");
  const lengthText = framed ? text(headers["x-amz-decoded-content-length"]) : headers["content-length"];
  if (lengthText === undefined || !/^\d+$/.test(lengthText)) throw new S3Error("MissingContentLength");
  const length = Number(lengthText);
  if (length > LARGEST_PUT)
    throw new S3Error("EntityTooLarge", { fields: { ProposedSize: length, MaxSizeAllowed: LARGEST_PUT } });
  const declared: Declared = { length, framed, signedChunks: hash.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") };
  if (/^[0-9a-f]{64}$/.test(hash)) declared.sha256 = hash;
  else if (!streaming && hash !== "UNSIGNED-PAYLOAD") {
    throw new S3Error("InvalidArgument", {
      message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.",
    });
  }
  const md5 = text(headers["content-md5"]);
  if (md5 !== undefined) {
    if (Buffer.from(md5, "base64").length !== 16)
      throw new S3Error("InvalidDigest", { message: "The Content-MD5 you specified was invalid." });
    declared.md5 = Buffer.from(md5, "base64").toString("hex");
  }
  const checksum = declaredChecksum(headers) ?? trailingChecksum(request);
  if (checksum) declared.checksum = checksum;
  return declared;
}

/** The checksum announced in `x-amz-trailer`. */
function trailingChecksum(request: SandboxRequest): { algorithm: ChecksumAlgorithm } | undefined {
  const name = text(request.headers["x-amz-trailer"])?.trim().toLowerCase();
  if (name === undefined) return undefined;
  if (!name.startsWith("x-amz-checksum-"))
    throw new S3Error("InvalidRequest", {
      message: "The value specified in the x-amz-trailer header is not supported",
    });
  return { algorithm: asAlgorithm(name.slice("x-amz-checksum-".length)) };
}

function compare(
  declared: Declared,
  trailer: Trailer,
  found: { md5: string | undefined; sha256?: string | undefined; checksum?: string | undefined },
): void {
  if (declared.md5 !== undefined && declared.md5 !== found.md5) {
    throw new S3Error("BadDigest", {
      message: "The Content-MD5 you specified did not match what we received.",
      fields: { ExpectedDigest: declared.md5, CalculatedDigest: found.md5 ?? "" },
    });
  }
  if (declared.sha256 !== undefined && declared.sha256 !== found.sha256) {
    throw new S3Error("XAmzContentSHA256Mismatch", {
      fields: { ClientComputedContentSHA256: declared.sha256, S3ComputedContentSHA256: found.sha256 ?? "" },
    });
  }
  if (!declared.checksum) return;
  const { algorithm } = declared.checksum;
  const value = declared.checksum.value ?? trailer.headers.get(checksumHeader(algorithm));
  if (value === undefined)
    throw new S3Error("InvalidRequest", {
      message: `The trailer ${checksumHeader(algorithm)} was announced and did not come.`,
    });
  checkForm(algorithm, value);
  if (value !== found.checksum)
    throw new S3Error("BadDigest", {
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
