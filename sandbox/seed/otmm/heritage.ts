import { storedDay } from "../ids.js";
import type { AssetSpec } from "./asset.js";
import { RIGHTS_STATEMENTS } from "./domains.js";
import type { FolderTree } from "./folders.js";
import { approvedValues, filled, type LooseValues } from "./values.js";

/** Why a museum asset stays; undefined: it moves. */
export type HeritageReason = "not selected" | "loan" | "not approved final";

export interface HeritageAsset extends AssetSpec {
  collection: string;
  series: string;
  stays?: HeritageReason;
}

export const COLLECTION = "Hallstein Glass Plates";
export const SERIES = { salt: "Salt Works 1912", expedition: "Expedition 1914/1918" } as const;

type Series = keyof typeof SERIES;

const OPEN = RIGHTS_STATEMENTS[3];
const IN_COPYRIGHT = RIGHTS_STATEMENTS[0];

const UNSELECTED: LooseValues = {
  "MUS.FIELD.SELECTED BY": undefined,
  "MUS.FIELD.SELECTED ON": undefined,
  "MUS.FIELD.SELECTION REASON": undefined,
};

/** Museum assets of scenario 3: 12 and 6 items in two series, three formats. */
export function heritageAssets(tree: FolderTree): HeritageAsset[] {
  const made: HeritageAsset[] = [];
  const add = (series: Series, title: string, base: string, values: LooseValues = {}, stays?: HeritageReason) => {
    const n = made.filter((asset) => asset.series === SERIES[series]).length + 1;
    const number = `MH.${series === "salt" ? "1912" : "1914"}.${String(n).padStart(3, "0")}`;
    const extension = base.slice(base.lastIndexOf(".") + 1);
    made.push({
      key: `heritage/${number}`,
      name: `${number.replaceAll(".", "_")}.${extension}`,
      base,
      modelId: "MUS.MODEL.HERITAGE",
      folders: [tree.at("Museum Hallstein", COLLECTION, SERIES[series].replace("/", "-"))],
      collection: COLLECTION,
      series: SERIES[series],
      ...(stays !== undefined && { stays }),
      values: filled({ ...objectValues(series, number, title, extension), ...values }),
    });
  };
  add("salt", "Graduation tower from the east", "plate-1.tif");
  add("salt", "Boiling house, interior", "plate-2.tif");
  add("salt", "Brine pipe across the valley", "plate-1.tif", { "MUS.FIELD.DATE MADE": "1890~" });
  add("salt", "Salt carriers at noon", "plate-2.tif", { "MUS.FIELD.PERSONS DEPICTED": ["Unknown carriers"] });
  add("salt", "Director's house", "plate-1.tif", { "MUS.FIELD.PROVENANCE STATUS": "CLM" });
  add("salt", "Blessing of the pans", "plate-2.tif", {
    "MUS.FIELD.DATE MADE": "unknown",
    "MUS.FIELD.MAKER": undefined,
    "MUS.FIELD.MAKER ROLE": "UNK",
  });
  add("salt", "Wheel of the pump", "plate-1.tif", {
    "MUS.FIELD.ACQUISITION METHOD": "PUR",
    "MUS.FIELD.ACQUIRED FROM": "Antiquariat Brenner",
  });
  add("salt", "Memories of a salt worker", "oral-1.wav", {
    "MUS.FIELD.OBJECT NAME": "oral history recordings",
    "MUS.FIELD.RIGHTS STATEMENT": IN_COPYRIGHT,
    "ACME.FIELD.USAGE RIGHTS": "LIC",
  });
  add("salt", "Flood of 1911", "plate-2.tif", { "MUS.FIELD.PROVENANCE STATUS": "RES" });
  add("salt", "Workers' housing", "plate-1.tif");
  add(
    "salt",
    "Lent plate of the bath house",
    "plate-2.tif",
    { "MUS.FIELD.ACQUISITION METHOD": "LOA", "MUS.FIELD.ACQUIRED FROM": "City of Hallein" },
    "loan",
  );
  add("salt", "Duplicate of the tower", "plate-1.tif", UNSELECTED, "not selected");
  add("expedition", "Camp on the ice", "plate-2.tif");
  add("expedition", "Crossing, film fragment", "film-1.mp4", {
    "MUS.FIELD.OBJECT NAME": "motion pictures (visual works)",
  });
  add("expedition", "Ceremony at the river", "plate-1.tif", {
    "MUS.FIELD.SENSITIVITY": "CUL",
    "MUS.FIELD.SUBJECTS": ["ceremonies", "rivers"],
  });
  add("expedition", "Sledges before departure", "plate-2.tif", { "MUS.FIELD.ACQUISITION METHOD": "BEQ" });
  add(
    "expedition",
    "Portrait of the cook",
    "plate-1.tif",
    {
      "ACME.FIELD.APPROVAL STATUS": "REV",
      "ACME.FIELD.APPROVED BY": undefined,
      "ACME.FIELD.APPROVED ON": undefined,
      "ACME.FIELD.APPROVED VERSION": undefined,
    },
    "not approved final",
  );
  add("expedition", "Blurred view of the camp", "plate-2.tif", UNSELECTED, "not selected");
  return made;
}

