import type { SQLOutputValue } from "node:sqlite";
import type {
  Anchor,
  AssetIdentity,
  Handover,
  Job,
  JobError,
  JobState,
  JobSummary,
  Json,
  JsonObject,
  PlacedFrame,
  Run,
  RunState,
  StoredEvent,
} from "./types.js";

/** A row as the engine gives it. */
export type Row = Record<string, SQLOutputValue>;

const text = (row: Row, name: string): string => String(row[name]);
const number = (row: Row, name: string): number => Number(row[name]);
const json = <T extends Json | JobError>(row: Row, name: string): T => JSON.parse(text(row, name)) as T;
const optional = <K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [P in K]: T });
const errorOf = (row: Row): { error?: JobError } =>
  optional("error", row["error"] === null ? undefined : json<JobError>(row, "error"));

export function summaryOf(row: Row): JobSummary {
  return {
    id: text(row, "id"),
    queue: text(row, "queue"),
    nodeType: text(row, "node_type"),
    nodeName: text(row, "node_name"),
    assetKey: text(row, "asset_key"),
    assetVersion: text(row, "asset_version"),
    assetName: text(row, "asset_name"),
    run: text(row, "run"),
    state: text(row, "state") as JobState,
    step: text(row, "step"),
    attempt: number(row, "attempt"),
    failures: number(row, "failures"),
    due: number(row, "due"),
    ...errorOf(row),
    created: number(row, "created"),
    updated: number(row, "updated"),
  };
}

export function jobOf(row: Row): Job {
  return {
    ...summaryOf(row),
    message: json<JsonObject>(row, "message"),
    settings: json<JsonObject>(row, "settings"),
    checkpoint: json<JsonObject>(row, "checkpoint"),
  };
}

export function runOf(row: Row): Run {
  return {
    id: text(row, "id"),
    queue: text(row, "queue"),
    nodeType: text(row, "node_type"),
    nodeName: text(row, "node_name"),
    state: text(row, "state") as RunState,
    message: json<JsonObject>(row, "message"),
    settings: json<JsonObject>(row, "settings"),
    cursor: json<JsonObject>(row, "cursor"),
    complete: number(row, "complete") === 1,
    ...errorOf(row),
    started: number(row, "started"),
    updated: number(row, "updated"),
  };
}

export function handoverOf(row: Row): Handover {
  return {
    id: text(row, "id"),
    run: text(row, "run"),
    from: text(row, "made_by"),
    queue: text(row, "queue"),
    port: number(row, "port"),
    ...optional("assetKey", row["asset_key"] === null ? undefined : text(row, "asset_key")),
    ...optional("assetVersion", row["asset_version"] === null ? undefined : text(row, "asset_version")),
    message: json<JsonObject>(row, "message"),
    takenBy: json<string[]>(row, "taken_by"),
    created: number(row, "created"),
  };
}

export function identityOf(row: Row): AssetIdentity {
  return {
    system: text(row, "system"),
    connection: text(row, "connection"),
    id: text(row, "id"),
    assetKey: text(row, "asset_key"),
  };
}

/** An erased payload leaves the frame: when, which asset, its place in the chain. */
export function eventOf(row: Row): StoredEvent {
  const payload =
    row["payload"] === null
      ? { type: "erased", basis: "witnessed", agent: "", outcome: "success", erased: true }
      : json<JsonObject>(row, "payload");
  return {
    ...(payload as unknown as Omit<StoredEvent, "seq" | "learnt" | "hash" | "at" | "assetKey">),
    assetKey: text(row, "asset_key"),
    at: text(row, "at"),
    learnt: text(row, "learnt"),
    seq: number(row, "seq"),
    hash: text(row, "hash"),
  };
}

export function frameOf(row: Row): PlacedFrame {
  const salt = row["salt"];
  return {
    seq: number(row, "seq"),
    assetKey: text(row, "asset_key"),
    at: text(row, "at"),
    learnt: text(row, "learnt"),
    payload: row["payload"] === null ? null : text(row, "payload"),
    salt: salt instanceof Uint8Array ? Buffer.from(salt).toString("hex") : null,
    payloadDigest: text(row, "payload_digest"),
    hash: text(row, "hash"),
    ...optional("previous", typeof row["previous"] === "string" ? row["previous"] : undefined),
  };
}

export function anchorOf(row: Row): Anchor {
  return { seq: number(row, "seq"), hash: text(row, "hash"), at: text(row, "at") };
}
