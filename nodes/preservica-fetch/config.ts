import { choiceIn, flagIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const FETCH_MODES = ["references", "identifiers", "search", "folder"] as const;
export type FetchMode = (typeof FETCH_MODES)[number];
export const CONTENT_CHOICES = ["none", "access", "all"] as const;
export type ContentChoice = (typeof CONTENT_CHOICES)[number];
/** Value types of the editor's typed input that make sense where one text is wanted. */
export const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** An index field must have this value; several separated by commas: any of them. */
export interface ConditionRow {
  field: string;
  value: string;
  valueType: ValueType;
}

export interface PreservicaFetchConfig {
  name: string;
  store: string;
  connection: string;
  mode: FetchMode;
  /** References or identifier values. */
  ids: string;
  idsType: ValueType;
  identifierType: string;
  /** Free text of a search; `%` = everything. */
  text: string;
  conditions: ConditionRow[];
  /** Reference or path (`A / B`) of a folder; in a search: stay below it. */
  folder: string;
  folderType: ValueType;
  subfolders: boolean;
  /** Connection key of the OTMM from which assets came. */
  origin: string;
  identifierAsset: string;
  identifierOriginal: string;
  /** Schemas of fragments whose elements travel as fields. */
  fragments: string;
  content: ContentChoice;
  pageSize: number;
  /** Stop after this many assets; 0 = all. */
  limit: number;
  maxUnacknowledged: number;
  queue: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): PreservicaFetchConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    mode: choiceIn(stored, "mode", FETCH_MODES, "search"),
    ids: textIn(stored, "ids", "payload"),
    idsType: choiceIn(stored, "idsType", VALUE_TYPES, "msg"),
    identifierType: textIn(stored, "identifierType", "OTMM-Asset"),
    text: textIn(stored, "text", "%"),
    conditions: rowsIn(stored, "conditions", (row) => ({
      field: textIn(row, "field"),
      value: textIn(row, "value"),
      valueType: choiceIn(row, "valueType", VALUE_TYPES, "str"),
    })),
    folder: textIn(stored, "folder"),
    folderType: choiceIn(stored, "folderType", VALUE_TYPES, "str"),
    subfolders: flagIn(stored, "subfolders", true),
    origin: textIn(stored, "origin"),
    identifierAsset: textIn(stored, "identifierAsset", "OTMM-Asset"),
    identifierOriginal: textIn(stored, "identifierOriginal", "OTMM-Original"),
    fragments: textIn(stored, "fragments", "urn:clc:schema:lifecycle:1"),
    content: choiceIn(stored, "content", CONTENT_CHOICES, "access"),
    pageSize: numberIn(stored, "pageSize", 100),
    limit: numberIn(stored, "limit", 0),
    maxUnacknowledged: numberIn(stored, "maxUnacknowledged", 100),
    queue: textIn(stored, "queue"),
  };
}
