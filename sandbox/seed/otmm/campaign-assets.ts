import { storedDay } from "../ids.js";
import { CAMPAIGNS, CampaignSeed } from "./campaigns.js";
import type { FolderTree } from "./folders.js";

const HELD = { "ACME.FIELD.LEGAL HOLD": "Y", "ACME.FIELD.LEGAL HOLD MATTER": ["MAT-2026-017"] };
const LICENSED = {
  "ACME.FIELD.USAGE RIGHTS": "LIC",
  "ACME.FIELD.RIGHTS HOLDER": "Studio Orsola",
  "ACME.FIELD.RIGHTS START": storedDay("2020-09-01"),
};
/** No title of their own: the archive's title is the name, letter by letter. */
const UNTITLED = { "OTMM.CUSTOM.FIELD_TITLE": undefined };

/** "Frühling" with one letter ü, and with u and a combining diaeresis. */
export const NFC_NAME = "Fr\u00fchling.tif";
export const NFD_NAME = "Fru\u0308hling.tif";

/** 200 characters with the extension. */
export const LONG_NAME = `${"Banner in allen Sprachen und Formaten, ".repeat(6).slice(0, 196)}.png`;

/** SEED-DATA 1.4: 60 assets in five campaigns, and the older or newer versions that go with them. */
export function campaignAssets(tree: FolderTree): CampaignSeed {
  const seed = new CampaignSeed(tree);
  spring(seed);
  ete(seed);
  running(seed);
  return seed;
}

function spring(seed: CampaignSeed): void {
  const good = (...args: Tail) => seed.add("spring", "APF", ...args);
  good("MAS", "hero-nfc", NFC_NAME, "spring-4.tif", UNTITLED);
  good("MAS", "hero-nfd", NFD_NAME, "spring-5.tif", UNTITLED);
  good("MAS", "hero-path", "../../etc/hero.tif", "spring-4.tif", {
    "OTMM.CUSTOM.FIELD_TITLE": "Spring Bloom, hero image",
  });
  good("MAS", "blossom", "🌸.png", "spring-6.png", UNTITLED);
  good("MAS", "meadow", "spring-meadow.jpg", "spring-1.jpg", {
    ...LICENSED,
    "ACME.FIELD.RIGHTS END": storedDay("2025-08-31"),
    "ACME.FIELD.RIGHTS NOTE": "Print and web, one season, renewable.",
  });
  good("MAS", "portrait", "gardener-portrait.jpg", "spring-2.jpg", { "ACME.FIELD.PERSONAL DATA": "IDN" });
  good("MAS", "motif-a", "Motiv.jpg", "spring-3.jpg", { "OTMM.CUSTOM.FIELD_TITLE": "Spring Bloom, motif with tulips" });
  good("MAS", "motif-b", "Motiv.jpg", "spring-1.jpg", {
    "OTMM.CUSTOM.FIELD_TITLE": "Spring Bloom, motif with crocuses",
  });
  good("VID", "film", "spring-film.mp4", "film-1.mp4", {
    ...HELD,
    "ACME.FIELD.MODEL RELEASE": "MR-2020-0418",
    "ACME.FIELD.PERSONAL DATA": "IDR",
  });
  good(
    "VID",
    "loop",
    "spring-loop.mp4",
    "film-2.mp4",
    {},
    { folders: [seed.folderOf("spring"), seed.folderOf("winter")] },
  );
  good("VID", "making-of", "spring-making-of.mp4", "film-1.mp4", { "ACME.FIELD.CONFIDENTIALITY": "INT" });
  good("BAN", "banner-long", LONG_NAME, "spring-6.png", UNTITLED);
  good("BAN", "banner-dot", "Schaufenster.", "spring-2.jpg", { "OTMM.CUSTOM.FIELD_TITLE": "Shop window " });
  good("BAN", "banner-no-md5", "spring-banner-web.png", "spring-6.png", {}, { checksum: "none" });
  good("SRC", "con", "CON.psd", "spring-5.tif", { "OTMM.CUSTOM.FIELD_TITLE": "Spring Bloom, layered source" });
  good(
    "SRC",
    "layout",
    "spring-poster-layout.pdf",
    "layout-1.pdf",
    {},
    {
      contentType: "LAYOUT",
      links: ["hero-nfc", "motif-a", "banner-no-md5"].map((to) => ({ type: "CONTAINS", to: `AF-2021-SPR/${to}` })),
    },
  );
  good(
    "MAS",
    "zero",
    "spring-lost.tif",
    "spring-4.tif",
    {},
    { content: "zero", preview: false, stays: "damaged: zero bytes" },
  );
  good("MAS", "bad-md5", "spring-rotten.jpg", "spring-3.jpg", {}, { checksum: "wrong", stays: "damaged: MD5" });
  good("MAS", "deleted", "spring-withdrawn.jpg", "spring-1.jpg", {}, { deleted: true, stays: "deleted" });
  seed.add("spring", "APP", "MAS", "approved-1", "spring-alternative-1.jpg", "spring-2.jpg");
  seed.add("spring", "APP", "BAN", "approved-2", "spring-alternative-2.png", "spring-6.png");
  seed.add("spring", "DRA", "MAS", "draft-1", "spring-sketch-1.jpg", "spring-3.jpg");
  seed.add("spring", "DRA", "VID", "draft-2", "spring-rough-cut.mp4", "film-2.mp4");
  seed.add("spring", "REJ", "MAS", "rejected", "spring-too-dark.jpg", "spring-1.jpg");
}

type Tail = Parameters<CampaignSeed["add"]> extends [unknown, unknown, ...infer Rest] ? Rest : never;