function objectValues(series: Series, number: string, title: string, extension: string): LooseValues {
  const salt = series === "salt";
  return {
    ...approvedValues(1, "registrar.hallstein", "2025-09-01"),
    "OTMM.CUSTOM.FIELD_TITLE": title,
    "ACME.FIELD.DESCRIPTION": `${title}. ${salt ? "Glass plate of the salt works." : "From the expedition of 1914 to 1918."}`,
    "ACME.FIELD.LANGUAGE": "de",
    "ACME.FIELD.CREATOR": ["Hallstein, Josef"],
    "ACME.FIELD.USAGE RIGHTS": "OWN",
    "ACME.FIELD.RIGHTS HOLDER": "Museum Hallstein",
    "ACME.FIELD.RETENTION CLASS": "HERI-PERM",
    "ACME.FIELD.BUSINESS OWNER": "Collections",
    "MUS.FIELD.ACCESSION NO": number,
    "MUS.FIELD.OBJECT NAME": "gelatin dry plate negatives",
    "MUS.FIELD.COLLECTION": COLLECTION,
    "MUS.FIELD.SERIES": SERIES[series],
    "MUS.FIELD.MAKER": salt ? "Hallstein, Josef" : "Ritter, Anna",
    "MUS.FIELD.MAKER ROLE": "PHT",
    "MUS.FIELD.DATE MADE": salt ? "1912" : "1914/1918",
    "MUS.FIELD.MATERIAL": extension === "tif" ? "glass, silver gelatin" : "magnetic tape",
    "MUS.FIELD.DIMENSIONS": extension === "tif" ? "13 x 18 cm" : "unknown",
    "MUS.FIELD.PLACE": salt ? "Hallein, Salzburg" : "Franz Josef Land",
    "MUS.FIELD.SUBJECTS": salt ? ["salt works", "labour"] : ["expeditions", "ice"],
    "MUS.FIELD.ACQUISITION METHOD": "GIF",
    "MUS.FIELD.ACQUISITION DATE": "1953",
    "MUS.FIELD.ACQUIRED FROM": "Family Hallstein",
    "MUS.FIELD.CUSTODIAL HISTORY": "Studio of the maker until 1938; family Hallstein; museum since 1953.",
    "MUS.FIELD.PROVENANCE STATUS": "CLR",
    "MUS.FIELD.RIGHTS STATEMENT": OPEN,
    "MUS.FIELD.CREDIT LINE": "Museum Hallstein, gift of the family",
    "MUS.FIELD.SENSITIVITY": "NON",
    "MUS.FIELD.DIGITISED ON": storedDay("2025-06-16"),
    "MUS.FIELD.DIGITISED BY": "Atelier Licht",
    "MUS.FIELD.CAPTURE DEVICE": "Phase One iXG 100",
    "MUS.FIELD.CAPTURE SPEC": "600 ppi, Adobe RGB, TIFF 16 bit",
    "MUS.FIELD.SELECTED BY": "Dr. Ilse Brandt",
    "MUS.FIELD.SELECTED ON": storedDay("2025-10-06"),
    "MUS.FIELD.SELECTION REASON": "Only surviving record of the works",
  };
}
