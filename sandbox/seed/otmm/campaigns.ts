import type { StoredValue } from "../../otmm/types.js";
import { storedDay } from "../ids.js";
import { assetId, type AssetSpec } from "./asset.js";
import type { FolderTree } from "./folders.js";

/** A campaign of SEED-DATA 1.4. Days are calendar days. */
export interface Campaign {
  code: string;
  name: string;
  status: "PLN" | "RUN" | "END" | "CAN";
  launch?: string;
  end?: string;
  brand: "AF" | "LUM";
  region?: string;
  retention?: "CAMP-5Y" | "CAMP-10Y";
  /** Year of its folder. */
  year: string;
}

export const CAMPAIGNS = {
  spring: {
    code: "AF-2021-SPR",
    name: "Spring Bloom 2021",
    status: "END",
    launch: "2020-09-14",
    end: "2021-02-28",
    brand: "AF",
    region: "10^43",
    retention: "CAMP-5Y",
    year: "2021",
  },
  ete: {
    code: "LUM-2024-ETE",
    name: `Lumière d'été "2024" <été>`,
    status: "END",
    launch: "2024-05-02",
    end: "2024-08-31",
    brand: "LUM",
    region: "10^33",
    retention: "CAMP-10Y",
    year: "2024",
  },
  winter: {
    code: "AF-2026-WIN",
    name: "Winter Glow 2026",
    status: "RUN",
    launch: "2026-10-05",
    end: "2027-01-31",
    brand: "AF",
    region: "20^01",
    retention: "CAMP-5Y",
    year: "2027",
  },
  cancelled: { code: "AF-2025-CXL", name: "Cancelled", status: "CAN", brand: "AF", year: "2025" },
  contradictory: {
    code: "AF-2026-BAD",
    name: "Ended, it says",
    status: "END",
    launch: "2026-06-01",
    end: "2026-12-31",
    brand: "AF",
    region: "10^43",
    retention: "CAMP-5Y",
    year: "2026",
  },
} as const satisfies Record<string, Campaign>;

export type CampaignKey = keyof typeof CAMPAIGNS;
export type Approval = "DRA" | "REV" | "APP" | "APF" | "REJ" | "WDR";
export type Role = "MAS" | "VID" | "BAN" | "SRC";

/** Why an asset must stay where it is; `undefined`: it must move. */
export type StayReason =
  | "not approved final"
  | "campaign running"
  | "campaign cancelled"
  | "campaign contradictory"
  | "damaged: zero bytes"
  | "damaged: MD5"
  | "deleted"
  | "checked out"
  | "not latest version"
  | "approved version differs";

export interface CampaignAsset extends AssetSpec {
  campaign: CampaignKey;
  stays?: StayReason;
  /** A further version of an asset that is counted already. */
  extraVersion?: boolean;
}

/** Collects the assets of the five campaigns. */
export class CampaignSeed {
  readonly assets: CampaignAsset[] = [];

  constructor(private readonly tree: FolderTree) {}

  /** Folder of a campaign: Campaigns / year / code name. */
  folderOf(key: CampaignKey): string {
    const campaign = CAMPAIGNS[key];
    return this.tree.at("Campaigns", campaign.year, `${campaign.code} ${campaign.name.replaceAll(/["<>]/g, "")}`);
  }

  /**
   * Adds an asset.
   * @param values what differs from an ordinary asset of this campaign
   */
  add(
    campaign: CampaignKey,
    status: Approval,
    role: Role,
    key: string,
    name: string,
    base: string,
    values: Record<string, StoredValue | undefined> = {},
    extra: Partial<CampaignAsset> = {},
  ): void {
    const version = extra.version ?? 1;
    const stays = extra.stays ?? staysBy(campaign, status);
    const merged = { ...ordinaryValues(campaign, status, role, name, version), ...values };
    this.assets.push({
      key: `${CAMPAIGNS[campaign].code}/${key}`,
      name,
      base,
      modelId: "ACME.MODEL.CAMPAIGN",
      folders: [this.folderOf(campaign)],
      campaign,
      ...extra,
      ...(stays !== undefined && { stays }),
      values: withoutEmpty(merged),
    });
  }
}

function staysBy(campaign: CampaignKey, status: Approval): StayReason | undefined {
  if (campaign === "winter") return "campaign running";
  if (campaign === "cancelled") return "campaign cancelled";
  if (campaign === "contradictory") return "campaign contradictory";
  return status === "APF" ? undefined : "not approved final";
}

/** The values that any asset of a campaign has unless the table says otherwise. */
function ordinaryValues(key: CampaignKey, status: Approval, role: Role, name: string, version: number) {
  const campaign: Campaign = CAMPAIGNS[key];
  const approved = status === "APF" || status === "APP";
  return {
    "OTMM.CUSTOM.FIELD_TITLE": `${campaign.name}, ${name.replace(/\.[a-z0-9]+$/i, "").replaceAll(/[-_]/g, " ")}`,
    "ACME.FIELD.DESCRIPTION": `${name}, made for ${campaign.name}.`,
    "ACME.FIELD.LANGUAGE": key === "ete" ? "fr" : "de",
    "ACME.FIELD.CREATOR": ["Keller, Maria"],
    "ACME.FIELD.APPROVAL STATUS": status,
    "ACME.FIELD.APPROVED VERSION": approved ? version : undefined,
    "ACME.FIELD.APPROVED BY": approved ? "brand.approver" : undefined,
    "ACME.FIELD.APPROVED ON": approved ? storedDay("2021-02-11") : undefined,
    "ACME.FIELD.USAGE RIGHTS": "OWN",
    "ACME.FIELD.RIGHTS HOLDER": "Alder & Finch",
    "ACME.FIELD.RIGHTS START": storedDay(campaign.launch ?? "2020-01-01"),
    "ACME.FIELD.RIGHTS TERRITORY": campaign.region,
    "ACME.FIELD.CONFIDENTIALITY": "PUB",
    "ACME.FIELD.PERSONAL DATA": "NON",
    "ACME.FIELD.RETENTION CLASS": campaign.retention,
    "ACME.FIELD.LEGAL HOLD": "N",
    "ACME.FIELD.BUSINESS OWNER": "Brand Office",
    "ACME.FIELD.CAMPAIGN CODE": campaign.code,
    "ACME.FIELD.CAMPAIGN NAME": campaign.name,
    "ACME.FIELD.CAMPAIGN STATUS": campaign.status,
    "ACME.FIELD.LAUNCH DATE": campaign.launch && storedDay(campaign.launch),
    "ACME.FIELD.END DATE": campaign.end && storedDay(campaign.end),
    "ACME.FIELD.BRAND": campaign.brand,
    "ACME.FIELD.REGION": campaign.region,
    "ACME.FIELD.ASSET ROLE": role,
    "ACME.FIELD.CHANNEL": ["Web", "Print"],
    "ACME.FIELD.AGENCY": "Studio Orsola",
    "ARTESIA.FIELD.TAG": [campaign.brand === "AF" ? "Alder & Finch" : "Lumière", "campaign"],
  };
}

function withoutEmpty(values: Record<string, StoredValue | undefined>): Record<string, StoredValue> {
  const kept: Record<string, StoredValue> = {};
  for (const [id, value] of Object.entries(values)) if (value !== undefined) kept[id] = value;
  return kept;
}

/** Id of a campaign asset's first version, by its key without the campaign code. */
export function campaignAssetId(campaign: CampaignKey, key: string, version = 1): string {
  return assetId(`${CAMPAIGNS[campaign].code}/${key}`, version);
}
