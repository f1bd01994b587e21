import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { crc32Of } from "./crc32.js";

/**
 * The stack that one would write in an afternoon, in one process: axios stream, hash inline, a stored zip whose CRC-32
 * is computed in JavaScript, and the AWS SDK's own multipart commands with 8 MiB parts, four in flight, and the SDK's
 * default checksum. On https the SDK does not hash the payload again; the header that makes it so is set here, because
 * everything stays on loopback without TLS.
 */
const PART = 8 * 1024 * 1024;
const IN_FLIGHT = 4;

/** Bytes each second of one job in a fresh process. */
export function naiveRate(server: string, size: number): Promise<number> {
  const child = fork(__filename, [server, String(size)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let rate: number | undefined;
    child.once("message", (message: { rate: number }) => {
      rate = message.rate;
    });
    child.once("exit", (code) => {
      if (rate === undefined) reject(new Error(`the naive stack ended (${String(code)})`));
      else resolve(rate);
    });
  });
}

async function run(server: string, size: number): Promise<void> {
  const { default: axios } = await import("axios");
  const { S3Client, CreateMultipartUploadCommand, UploadPartCommand, CompleteMultipartUploadCommand } =
    await import("@aws-sdk/client-s3");
  const s3 = new S3Client({
    endpoint: server,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  s3.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
      return next(args);
    },
    { step: "build", name: "unsignedPayload" },
  );
  const start = performance.now();
  const place = { Bucket: "bench", Key: "package.zip" };
  const { UploadId = "" } = await s3.send(new CreateMultipartUploadCommand(place));
  const { data } = await axios.get<AsyncIterable<Buffer>>(`${server}/bytes/${size}`, {
    responseType: "stream",
    proxy: false,
  });
  const hash = createHash("sha256");
  const parts: { PartNumber: number; ETag: string }[] = [];
  const sending = new Set<Promise<void>>();
  let crc = 0;
  let held: Buffer[] = [localHeader(size)];
  let length = held[0]?.length ?? 0;
  const flush = async (): Promise<void> => {
    const PartNumber = parts.length + sending.size + 1;
    const Body = Buffer.concat(held);
    held = [];
    length = 0;
    const sent = s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body })).then(({ ETag = "" }) => {
      parts.push({ PartNumber, ETag });
      sending.delete(sent);
    });
    sending.add(sent);
    if (sending.size >= IN_FLIGHT) await Promise.race(sending);
  };
  for await (const chunk of data) {
    hash.update(chunk);
    crc = crc32Of(chunk, crc);
    held.push(chunk);
    length += chunk.length;
    if (length >= PART) await flush();
  }
  held.push(tail(size, crc), Buffer.from(hash.digest("hex")));
  await flush();
  await Promise.all(sending);
  parts.sort((a, b) => a.PartNumber - b.PartNumber);
  await s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: parts } }));
  process.send?.({ rate: size / ((performance.now() - start) / 1000) });
  process.disconnect();
}

/** Enough of a zip to cost what a zip costs; nobody reads it. */
function localHeader(size: number): Buffer {
  const header = Buffer.alloc(30 + 16);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt32LE(size >>> 0, 22);
  return header;
}

function tail(size: number, crc: number): Buffer {
  const end = Buffer.alloc(46 + 22);
  end.writeUInt32LE(0x02014b50, 0);
  end.writeUInt32LE(crc, 16);
  end.writeUInt32LE(size >>> 0, 24);
  return end;
}

if (require.main === module) void run(process.argv[2] ?? "", Number(process.argv[3]));
