import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";
import type { ReadyLine } from "../../sandbox/start.js";

/** Node ids of the campaign example. */
export const IDS = {
  fetch: "ca01000000000020",
  mapper: "ca01000000000030",
  ingest: "ca01000000000040",
  update: "ca01000000000050",
  store: "clc-store",
  otmm: "clc-otmm",
  preservica: "clc-preservica",
} as const;
export const TAB = "ca01000000000001";

/** What a test changes in the example. */
export interface FlowChanges {
  /** Attempts before a job is dead. */
  attempts?: number;
  /** Seconds without a byte after which a call is given up. */
  idleSeconds?: number;
  concurrency?: number;
  verify?: "fixity" | "content";
  /** Address of the systems, where it is not the sandbox's own. */
  otmmUrl?: string;
  preservicaUrl?: string;
  otmmAuth?: "session" | "digest" | "oauth";
  storeFile?: string;
  redirectHosts?: string;
  pageSize?: number;
  /** Entries laid over the example's nodes, by id, and entries added to it. */
  over?: Record<string, object>;
  more?: FlowEntry[];
}
export type FlowEntry = { id: string; type: string; [name: string]: unknown };
export type Credentials = Record<string, Record<string, string>>;

const OURS = new Set([
  "tab",
  "otmm-asset-fetch",
  "metadata-mapper",
  "preservica-ingest",
  "otmm-asset-update",
  "lifecycle-store",
  "otmm-connection",
  "preservica-connection",
  "mapping-profile",
]);

/**
 * The campaign example as it ships, but for what makes a test quick and small: assets are named by the message instead
 * of searched, waits are short, and plain collectors stand where people look at debug messages.
 */
export function campaignFlow(
  ready: ReadyLine,
  changes: FlowChanges = {},
): { flow: FlowEntry[]; credentials: Credentials } {
  const example = JSON.parse(
    readFileSync(join(PACKAGE_ROOT, "examples/otmm-preservica/01-campaign-archive.json"), "utf8"),
  ) as FlowEntry[];
  const login = (system: "otmm" | "preservica", name: string): string => ready[system]?.[name] ?? "";
  const attempts = changes.attempts ?? 5;
  const connection = { idleSeconds: changes.idleSeconds ?? 5, concurrency: changes.concurrency ?? 4 };
  const quick: Record<string, object> = {
    [IDS.fetch]: {
      mode: "ids",
      ids: "payload",
      idsType: "msg",
      pageSize: changes.pageSize ?? 50,
      wires: [[IDS.mapper], ["summary"]],
    },
    [IDS.mapper]: { wires: [[IDS.ingest], ["rejected"]] },
    [IDS.ingest]: {
      attempts,
      firstLookSeconds: 0.05,
      longestLookSeconds: 0.3,
      verify: changes.verify ?? "fixity",
      wires: [[IDS.update]],
    },
    [IDS.update]: { attempts, wires: [["archived"]] },
    [IDS.store]: { file: changes.storeFile ?? "lifecycle.db" },
    [IDS.otmm]: {
      ...connection,
      url: changes.otmmUrl ?? login("otmm", "url"),
      auth: changes.otmmAuth ?? "session",
      redirectHosts: changes.redirectHosts ?? "",
    },
    [IDS.preservica]: {
      ...connection,
      url: changes.preservicaUrl ?? login("preservica", "url"),
      tenant: login("preservica", "tenant"),
      // The sandbox creates entities within a second: what takes minutes with a real archive takes less here.
      assumptions: JSON.stringify({ lostAnswerMs: 1500, lateEntityMs: 5000, lateStartMs: 3000 }),
    },
  };
  const flow = example
    .filter(({ type }) => OURS.has(type))
    .map(({ credentials: _credentials, ...node }): FlowEntry => {
      const over = { ...quick[node.id], ...changes.over?.[node.id] };
      return { ...node, id: node.id, type: node.type, ...over };
    });
  const at = { z: TAB, x: 100, y: 400 };
  const collectors = ["summary", "rejected", "archived", "caught"].map((id): FlowEntry => ({
    id,
    type: "helper",
    ...at,
  }));
  const catcher: FlowEntry = { id: "catcher", type: "catch", ...at, scope: null, uncaught: false, wires: [["caught"]] };
  const credentials: Credentials = {
    [IDS.otmm]: {
      username: login("otmm", "username"),
      password: login("otmm", "password"),
      clientId: login("otmm", "clientId"),
      clientSecret: login("otmm", "clientSecret"),
    },
    [IDS.preservica]: { username: login("preservica", "username"), password: login("preservica", "password") },
  };
  return { flow: [...flow, ...collectors, catcher, ...(changes.more ?? [])], credentials };
}
