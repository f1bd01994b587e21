import type { OtmmSeed } from "../../otmm/types.js";
import { seedId } from "../ids.js";
import { assetRecord } from "./asset.js";
import { campaignAssets } from "./campaign-assets.js";
import { DOMAINS } from "./domains.js";
import { FolderTree, PUBLIC_ROOT } from "./folders.js";
import { MODELS } from "./models.js";
import { CLIENT, LINK_TYPES, OTDS_RESOURCE, POLICIES, USERS } from "./users.js";

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
  const tree = new FolderTree();
  tree.at("Archived");
  tree.at("Reuse requests");
  const specs = [...campaignAssets(tree).assets];
  return {
    ...emptyOtmmSeed(),
    folders: tree.folders,
    assets: specs.map(assetRecord),
    collections: [{ id: seedId("collection:heritage-2026"), name: "Heritage 2026", owner: "mkeller", assets: [] }],
  };
}
