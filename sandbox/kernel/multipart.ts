import { Readable } from "node:stream";
import type { SandboxFiles, MultipartPart } from "./types.js";
import { asBuffer, inlineBytes } from "./bytes.js";

/** A part without a file name is kept in memory up to this size. */
const FIELD_LIMIT = 16 << 20;
const HEADER_LIMIT = 64 << 10;

/** The request is no multipart/form-data, or a broken one; the kernel answers 400. */
export class BadMultipart extends Error {}

/** Reads a stream piece by piece up to given marks. */
class Scanner {
  private buffered: Buffer = Buffer.alloc(0);
  private readonly source: AsyncIterator<string | Buffer>;

  constructor(stream: NodeJS.ReadableStream) {
    this.source = stream[Symbol.asyncIterator]();
  }

  /** Yields everything before `mark` and takes the mark itself away. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.buffered.indexOf(mark);
      if (at >= 0) {
        if (at > 0) yield this.buffered.subarray(0, at);
        this.buffered = this.buffered.subarray(at + mark.length);
        return;
      }
      // The mark may have begun: keep its length less one.
      const safe = this.buffered.length - mark.length + 1;
      if (safe > 0) {
        yield this.buffered.subarray(0, safe);
        this.buffered = this.buffered.subarray(safe);
      }
      await this.more();
    }
  }

  async all(mark: Buffer, limit: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.until(mark)) {
      size += chunk.length;
      if (size > limit) throw new BadMultipart(`a part's headers or text are longer than ${limit} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async take(length: number): Promise<Buffer> {
    while (this.buffered.length < length) await this.more();
    const taken = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    return taken;
  }

  private async more(): Promise<void> {
    const next = await this.source.next();
    if (next.done) throw new BadMultipart("the body ends before its closing boundary");
    const chunk = asBuffer(next.value);
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
  }

  async drain(): Promise<void> {
    while (!(await this.source.next()).done);
  }
}

/** Parses a multipart/form-data body (RFC 7578); parts with a file name are written to files as they arrive. */
export async function parseMultipart(
  contentType: string | undefined,
  body: NodeJS.ReadableStream,
  files: SandboxFiles,
): Promise<MultipartPart[]> {
  const boundary = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? "");
  const name = boundary?.[1] ?? boundary?.[2];
  if (!name) throw new BadMultipart(`not multipart/form-data with a boundary: ${contentType ?? "no content type"}`);
  const mark = Buffer.from(`\r\n--${name}`);
  const scanner = new Scanner(body);
  const parts: MultipartPart[] = [];
  // The first boundary has no line end before it.
  await scanner.all(mark.subarray(2), HEADER_LIMIT);
  while ((await scanner.take(2)).toString() !== "--") {
    const headers = parseHeaders((await scanner.all(Buffer.from("\r\n\r\n"), HEADER_LIMIT)).toString("utf8"));
    parts.push(await readPart(headers, scanner, mark, files));
  }
  await scanner.drain();
  return parts;
}

async function readPart(
  headers: Map<string, string>,
  scanner: Scanner,
  mark: Buffer,
  files: SandboxFiles,
): Promise<MultipartPart> {
  const disposition = headers.get("content-disposition") ?? "";
  const name = parameter(disposition, "name");
  if (name === undefined) throw new BadMultipart("a part without a name");
  const filename = parameter(disposition, "filename");
  const contentType = headers.get("content-type");
  const bytes =
    filename === undefined
      ? inlineBytes(await scanner.all(mark, FIELD_LIMIT))
      : (await files.write(streamOf(scanner.until(mark)))).bytes;
  return {
    name,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
    bytes,
    text: async () => (await files.readAll(bytes)).toString("utf8"),
  };
}

function parseHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** RFC 8187 `name*=` first (as some clients send for names outside ASCII), then `name=`. */
function parameter(header: string, name: string): string | undefined {
  const extended = new RegExp(`;\\s*${name}\\*=(?:UTF-8|utf-8)''([^;]+)`).exec(header)?.[1];
  if (extended !== undefined) return decodeURIComponent(extended.trim());
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;]*))`, "i").exec(header);
  if (!match) return undefined;
  return match[1] === undefined ? match[2]?.trim() : match[1].replace(/\\(["\\])/g, "$1").replace(/%22/g, '"');
}

function streamOf(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false });
}
