import type { PolicyRecord, UserRecord } from "../../otmm/types.js";

const ALL = { download: true, editMetadata: true, editContent: true, import: true, link: true };

/** People and accounts of the seeded OTMM. */
export const USERS: UserRecord[] = [
  {
    id: "1204",
    login: "svc.lifecycle",
    password: "lifecycle-2026",
    fullName: "Lifecycle, Service",
    role: "Integration",
    roleId: 7,
    rights: ALL,
  },
  {
    id: "318",
    login: "viewer",
    password: "viewer-2026",
    fullName: "Vogel, Vera",
    role: "Viewer",
    roleId: 3,
    // Sees assets and their previews, takes no file home.
    rights: { download: false, editMetadata: false, editContent: false, import: false, link: false },
  },
  {
    id: "202",
    login: "mkeller",
    password: "keller-2026",
    fullName: "Keller, Maria",
    role: "Administrator",
    roleId: 1,
    rights: ALL,
  },
];

export const POLICIES: PolicyRecord[] = [
  { id: 2, name: "Default Asset Policy", description: "All staff may see, the brand office may edit" },
  { id: 6, name: "Default Folder Policy", description: "Folders of the public tree" },
  { id: 9, name: "Archive Candidates", description: "The brand office and the archive" },
];

export const LINK_TYPES = [
  { id: "CONTAINS", name: "Contains" },
  { id: "DERIVED_FROM", name: "Derived from" },
  { id: "RELATED", name: "Related" },
];

/** OAuth client of the integration, and the OTMM resource in OTDS. */
export const CLIENT = { id: "content-lifecycle", secret: "sandbox-client-secret" };
export const OTDS_RESOURCE = "5f3a1c52-8a4e-4a3e-9d6b-0c7f5a9e2d11";
