import { CONTENT_ROLES, type ContentRole } from "../../lib/messages/asset.js";
import {
  type MetadataChangesConfig,
  migrate as migrateChanges,
  VALUE_TYPES,
  type ValueType,
} from "../otmm-asset-update/config.js";
import { choiceIn, numberIn, type Stored, textIn } from "../shared/configuration.js";

export const MODES = ["asset", "version"] as const;
export type Mode = (typeof MODES)[number];

/** What makes two contents the same: they are the same version of the same source, or they have the same bytes. */
export const SAMENESS = ["source", "bytes"] as const;
export type Sameness = (typeof SAMENESS)[number];

/** Metadata comes from a profile or from rows, as in an update. */
export interface OtmmAssetImportConfig extends MetadataChangesConfig {
  /** A new asset, or the next version of an asset that is there. */
  mode: Mode;
  /** Which content of the message is imported. */
  role: ContentRole;
  sameBy: Sameness;
  /** Text field that keeps what was imported (its source or its digest), so that nothing is imported twice. */
  sourceField: string;
  folder: string;
  folderPath: string;
  model: string;
  /** Ids of security policies, separated by commas or blanks. */
  policies: string;
  /** Asset id: whose next version it becomes. */
  target: string;
  targetType: ValueType;
  /** Link type from the imported asset to its origin; empty = no link. */
  linkType: string;
  /** Asset id of the origin. */
  origin: string;
  originType: ValueType;
  /** Minutes that OTMM's import job may take. */
  timeoutMinutes: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): OtmmAssetImportConfig {
  const {
    name,
    store,
    connection,
    joined: _joined,
    asOf: _asOf,
    ...changes
  } = migrateChanges({ source: "rows", concurrency: 2, ...stored });
  return {
    name,
    store,
    connection,
    mode: choiceIn(stored, "mode", MODES, "asset"),
    role: choiceIn(stored, "role", CONTENT_ROLES, "access"),
    sameBy: choiceIn(stored, "sameBy", SAMENESS, "source"),
    folder: textIn(stored, "folder"),
    folderPath: textIn(stored, "folderPath"),
    model: textIn(stored, "model", "ARTESIA.MODEL.DEFAULT"),
    policies: textIn(stored, "policies"),
    target: textIn(stored, "target", "asset.ids.otmm.assetId"),
    targetType: choiceIn(stored, "targetType", VALUE_TYPES, "msg"),
    sourceField: textIn(stored, "sourceField"),
    linkType: textIn(stored, "linkType"),
    origin: textIn(stored, "origin", "asset.ids.otmm.assetId"),
    originType: choiceIn(stored, "originType", VALUE_TYPES, "msg"),
    timeoutMinutes: numberIn(stored, "timeoutMinutes", 60),
    ...changes,
  };
}
