import { archivedId } from "../../seed/ids.js";

/** A file of a seeded asset: a base file of the seed's media, stamped so that its bytes are its own. */
export interface SeedFile {
  name: string;
  media: string;
}

/** An asset that is in the archive from an older run (SEED-DATA.md section 2.3). */
export interface SeedAsset {
  /** Identifier OTMM-Asset, `<original id>#v<version>`. */
  source: string;
  title: string;
  folder: string;
  tag: string;
  preservation: SeedFile[];
  /** One representation for each list. */
  access: SeedFile[][];
  algorithms: ("MD5" | "SHA1" | "SHA256")[];
  /** Value of lcy.retention_start; absent: the element is empty, so the policy's clock does not run. */
  retentionStart?: string;
  policies: string[];
  holds: string[];
  deleted?: boolean;
  failedCheck?: boolean;
  /** Last calendar day of an embargo, in the lifecycle fragment. */
  embargoUntil?: string;
}

function source(number: number): string {
  return `${archivedId(number)}#v1`;
}

const FOLDER = "Alder & Finch/Campaigns/2015/AF-2015-HRB Herbst 2015";
const common = {
  folder: FOLDER,
  tag: "internal",
  algorithms: ["SHA256"],
  policies: [],
  holds: [],
} satisfies Partial<SeedAsset>;

export const SEED_ASSETS: readonly SeedAsset[] = [
  {
    ...common,
    source: source(1),
    title: "Herbst 2015, key visual",
    preservation: [{ name: "herbst-key.tif", media: "spring-4.tif" }],
    access: [[{ name: "herbst-key.jpg", media: "spring-1.jpg" }]],
    algorithms: ["MD5", "SHA1"],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(2),
    title: "Herbst 2015, poster without access copy",
    preservation: [{ name: "herbst-poster.tif", media: "spring-5.tif" }],
    access: [],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(3),
    title: "Herbst 2015, film with two access copies",
    preservation: [{ name: "herbst-film.mp4", media: "film-1.mp4" }],
    access: [
      [{ name: "herbst-film-web.mp4", media: "film-1-mp4.preview.mp4" }],
      [{ name: "herbst-film-still.jpg", media: "film-1-mp4.thumbnail.jpg" }],
    ],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(4),
    title: "Herbst 2015, brochure in three files",
    preservation: [
      { name: "brochure.pdf", media: "layout-1.pdf" },
      { name: "picture-1.jpg", media: "spring-2.jpg" },
      { name: "picture-2.jpg", media: "spring-3.jpg" },
    ],
    access: [[{ name: "brochure-preview.jpg", media: "layout-1-pdf.preview.jpg" }]],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(5),
    title: "Herbst 2015, deleted draft",
    preservation: [{ name: "draft.jpg", media: "winter-1.jpg" }],
    access: [],
    deleted: true,
  },
  {
    ...common,
    source: source(6),
    title: "Herbst 2015, disputed photograph",
    preservation: [{ name: "disputed.jpg", media: "ete-1.jpg" }],
    access: [[{ name: "disputed-preview.jpg", media: "ete-1-jpg.preview.jpg" }]],
    retentionStart: "2015-12-31",
    policies: ["Campaign 5 years after end"],
    holds: ["MAT-2026-017", "MAT-2026-021"],
  },
  {
    ...common,
    source: source(7),
    title: "Herbst 2015, end date unknown",
    preservation: [{ name: "undated.jpg", media: "ete-2.jpg" }],
    access: [[{ name: "undated-preview.jpg", media: "ete-2-jpg.preview.jpg" }]],
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(8),
    title: "Herbst 2015, expired banner",
    preservation: [{ name: "banner.png", media: "spring-6.png" }],
    access: [[{ name: "banner-preview.jpg", media: "spring-6-png.preview.jpg" }]],
    retentionStart: "2015-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(9),
    title: "Herbst 2015, damaged scan",
    preservation: [{ name: "scan.tif", media: "plate-1.tif" }],
    access: [[{ name: "scan-preview.jpg", media: "plate-1-tif.preview.jpg" }]],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
    failedCheck: true,
  },
  {
    ...common,
    source: source(10),
    title: "Herbst 2015, portrait of an employee",
    tag: "closed",
    preservation: [{ name: "portrait.jpg", media: "spring-2.jpg" }],
    access: [[{ name: "portrait-preview.jpg", media: "spring-2-jpg.preview.jpg" }]],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(11),
    title: "Herbst 2015, unpublished motif",
    tag: "embargo",
    embargoUntil: "2027-03-31",
    preservation: [{ name: "unpublished.jpg", media: "ete-1.jpg" }],
    access: [[{ name: "unpublished-preview.jpg", media: "ete-1-jpg.preview.jpg" }]],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
  {
    ...common,
    source: source(12),
    title: "Herbst 2015, press picture",
    tag: "open",
    preservation: [{ name: "press.jpg", media: "winter-1.jpg" }],
    access: [[{ name: "press-preview.jpg", media: "winter-1-jpg.preview.jpg" }]],
    retentionStart: "2024-12-31",
    policies: ["Campaign 5 years after end"],
  },
];
