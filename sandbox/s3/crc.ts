import { crc32 } from "node:zlib";

/** CRC-32C (Castagnoli), reflected polynomial. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
/** CRC-64/NVME, reflected polynomial. */
const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** A running CRC; `value` is the finished number so far. */
export interface RunningCrc {
  update(chunk: Buffer): void;
  readonly value: bigint;
}

/** CRC-32 as zlib has it. */
export function newCrc32(): RunningCrc {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = crc32(chunk, crc);
    },
    get value() {
      return BigInt(crc >>> 0);
    },
  };
}

/** Eight tables of 256 entries one after the other: "slicing by eight". */
const CRC32C_TABLES = slicingTables();

/** CRC-32C, eight bytes a step. */
export function newCrc32c(): RunningCrc {
  let crc = -1;
  return {
    update: (chunk) => {
      crc = advanceCrc32c(crc, chunk);
    },
    get value() {
      return BigInt(~crc >>> 0);
    },
  };
}

function slicingTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (before >>> 8) ^ (tables[before & 255] ?? 0);
  }
  return tables;
}

/** Whole numbers of 32 bits in local variables only: anything else costs an allocation per byte. */
function advanceCrc32c(start: number, chunk: Buffer): number {
  const tables = CRC32C_TABLES;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  let crc = start | 0;
  let i = 0;
  for (const end = chunk.length - 7; i < end; i += 8) {
    const low = crc ^ view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    crc =
      (tables[1792 + (low & 255)] as number) ^
      (tables[1536 + ((low >>> 8) & 255)] as number) ^
      (tables[1280 + ((low >>> 16) & 255)] as number) ^
      (tables[1024 + (low >>> 24)] as number) ^
      (tables[768 + (high & 255)] as number) ^
      (tables[512 + ((high >>> 8) & 255)] as number) ^
      (tables[256 + ((high >>> 16) & 255)] as number) ^
      (tables[high >>> 24] as number);
  }
  for (; i < chunk.length; i++) crc = (crc >>> 8) ^ (tables[(crc ^ view.getUint8(i)) & 255] as number);
  return crc | 0;
}

/** High and low halves of the byte table: BigInt arithmetic per byte would be fifty times slower. */
const CRC64_TABLE = crc64Table();

/** CRC-64/NVME. */
export function newCrc64(): RunningCrc {
  const state = new Int32Array([-1, -1]);
  return {
    update: (chunk) => advanceCrc64(state, chunk),
    get value() {
      const [high = 0, low = 0] = state;
      return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
    },
  };
}

function advanceCrc64(state: Int32Array, chunk: Buffer): void {
  const { highs, lows } = CRC64_TABLE;
  let [high = 0, low = 0] = state;
  for (let i = 0; i < chunk.length; i++) {
    const index = (low ^ (chunk[i] as number)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ (lows[index] as number);
    high = (high >>> 8) ^ (highs[index] as number);
  }
  state[0] = high;
  state[1] = low;
}

function crc64Table(): { highs: Int32Array; lows: Int32Array } {
  const highs = new Int32Array(256);
  const lows = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ CRC64_POLYNOMIAL : crc >> 1n;
    highs[byte] = Number(BigInt.asIntN(32, crc >> 32n));
    lows[byte] = Number(BigInt.asIntN(32, crc));
  }
  return { highs, lows };
}

/** Width and reflected polynomial of the CRCs that can be put together from parts. */
export const CRC_FORMS = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: { width: 32, polynomial: BigInt(CRC32C_POLYNOMIAL) },
  CRC64NVME: { width: 64, polynomial: CRC64_POLYNOMIAL },
} as const;

/**
 * The CRC of two stretches one after the other, from the CRC of each: zlib's crc32_combine, for any reflected CRC whose
 * start and final value are all ones. Each zero byte after the first stretch multiplies its CRC by a matrix over GF(2).
 *
 * @param secondLength bytes of the second stretch
 */
export function combineCrc(
  form: { width: number; polynomial: bigint },
  first: bigint,
  second: bigint,
  secondLength: number,
): bigint {
  let matrix = oneZeroBit(form);
  for (let i = 0; i < 3; i++) matrix = times(matrix, matrix); // one zero byte
  let crc = first;
  for (let left = BigInt(secondLength); left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) crc = apply(matrix, crc);
    matrix = times(matrix, matrix);
  }
  return crc ^ second;
}

function oneZeroBit({ width, polynomial }: { width: number; polynomial: bigint }): bigint[] {
  return [polynomial, ...Array.from({ length: width - 1 }, (_, bit) => 1n << BigInt(bit))];
}

function apply(matrix: bigint[], vector: bigint): bigint {
  let result = 0n;
  let left = vector;
  for (const column of matrix) {
    if ((left & 1n) === 1n) result ^= column;
    left >>= 1n;
    if (left === 0n) break;
  }
  return result;
}

function times(a: bigint[], b: bigint[]): bigint[] {
  return b.map((column) => apply(a, column));
}
