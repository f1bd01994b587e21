import { ASSUMPTIONS } from "../assumptions.js";

/** What an account may do, beyond reading what its groups may read. */
export type Right = "write" | "ingest" | "requestDeletion" | "manage" | "configure";

/** Who may see what is a matrix of groups and security tags, see `tags.ts`. */
export type Group = "staff" | "archivist" | "legal" | "privacy" | "curator";

/** An account of the tenant. Passwords are invented and only good for the loopback sandbox. */
export interface PreservicaUser {
  login: string;
  password: string;
  fullName: string;
  roles: string[];
  rights: Right[];
  groups: Group[];
  /** `totp`: login wants a six-digit code made from this base32 secret; `setup`: never set up, cannot log in. */
  twoFactor?: { kind: "totp"; secret: string } | { kind: "setup" };
}

export const TENANT = "ALDER";
/** Shared secret of /api/accesstoken/acquire-external. */
export const EXTERNAL_SECRET = "sandbox-external-secret";

const MANAGER_ROLES = ["ROLE_SDB_MANAGER_USER", "ROLE_SDB_USER_MANAGER_USER", "ROLE_SDB_CONFIG_MANAGER_USER"];
const ALL_GROUPS: Group[] = ["staff", "archivist", "legal", "privacy", "curator"];

/** Seeded accounts. The service account ingests and may ask for a deletion, but approves none and configures nothing. */
export const USERS: readonly PreservicaUser[] = [
  {
    login: "svc.lifecycle",
    password: "archive-Service-0001",
    fullName: "Lifecycle service account",
    roles: [ASSUMPTIONS.roles.ingest, ASSUMPTIONS.roles.operator],
    rights: ["write", "ingest", "requestDeletion"],
    groups: ALL_GROUPS,
  },
  {
    login: "operator.one",
    password: "archive-Operator-0001",
    fullName: "Olga Operator",
    roles: [ASSUMPTIONS.roles.operator],
    rights: ["write", "requestDeletion"],
    groups: ["staff", "archivist"],
  },
  {
    login: "manager.one",
    password: "archive-Manager-0001",
    fullName: "Mona Manager",
    roles: MANAGER_ROLES,
    rights: ["write", "ingest", "requestDeletion", "manage", "configure"],
    groups: ALL_GROUPS,
  },
  {
    login: "manager.two",
    password: "archive-Manager-0002",
    fullName: "Milan Manager",
    roles: MANAGER_ROLES,
    rights: ["write", "ingest", "requestDeletion", "manage", "configure"],
    groups: ALL_GROUPS,
  },
  {
    login: "reader.cleared",
    password: "archive-Reader-00001",
    fullName: "Rita Reader",
    roles: [ASSUMPTIONS.roles.reader],
    rights: [],
    groups: ["staff"],
  },
  {
    login: "twofactor.one",
    password: "archive-TwoFactor-01",
    fullName: "Tom Twofactor",
    roles: [ASSUMPTIONS.roles.reader],
    rights: [],
    groups: ["staff"],
    twoFactor: { kind: "totp", secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" },
  },
  {
    login: "twofactor.new",
    password: "archive-TwoFactor-02",
    fullName: "Nina Notyet",
    roles: [ASSUMPTIONS.roles.reader],
    rights: [],
    groups: ["staff"],
    twoFactor: { kind: "setup" },
  },
];

/** The account with this login; logins are compared exactly. */
export function userByLogin(login: string): PreservicaUser | undefined {
  return USERS.find((user) => user.login === login);
}
