import { choiceIn, flagIn, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export const FETCH_MODES = ["ids", "search", "folder", "collection"] as const;
export type FetchMode = (typeof FETCH_MODES)[number];

/** How a search condition compares, in the words of the OTMM client; the kind of the field must fit. */
export const SEARCH_OPERATORS = [
  "is",
  "contains",
  "is-not-empty",
  "is-empty",
  "number-is",
  "number-greater",
  "date-is",
  "date-after",
  "date-before",
] as const;
export type SearchOperator = (typeof SEARCH_OPERATORS)[number];

/** Value types of the editor's typed input that make sense where one text is wanted. */
export const VALUE_TYPES = ["str", "msg", "flow", "global", "env", "jsonata"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface ConditionRow {
  field: string;
  operator: SearchOperator;
  value: string;
  valueType: ValueType;
}

export const RULE_OPERATORS = [
  "is",
  "is-not",
  "one-of",
  "none-of",
  "equals-version",
  "before-today",
  "not-before-today",
  "set",
  "not-set",
  "lacks",
] as const;
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** An asset that does not meet the rule is refused with the reason. */
export interface AcceptanceRule {
  /** Field id, or `source.<fact>` for what OTMM says of the asset itself. */
  field: string;
  operator: RuleOperator;
  /** One value, or several separated by commas. */
  value: string;
  reason: string;
}

/** What a part of a joined asset becomes in it. */
export interface PartRow {
  /** Value of the field that tells the parts apart. */
  value: string;
  role: PartRole;
  /** Name of the representation that the part's master makes. */
  representation: string;
}
export const PART_ROLES = ["access", "preservation"] as const;
export type PartRole = (typeof PART_ROLES)[number];

export interface ChosenField {
  id: string;
  label: string;
}

export interface OtmmAssetFetchConfig {
  name: string;
  store: string;
  connection: string;
  mode: FetchMode;
  ids: string;
  idsType: ValueType;
  keyword: string;
  conditions: ConditionRow[];
  folder: string;
  folderPath: string;
  subfolders: boolean;
  collection: string;
  collectionType: ValueType;
  /** All fields travel; else those of `fields`. */
  allFields: boolean;
  fields: ChosenField[];
  master: boolean;
  preview: boolean;
  thumbnail: boolean;
  onlyLatest: boolean;
  skipDeleted: boolean;
  skipExpired: boolean;
  skipCheckedOut: boolean;
  needMaster: boolean;
  rules: AcceptanceRule[];
  /** Assets that are equal in this field are parts of one thing and travel on one message; empty: each one alone. */
  joinField: string;
  /** Field that tells the parts apart, and its value for the main part. */
  partField: string;
  mainPart: string;
  parts: PartRow[];
  /** Fields, by comma, in which main part and parts must agree; else a person has to decide. */
  agreeFields: string;
  pageSize: number;
  maxUnacknowledged: number;
  /** Stop after this many accepted assets; 0 = all. */
  limit: number;
  queue: string;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): OtmmAssetFetchConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    connection: textIn(stored, "connection"),
    mode: choiceIn(stored, "mode", FETCH_MODES, "search"),
    ids: textIn(stored, "ids", "payload"),
    idsType: choiceIn(stored, "idsType", VALUE_TYPES, "msg"),
    keyword: textIn(stored, "keyword"),
    conditions: rowsIn(stored, "conditions", (row) => ({
      field: textIn(row, "field"),
      operator: choiceIn(row, "operator", SEARCH_OPERATORS, "is"),
      value: textIn(row, "value"),
      valueType: choiceIn(row, "valueType", VALUE_TYPES, "str"),
    })),
    folder: textIn(stored, "folder"),
    folderPath: textIn(stored, "folderPath"),
    subfolders: flagIn(stored, "subfolders", true),
    collection: textIn(stored, "collection"),
    collectionType: choiceIn(stored, "collectionType", VALUE_TYPES, "str"),
    allFields: flagIn(stored, "allFields", true),
    fields: rowsIn(stored, "fields", (row) => ({ id: textIn(row, "id"), label: textIn(row, "label") })),
    master: flagIn(stored, "master", true),
    preview: flagIn(stored, "preview", true),
    thumbnail: flagIn(stored, "thumbnail", false),
    onlyLatest: flagIn(stored, "onlyLatest", true),
    skipDeleted: flagIn(stored, "skipDeleted", true),
    skipExpired: flagIn(stored, "skipExpired", false),
    skipCheckedOut: flagIn(stored, "skipCheckedOut", true),
    needMaster: flagIn(stored, "needMaster", true),
    rules: rowsIn(stored, "rules", (row) => ({
      field: textIn(row, "field"),
      operator: choiceIn(row, "operator", RULE_OPERATORS, "is"),
      value: textIn(row, "value"),
      reason: textIn(row, "reason"),
    })),
    joinField: textIn(stored, "joinField"),
    partField: textIn(stored, "partField"),
    mainPart: textIn(stored, "mainPart"),
    parts: rowsIn(stored, "parts", (row) => ({
      value: textIn(row, "value"),
      role: choiceIn(row, "role", PART_ROLES, "access"),
      representation: textIn(row, "representation"),
    })),
    agreeFields: textIn(stored, "agreeFields"),
    pageSize: numberIn(stored, "pageSize", 100),
    maxUnacknowledged: numberIn(stored, "maxUnacknowledged", 100),
    limit: numberIn(stored, "limit", 0),
    queue: textIn(stored, "queue"),
  };
}
