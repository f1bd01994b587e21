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

const CRC32C_TABLES = slicingTables();

/** CRC-32C, eight bytes a step. */
export function newCrc32c(): RunningCrc {
  let crc = 0xffffffff;
  return {
    update: (chunk) => {
      crc = advanceCrc32c(crc, chunk);
    },
    get value() {
      return BigInt((crc ^ 0xffffffff) >>> 0);
    },
  };
}

function slicingTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = tables;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
    if (first) first[byte] = crc >>> 0;
  }
  for (let at = 1; at < 8; at++) {
    const before = tables[at - 1];
    const table = tables[at];
    if (!first || !before || !table) continue;
    for (let byte = 0; byte < 256; byte++) {
      const crc = before[byte] ?? 0;
      table[byte] = ((crc >>> 8) ^ (first[crc & 255] ?? 0)) >>> 0;
    }
  }
  return tables;
}

function advanceCrc32c(start: number, chunk: Buffer): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = CRC32C_TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const at = (table: Uint32Array, index: number): number => table[index & 255] ?? 0;
  let crc = start;
  let i = 0;
  for (; i + 8 <= chunk.length; i += 8) {
    const low = crc ^ chunk.readInt32LE(i);
    const high = chunk.readInt32LE(i + 4);
    crc =
      at(t7, low) ^
      at(t6, low >>> 8) ^
      at(t5, low >>> 16) ^
      at(t4, low >>> 24) ^
      at(t3, high) ^
      at(t2, high >>> 8) ^
      at(t1, high >>> 16) ^
      at(t0, high >>> 24);
  }
  for (; i < chunk.length; i++) crc = (crc >>> 8) ^ at(t0, crc ^ (chunk[i] ?? 0));
  return crc >>> 0;
}

/** High and low halves of the byte table: BigInt arithmetic per byte would be fifty times slower. */
const CRC64_TABLE = crc64Table();

/** CRC-64/NVME. */
export function newCrc64(): RunningCrc {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      const { highs, lows } = CRC64_TABLE;
      for (let i = 0; i < chunk.length; i++) {
        const index = (low ^ (chunk[i] ?? 0)) & 255;
        low = (((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0)) >>> 0;
        high = ((high >>> 8) ^ (highs[index] ?? 0)) >>> 0;
      }
    },
    get value() {
      return ((BigInt(high) << 32n) | BigInt(low)) ^ 0xffffffffffffffffn;
    },
  };
}

function crc64Table(): { highs: Uint32Array; lows: Uint32Array } {
  const highs = new Uint32Array(256);
  const lows = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ CRC64_POLYNOMIAL : crc >> 1n;
    highs[byte] = Number(crc >> 32n);
    lows[byte] = Number(crc & 0xffffffffn);
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
