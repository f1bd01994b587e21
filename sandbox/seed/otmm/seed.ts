import type { OtmmSeed } from "../../otmm/types.js";
import { seedId } from "../ids.js";
import { assetId, assetRecord } from "./asset.js";
import { campaignAssets } from "./campaign-assets.js";
import type { CampaignAsset } from "./campaigns.js";
import { DOMAINS } from "./domains.js";
import { FolderTree, PUBLIC_ROOT } from "./folders.js";
import { heritageAssets, type HeritageAsset } from "./heritage.js";
import { MODELS } from "./models.js";
import { libraryAssets, productAssets, type ProductAsset } from "./products.js";
import { broadcastAssets, type BroadcastAsset } from "./programmes.js";
import {
  derivativeRecords,
  derivatives,
  requestRecords,
  reuseRequests,
  type DerivativeSpec,
  type RequestSpec,
} from "./reuse.js";
import { CLIENT, LINK_TYPES, OTDS_RESOURCE, POLICIES, USERS } from "./users.js";

/** What the seed says about the assets of the scenarios, before it is made into records. */
export interface OtmmSpecs {
  tree: FolderTree;
  campaigns: CampaignAsset[];
  products: ProductAsset[];
  heritage: HeritageAsset[];
  broadcast: BroadcastAsset[];
  /** Scenario 6: entries of archived assets, and what came back of them. */
  requests: RequestSpec[];
  derivatives: DerivativeSpec[];
}

/** Deterministic: the same each time. */
export function otmmSpecs(): OtmmSpecs {
  const tree = new FolderTree();
  const campaigns = campaignAssets(tree).assets;
  const products = [...productAssets(tree), ...libraryAssets(tree)];
  const heritage = heritageAssets(tree);
  const broadcast = broadcastAssets(tree);
  // Where released sources are moved to, where derivatives are delivered, and where what came back is kept.
  tree.at("Archived");
  tree.at("Reuse requests");
  tree.at("Reuse library");
  const requests = reuseRequests(tree);
  return { tree, campaigns, products, heritage, broadcast, requests, derivatives: derivatives(tree, requests) };
}

/** What the system cannot be without: models, domains, users, policies and the root folder. */
export function emptyOtmmSeed(): OtmmSeed {
  return {
    models: MODELS,
    domains: DOMAINS,
    policies: POLICIES,
    linkTypes: LINK_TYPES,
    users: USERS,
    folders: new FolderTree().folders,
    rootFolders: [PUBLIC_ROOT],
    assets: [],
    collections: [],
    client: CLIENT,
    otdsResource: OTDS_RESOURCE,
  };
}

/** Everything of SEED-DATA section 1. Deterministic: the same ids and bytes each time. */
export function otmmSeed(): OtmmSeed {
  const specs = otmmSpecs();
  const { tree, campaigns, products, heritage, broadcast } = specs;
  const selected = heritage.filter((asset) => asset.values["MUS.FIELD.SELECTED BY"] !== undefined);
  return {
    ...emptyOtmmSeed(),
    folders: tree.folders,
    assets: [
      ...[...campaigns, ...products, ...heritage, ...broadcast].map(assetRecord),
      ...requestRecords(specs.requests),
      ...derivativeRecords(specs.derivatives),
    ],
    collections: [
      {
        id: seedId("collection:heritage-2026"),
        name: "Heritage 2026",
        owner: "mkeller",
        assets: selected.map(({ key }) => assetId(key)),
      },
    ],
  };
}
