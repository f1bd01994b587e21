import type { ObjectLock, Restore } from "./model.js";

/** A version to be laid down; the list of a key goes from the oldest to the newest. */
export interface SeedVersion {
  /** A base file of sandbox/seed/media, generated content of a size in bytes, or nothing: a delete marker. */
  content: string | number | null;
  modified: string;
  storageClass?: string;
  tags?: Record<string, string>;
  metadata?: Record<string, string>;
  lock?: ObjectLock;
  restore?: Restore;
  /** False: neither checksum nor sha256 metadata. Default true. */
  checksum?: boolean;
}

export interface SeedObject {
  bucket: string;
  key: string;
  versions: SeedVersion[];
}

const PAPER = "layout-1.pdf";
/** Last day of a retention in Berlin: protected until the next day begins there (SEED-DATA.md section 5). */
const END_2027 = "2027-12-31T23:00:00Z";
const END_2026 = "2026-12-31T23:00:00Z";
const JUNE_2026 = "2026-06-30T22:00:00Z";

/** SEED-DATA.md section 4, second table. */
export function seedPlan(): SeedObject[] {
  return [...work(), ...claims(), ...vouchers(), ...cold()];
}

function work(): SeedObject[] {
  const drafts = numbered(40).map((number): SeedObject => {
    const tags = Number(number) % 2 === 0 ? { "doc-state": "draft" } : {};
    const version = { content: PAPER, modified: "2026-10-05T08:00:00Z", tags };
    return { bucket: "af-work", key: `drafts/draft-${number}.pdf`, versions: [version] };
  });
  const contract: SeedObject = {
    bucket: "af-work",
    key: "finals/contract-4711.pdf",
    versions: [
      { content: PAPER, modified: "2026-09-01T07:30:00Z", tags: { "doc-state": "draft" } },
      {
        content: PAPER,
        modified: "2026-10-12T14:05:00Z",
        tags: { "doc-state": "approved-final", owner: "legal" },
        metadata: { "source-id": "CON-4711", "content-date": "2026-10-12" },
      },
      { content: PAPER, modified: "2026-10-20T09:45:00Z", tags: { "doc-state": "draft" } },
    ],
  };
  // Ten tags already: the pointer to the record would be the eleventh.
  const full = {
    "doc-state": "approved-final",
    owner: "finance",
    source: "otmm",
    tier: "hot",
    project: "P-17",
    unit: "DE-2",
    language: "de",
    reviewed: "yes",
    campaign: "none",
    year: "2026",
  };
  const report: SeedObject = {
    bucket: "af-work",
    key: "finals/report.pdf",
    versions: [
      {
        content: PAPER,
        modified: "2026-10-28T16:20:00Z",
        tags: full,
        metadata: { "source-id": "REP-2026-10" },
        checksum: false,
      },
    ],
  };
  return [contract, report, ...drafts];
}

function claims(): SeedObject[] {
  const files = ["claim-form.pdf", "photo-1.jpg", "photo-2.jpg", "settlement.pdf"];
  const base = (name: string): string => (name.endsWith("pdf") ? PAPER : "lamp-1.jpg");
  const closed = files.map((name, at): SeedObject => {
    const tags = { "record-no": "K-20-0815", "record-copy": "official" };
    const versions: SeedVersion[] = ["2020-02-03T10:00:00Z", "2020-03-17T10:00:00Z"].map((modified) => ({
      content: base(name),
      modified,
      tags,
      metadata: { "source-id": `K-20-0815/${at + 1}`, "content-date": "2020-02-03" },
    }));
    if (name === "photo-2.jpg") versions.push({ content: null, modified: "2021-01-11T09:00:00Z" });
    return { bucket: "af-records", key: `claims/K-20-0815/${name}`, versions };
  });
  const held = files.slice(0, 3).map((name): SeedObject => ({
    bucket: "af-records",
    key: `claims/K-20-0816/${name}`,
    versions: [
      {
        content: base(name),
        modified: "2020-04-02T10:00:00Z",
        tags: { "record-no": "K-20-0816" },
        lock: { legalHold: "ON" },
      },
    ],
  }));
  const others: SeedObject[] = [
    {
      bucket: "af-records",
      key: "drawings/D-88-12.tif",
      versions: [
        {
          content: "ete-3.tif",
          modified: "2019-06-14T12:00:00Z",
          tags: { "record-no": "D-88-12" },
          lock: { legalHold: "ON" },
        },
      ],
    },
    {
      bucket: "af-records",
      key: "sealed/deed-1907.pdf",
      versions: [{ content: PAPER, modified: "2018-01-15T08:00:00Z", lock: { legalHold: "ON" } }],
    },
  ];
  return [...closed, ...held, ...others];
}

function vouchers(): SeedObject[] {
  const version = (modified: string, until: string | undefined): SeedVersion => ({
    content: PAPER,
    modified,
    tags: { "record-copy": "official" },
    ...(until === undefined ? {} : { lock: { mode: "GOVERNANCE", until } as const }),
  });
  const voucher = (key: string, ...versions: SeedVersion[]): SeedObject => ({
    bucket: "af-records",
    key: `vouchers/${key}`,
    versions,
  });
  return [
    ...numbered(20, 4).map((number) => voucher(`2017/${number}.pdf`, version("2017-11-30T11:00:00Z", END_2027))),
    voucher("2018/0001.pdf", version("2018-03-01T11:00:00Z", JUNE_2026)),
    voucher("2018/0002.pdf", version("2018-03-02T11:00:00Z", END_2026)),
    voucher("2018/0003.pdf", version("2018-03-03T11:00:00Z", END_2026), version("2026-11-02T17:40:00Z", undefined)),
  ];
}

function cold(): SeedObject[] {
  const size = 2 << 20;
  const object = (key: string, restore?: Restore): SeedObject => ({
    bucket: "af-archive",
    key,
    versions: [
      {
        content: size,
        modified: "2024-05-06T06:00:00Z",
        storageClass: "DEEP_ARCHIVE",
        tags: { tier: "cold" },
        ...(restore ? { restore } : {}),
      },
    ],
  });
  return [
    object("cold/old.bin"),
    object("cold/old-restoring.bin", {
      requested: "2026-11-16T03:00:00Z",
      ready: "2026-11-16T15:00:00Z",
      expires: "2026-11-24T00:00:00Z",
      days: 7,
      tier: "Standard",
    }),
    object("cold/old-restored.bin", {
      requested: "2026-11-14T08:00:00Z",
      ready: "2026-11-14T20:00:00Z",
      expires: "2026-11-22T00:00:00Z",
      days: 7,
      tier: "Standard",
    }),
  ];
}

function numbered(count: number, width = 2): string[] {
  return Array.from({ length: count }, (_, at) => String(at + 1).padStart(width, "0"));
}
