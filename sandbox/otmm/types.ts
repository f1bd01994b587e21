import type { StoredBytes } from "../kernel/types.js";

/** Data types of a metadata field, in the words of the metadata model. */
export type FieldType = "CHAR" | "DATE" | "NUMBER";

/** One field of a model, or one column of a table. */
export interface FieldDefinition {
  id: string;
  name: string;
  type: FieldType;
  /** Longest text, in characters. */
  length?: number;
  /** Id of the lookup domain that holds the allowed values. */
  domain?: string;
  /** The domain's value ids are key parts joined by `^`. */
  cascading?: boolean;
  /** Holds a list of values. */
  multiple?: boolean;
}

/** Columns side by side: row n is the n-th entry of every column. */
export interface TableDefinition {
  id: string;
  name: string;
  columns: FieldDefinition[];
}

export interface CategoryDefinition {
  id: string;
  name: string;
  elements: (FieldDefinition | TableDefinition)[];
}

export interface ModelDefinition {
  id: string;
  name: string;
  legacyId: number;
  categories: CategoryDefinition[];
}

export interface DomainValue {
  value: string;
  display: string;
  expired?: boolean;
}

export interface DomainDefinition {
  id: string;
  cascading?: boolean;
  values: DomainValue[];
}

/** What is stored under a field or column id. A column and a multi-valued field hold lists; dates are `YYYY-MM-DDTHH:MM:SSZ`. */
export type StoredValue = string | number | (string | number)[];

/** Content kinds of the vendor's content objects. */
export type ContentKind = "MASTER" | "PREVIEW" | "THUMBNAIL";

/** One file of an asset. */
export interface ContentRecord {
  /** 40 hex: the rendition id. */
  id: string;
  kind: ContentKind;
  name: string;
  mime: string;
  size: number;
  width: number;
  height: number;
  /** What the server says the MD5 is; "lazy" means: computed when first asked for; absent: the server knows none. */
  checksum?: string;
  bytes: StoredBytes;
}

export interface LinkRecord {
  type: string;
  destination: string;
}

/** When and by whom a state was last changed. */
export interface StateMark {
  at: string;
  user: string;
}

/** One version of an asset. Each version has its own id. */
export interface AssetRecord {
  id: string;
  originalId: string;
  version: number;
  latest: boolean;
  name: string;
  contentType: string;
  modelId: string;
  imported: string;
  updated: string;
  /** Login of the importing user. */
  importer: string;
  importJob: number;
  deleted: boolean;
  lockedBy?: string;
  checkedOutBy?: string;
  assetState: StateMark;
  contentState: StateMark;
  contentLock: StateMark;
  metadataLock: StateMark;
  metadataState: StateMark;
  /** Folder ids; an asset may have several. */
  parents: string[];
  policies: number[];
  values: Record<string, StoredValue>;
  master?: ContentRecord;
  preview?: ContentRecord;
  thumbnail?: ContentRecord;
  links: LinkRecord[];
  subscribers?: string[];
}

export interface FolderRecord {
  id: string;
  name: string;
  parents: string[];
  typeId: string;
  modelId: string;
  created: string;
  updated: string;
  creator: string;
  policies: number[];
  values: Record<string, StoredValue>;
  deleted: boolean;
}

export interface CollectionRecord {
  id: string;
  name: string;
  owner: string;
  assets: string[];
}

export interface PolicyRecord {
  id: number;
  name: string;
  description: string;
}

/** What a user may do; names are those of the permission map. */
export interface UserRecord {
  id: string;
  login: string;
  password: string;
  fullName: string;
  role: string;
  roleId: number;
  rights: { download: boolean; editMetadata: boolean; editContent: boolean; import: boolean; link: boolean };
}

/** An asynchronous job. */
export interface JobRecord {
  id: number;
  name: string;
  jobClass: string;
  type: string;
  user: string;
  status: "STARTING" | "STARTED" | "COMPLETED" | "FAILED";
  started: string;
  ended?: string;
  error?: string;
  /** ISO time at which the job will have finished. */
  due?: string;
  work?: ImportWork | RenditionWork | EditWork;
  /** Files that wait for the third step. */
  files: UploadedFile[];
}

export interface UploadedFile {
  name: string;
  mime: string;
  bytes: StoredBytes;
  size: number;
}

/** New assets, or a new version of each asset that a manifest entry names. */
export interface ImportWork {
  kind: "import";
  parentFolder?: string;
  modelId: string;
  policies: number[];
  values: Record<string, StoredValue>;
  entries: { fileName: string; replaces?: string }[];
  /** `metadata_element_list` as it came: checked by the job, since the vendor reports mistakes there. */
  metadata: unknown;
}

export interface RenditionWork {
  kind: "rendition";
  asset: string;
  rendition: "preview" | "thumbnail";
}

/** Bulk edit: values set, rows appended. */
export interface EditWork {
  kind: "edit";
  assets: string[];
  values: Record<string, StoredValue>;
  append: Record<string, (string | number)[]>;
}

/** Everything a fresh sandbox starts with. */
export interface OtmmSeed {
  models: ModelDefinition[];
  domains: DomainDefinition[];
  policies: PolicyRecord[];
  linkTypes: { id: string; name: string }[];
  users: UserRecord[];
  folders: FolderRecord[];
  rootFolders: string[];
  assets: AssetRecord[];
  collections: CollectionRecord[];
  /** OAuth client. */
  client: { id: string; secret: string };
  /** Id of the OTMM resource in OTDS. */
  otdsResource: string;
}
