/** Which server this stands for: 9.1 has legal holds, 7.7 has none (404), the third has them but forbids (403). */
export const PROFILES = ["9.1.0", "7.7.0", "9.1.0 hold-403"] as const;
export type Profile = (typeof PROFILES)[number];

/** What tests and the control API (`POST /settings`) may change while the sandbox runs. */
export interface PreservicaSettings {
  profile: Profile;
  /** From the upload's end to the entities' creation, on the sandbox clock. Validation may take longer. */
  ingestMs: number;
  /** From a change to its visibility in search; after an ingest also to thumbnail and FULL_TEXT_INDEXED. */
  indexDelayMs: number;
  /** How long a move, tag change, deletion, export and the like stay ACTIVE. */
  asyncMs: number;
  /** Refuse packages that Java's stream reader refuses: a stored entry with a data descriptor. */
  strictZip: boolean;
  /** The next `times` ingests fail with `message` after validation. */
  failIngest: { times: number; message: string };
  /** Without an active ingest workflow context uploads are refused. */
  ingestContextActive: boolean;
  /** Without an active deletion workflow context deletions are refused with 422. */
  deletionContextActive: boolean;
  exportContextActive: boolean;
  /** Tenant flag post.new.representation.feature. */
  newRepresentationFeature: boolean;
  edition: string;
}

/** Quick enough for a demo, slow enough that a client which does not wait is caught. */
export const DEFAULT_SETTINGS: PreservicaSettings = {
  profile: "9.1.0",
  ingestMs: 800,
  indexDelayMs: 600,
  asyncMs: 150,
  strictZip: true,
  failIngest: { times: 0, message: "Ingest failed on purpose" },
  ingestContextActive: true,
  deletionContextActive: true,
  exportContextActive: true,
  newRepresentationFeature: true,
  edition: "Enterprise",
};

/** Three-part server version of a profile. */
export function serverVersion(profile: Profile): string {
  return profile === "7.7.0" ? "7.7.0" : "9.1.0";
}

/** Orders versions of the form major.minor. */
export function atLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