function ete(seed: CampaignSeed): void {
  const good = (...args: Tail) => seed.add("ete", "APF", ...args);
  threeVersions(seed);
  good("MAS", "unknown-rights", "ete-plage.jpg", "ete-1.jpg", { "ACME.FIELD.USAGE RIGHTS": "UNK" });
  good("MAS", "held", "ete-litige.jpg", "ete-2.jpg", HELD);
  good("MAS", "embargo", "ete-surprise.tif", "ete-3.tif", { "ACME.FIELD.EMBARGO UNTIL": storedDay("2027-03-31") });
  good("MAS", "confidential", "ete-contrat.jpg", "ete-1.jpg", { "ACME.FIELD.CONFIDENTIALITY": "CON" });
  good("MAS", "unclassified", "ete-sans-classe.tif", "ete-3.tif", { "ACME.FIELD.CONFIDENTIALITY": undefined });
  good("MAS", "soleil", "ete-soleil.jpg", "ete-2.jpg", {
    ...LICENSED,
    "ACME.FIELD.RIGHTS END": storedDay("2031-12-31"),
    "ACME.FIELD.CREATOR": ["Keller, Maria", "Bernard, Zoé"],
    // A vertical tab, as text pasted from a slide has: not allowed in XML 1.0.
    "ACME.FIELD.DESCRIPTION": "Soleil couchant.\u000bLégende & crédit <à vérifier>.",
  });
  good("VID", "film", "ete-film.mp4", "film-2.mp4");
  good("VID", "interview", "ete-interview.mp4", "film-1.mp4", {
    "ACME.FIELD.PERSONAL DATA": "IDR",
    "ACME.FIELD.MODEL RELEASE": "MR-2024-0077",
    "ACME.FIELD.USAGE RIGHTS": "EDT",
  });
  good("BAN", "banner-1", "ete-banniere-1.png", "ete-4.png");
  good("BAN", "banner-2", "ete-banniere-2.png", "ete-4.png", { "ACME.FIELD.USAGE RIGHTS": "RFR" });
  good("BAN", "banner-3", "ete-bannière-3.png", "ete-4.png", { "ACME.FIELD.CONFIDENTIALITY": "INT" });
  good("SRC", "source-1", "ete-source.tif", "ete-3.tif");
  good("SRC", "source-2", "ete-dossier.pdf", "layout-1.pdf");
  seed.add("ete", "DRA", "MAS", "draft-1", "ete-esquisse-1.jpg", "ete-1.jpg");
  seed.add("ete", "DRA", "BAN", "draft-2", "ete-esquisse-2.png", "ete-4.png");
  seed.add("ete", "DRA", "VID", "draft-3", "ete-montage.mp4", "film-1.mp4");
  seed.add("ete", "REJ", "MAS", "rejected-1", "ete-refuse-1.jpg", "ete-2.jpg");
  seed.add("ete", "REJ", "MAS", "rejected-2", "ete-refuse-2.jpg", "ete-1.jpg");
  good("MAS", "superseded", "ete-affiche.jpg", "ete-1.jpg", {}, { latest: false, stays: "not latest version" });
  seed.add("ete", "DRA", "MAS", "superseded", "ete-affiche.jpg", "ete-2.jpg", {}, { version: 2, extraVersion: true });
  good("MAS", "checked-out", "ete-en-cours.jpg", "ete-2.jpg", {}, { checkedOutBy: "mkeller", stays: "checked out" });
  good(
    "MAS",
    "other-version",
    "ete-autre-version.jpg",
    "ete-1.jpg",
    { "ACME.FIELD.APPROVED VERSION": 2 },
    { stays: "approved version differs" },
  );
}

/** Approved final in version 3; version 2 was approved final before, and is no longer the latest. */
function threeVersions(seed: CampaignSeed): void {
  const older = { latest: false, extraVersion: true, stays: "not latest version" } as const;
  seed.add("ete", "DRA", "MAS", "parasol", "ete-parasol.jpg", "ete-1.jpg", {}, older);
  seed.add("ete", "APF", "MAS", "parasol", "ete-parasol.jpg", "ete-2.jpg", {}, { ...older, version: 2 });
  seed.add("ete", "APF", "MAS", "parasol", "ete-parasol.jpg", "ete-1.jpg", {}, { version: 3 });
}

function running(seed: CampaignSeed): void {
  for (let n = 1; n <= 6; n++) {
    const role = n === 6 ? "BAN" : "MAS";
    seed.add(
      "winter",
      "APF",
      role,
      `final-${n}`,
      `winter-final-${n}.${n === 6 ? "png" : "jpg"}`,
      n === 6 ? "winter-2.png" : "winter-1.jpg",
    );
  }
  for (let n = 1; n <= 4; n++) seed.add("winter", "DRA", "MAS", `draft-${n}`, `winter-draft-${n}.jpg`, "winter-1.jpg");
  seed.add("cancelled", "DRA", "MAS", "draft", "cancelled-draft.jpg", "winter-1.jpg");
  seed.add("cancelled", "WDR", "MAS", "withdrawn", "cancelled-withdrawn.jpg", "winter-1.jpg");
  for (let n = 1; n <= 2; n++)
    seed.add("contradictory", "APF", "MAS", `final-${n}`, `contradictory-${n}.jpg`, "spring-3.jpg");
}

/** Folders in the archive (SEED-DATA B1): company, campaigns, year of the end, code and name. */
export function archiveFolders(key: keyof typeof CAMPAIGNS): string[] {
  const { code, name, year } = CAMPAIGNS[key];
  return ["Alder & Finch", "Campaigns", year, `${code} ${name}`];
}
