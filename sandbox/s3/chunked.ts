import { createHash, type Hash } from "node:crypto";
import { asBuffer } from "../kernel/bytes.js";
import { S3Error } from "./errors.js";
import { chunkSignature, type SigV4Signer } from "./sigv4.js";

const LINE_LIMIT = 8192;
const CRLF = Buffer.from("\r\n");

/** What followed the last chunk. */
export interface Trailer {
  headers: Map<string, string>;
}

/**
 * Takes the `aws-chunked` framing off a body: `<hex length>[;chunk-signature=<signature>]\r\n<bytes>\r\n … 0\r\n<trailer>\r\n\r\n`.
 *
 * @param signer given when the chunks are signed; every chunk's signature is then checked
 * @param trailer filled with the trailer's lines when the body has ended
 * @throws S3Error IncompleteBody, InvalidRequest (framing), SignatureDoesNotMatch
 */
export async function* unchunk(
  body: AsyncIterable<Buffer | string>,
  signer: SigV4Signer | undefined,
  trailer: Trailer,
): AsyncGenerator<Buffer> {
  const input = new ByteReader(body);
  let previous = signer?.signature ?? "";
  for (;;) {
    const [lengthText = "", ...extensions] = (await input.line()).split(";");
    if (!/^[0-9a-fA-F]{1,16}$/.test(lengthText))
      throw new S3Error("InvalidRequest", { message: `"${lengthText.slice(0, 32)}" is no chunk length` });
    let left = parseInt(lengthText, 16);
    const last = left === 0;
    const hash: Hash | undefined = signer ? createHash("sha256") : undefined;
    while (left > 0) {
      const piece = await input.upTo(left);
      left -= piece.length;
      hash?.update(piece);
      yield piece;
    }
    if (signer && hash) previous = checkChunk(signer, previous, hash.digest("hex"), extensions);
    if (last) break;
    if ((await input.line()) !== "") throw new S3Error("InvalidRequest", { message: "a chunk is longer than it says" });
  }
  await readTrailer(input, trailer, signer, previous);
}

function checkChunk(signer: SigV4Signer, previous: string, contentHash: string, extensions: string[]): string {
  const given = extensions.find((extension) => extension.startsWith("chunk-signature="))?.slice(16);
  const expected = chunkSignature(signer, previous, contentHash);
  if (given !== expected)
    throw new S3Error("SignatureDoesNotMatch", { message: "The signature of a chunk does not match." });
  return expected;
}

async function readTrailer(
  input: ByteReader,
  trailer: Trailer,
  signer: SigV4Signer | undefined,
  previous: string,
): Promise<void> {
  let signedText = "";
  for (let line = await input.lineOrEnd(); line !== undefined && line !== ""; line = await input.lineOrEnd()) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    trailer.headers.set(name, value);
    if (name !== "x-amz-trailer-signature") signedText += `${name}:${value}\n`;
  }
  const signature = trailer.headers.get("x-amz-trailer-signature");
  if (signer && signature !== undefined) {
    const expected = chunkSignature(signer, previous, createHash("sha256").update(signedText).digest("hex"), true);
    if (signature !== expected)
      throw new S3Error("SignatureDoesNotMatch", { message: "The signature of the trailer does not match." });
  }
  await input.drain();
}

/** Reads lines and stretches of bytes from a stream. */
class ByteReader {
  private buffered: Buffer = Buffer.alloc(0);
  private readonly source: AsyncIterator<Buffer | string>;

  constructor(body: AsyncIterable<Buffer | string>) {
    this.source = body[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw new S3Error("IncompleteBody");
    return line;
  }

  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.buffered.indexOf(CRLF);
      if (end >= 0) {
        const line = this.buffered.toString("latin1", 0, end);
        this.buffered = this.buffered.subarray(end + 2);
        return line;
      }
      if (this.buffered.length > LINE_LIMIT)
        throw new S3Error("InvalidRequest", { message: "a chunk header is too long" });
      if (!(await this.more())) return this.buffered.length === 0 ? undefined : this.rest();
    }
  }

  /** What is there, at least one byte, at most `length`. */
  async upTo(length: number): Promise<Buffer> {
    while (this.buffered.length === 0) if (!(await this.more())) throw new S3Error("IncompleteBody");
    const piece = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(piece.length);
    return piece;
  }

  async drain(): Promise<void> {
    while (await this.more()) this.buffered = Buffer.alloc(0);
  }

  private rest(): string {
    const text = this.buffered.toString("latin1");
    this.buffered = Buffer.alloc(0);
    return text;
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done) return false;
    const chunk = asBuffer(next.value);
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    return true;
  }
}
