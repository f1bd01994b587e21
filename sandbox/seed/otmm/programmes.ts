import { generatedMaster } from "../contents.js";
import { storedDay } from "../ids.js";
import { assetId, type AssetSpec } from "./asset.js";
import type { FolderTree } from "./folders.js";
import {
  CANCELLED,
  COAST,
  DEPTHS,
  ELECTION,
  FLOTSAM,
  HARBOUR,
  LICENSED,
  NIGHT_SHIFT,
  TRAIN,
  WINTER,
  type Programme,
} from "./programme-list.js";
import { approvedValues, filled, type LooseValues } from "./values.js";

export type VersionType = "FIN" | "PRO" | "CLP" | "DST" | "THU" | "WRK";

/** Why a broadcast asset stays; undefined: it moves. */
export type BroadcastReason =
  | "not the master or clip"
  | "contract forbids keeping"
  | "not aired"
  | "clip without its master"
  | "parts do not agree";

export interface BroadcastAsset extends AssetSpec {
  houseNo: string;
  versionType: VersionType;
  stays?: BroadcastReason;
}

/** A clip that moves goes with its master, not alone. */
export function isClipOf(spec: BroadcastAsset, master: BroadcastAsset): boolean {
  return spec.versionType === "CLP" && spec.houseNo === master.houseNo && spec.stays === undefined;
}

/** The 2.3 GiB final master: generated, never on disk. The digests were worked out once from the seed number and the size. */
export const LARGE_MASTER = {
  seed: 814,
  size: 2_469_606_195,
  md5: "31655016c588c1945076fb379ef0bb3f",
  sha256: "458bdc241cffae3caa253fa2cd4f0560f902957b99bf3e3005d2527bd582d816",
};

/** Broadcast assets of scenario 4. */
export function broadcastAssets(tree: FolderTree): BroadcastAsset[] {
  const made: BroadcastAsset[] = [];
  const add = (
    programme: Programme,
    type: VersionType,
    suffix: string,
    base: string,
    more: Partial<BroadcastAsset> = {},
    values: LooseValues = {},
  ) => {
    const key = `broadcast/${programme.houseNo}/${suffix}`;
    const stays = more.stays ?? (type === "FIN" || type === "CLP" ? undefined : "not the master or clip");
    made.push({
      key,
      name: `${programme.houseNo}_${suffix}.${base.slice(base.lastIndexOf(".") + 1)}`,
      base,
      modelId: "BCT.MODEL.PROGRAMME",
      folders: [tree.at("Kanal Nord", programme.series, programme.tx.slice(0, 4))],
      houseNo: programme.houseNo,
      versionType: type,
      ...more,
      ...(stays !== undefined && { stays }),
      values: filled({ ...programmeValues(programme, type), ...programme.values, ...values }),
    });
  };
  const large = `${COAST.houseNo}_FIN.mxf`;
  add(COAST, "FIN", "FIN", "film-1.mp4", {
    name: large,
    mime: "application/mxf",
    contentType: "VIDEO",
    content: generatedMaster(
      assetId(`broadcast/${COAST.houseNo}/FIN`),
      large,
      "application/mxf",
      LARGE_MASTER.seed,
      LARGE_MASTER.size,
      LARGE_MASTER.md5,
    ),
  });
  add(COAST, "CLP", "CLP", "film-1.mp4");
  for (const n of [1, 2, 3]) add(COAST, "PRO", `PRO${n}`, "film-2.mp4");
  for (const n of [1, 2]) add(COAST, "DST", `DST${n}`, "film-1.mp4");
  add(COAST, "THU", "THU", "winter-1.jpg");
  add(TRAIN, "FIN", "FIN", "film-2.mp4");
  add(TRAIN, "CLP", "CLP", "film-2.mp4");
  add(LICENSED, "FIN", "FIN", "film-1.mp4", { stays: "contract forbids keeping" });
  add(LICENSED, "CLP", "CLP", "film-1.mp4", { stays: "contract forbids keeping" });
  add(ELECTION, "FIN", "FIN", "film-2.mp4", { stays: "not aired" });
  add(NIGHT_SHIFT, "FIN", "FIN", "film-1.mp4");
  add(NIGHT_SHIFT, "CLP", "CLP", "film-1.mp4");
  add(WINTER, "FIN", "FIN", "film-2.mp4");
  for (const n of [1, 2]) add(WINTER, "CLP", `CLP${n}`, "film-2.mp4");
  add(HARBOUR, "FIN", "FIN", "film-1.mp4");
  add(FLOTSAM, "CLP", "CLP", "film-2.mp4", { stays: "clip without its master" });
  const disagreeing = { stays: "parts do not agree" } as const;
  add(DEPTHS, "FIN", "FIN", "film-1.mp4", disagreeing);
  const embargo = { "ACME.FIELD.EMBARGO UNTIL": storedDay("2027-01-31") };
  add(DEPTHS, "CLP", "CLP", "film-1.mp4", disagreeing, embargo);
  add(CANCELLED, "FIN", "FIN", "film-2.mp4", { stays: "not aired" });
  return made;
}

function programmeValues(programme: Programme, type: VersionType): LooseValues {
  return {
    ...approvedValues(1, "editor.in.charge", "2026-06-01"),
    "OTMM.CUSTOM.FIELD_TITLE": `${programme.title}, ${type}`,
    "ACME.FIELD.LANGUAGE": "de",
    "ACME.FIELD.CREATOR": ["Kanal Nord"],
    "ACME.FIELD.USAGE RIGHTS": "OWN",
    "ACME.FIELD.RIGHTS HOLDER": "Kanal Nord",
    "ACME.FIELD.RIGHTS TERRITORY": "10^49",
    "ACME.FIELD.RETENTION CLASS": "BCST-6Y",
    "ACME.FIELD.BUSINESS OWNER": "Programme archive",
    "BCT.FIELD.PROGRAMME TITLE": programme.title,
    "BCT.FIELD.SERIES": programme.series,
    "BCT.FIELD.EPISODE NO": programme.episode,
    "BCT.FIELD.HOUSE NO": programme.houseNo,
    "BCT.FIELD.EIDR": programme.eidr,
    "BCT.FIELD.TX STATUS": programme.status,
    "BCT.FIELD.TX TIME": programme.tx,
    "BCT.FIELD.TX ZONE": "Europe/Berlin",
    "BCT.FIELD.CHANNEL": programme.channel,
    "BCT.FIELD.VERSION TYPE": type,
    "BCT.FIELD.CONTRACT NO": "KN-E-0001",
    "BCT.FIELD.LICENSOR": "Kanal Nord",
    "BCT.FIELD.CUE SHEET": `CS-${programme.houseNo}`,
    "BCT.FIELD.RATING": "12",
    "BCT.FIELD.DURATION": "PT43M30S",
    "BCT.FIELD.FRAME RATE": "25",
    "BCT.FIELD.ASPECT": "16:9",
    "BCT.FIELD.AUDIO LAYOUT": "5.1",
    "BCT.FIELD.SUBTITLES": "de",
  };
}
