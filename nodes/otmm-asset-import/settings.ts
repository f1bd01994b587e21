import type { Node, NodeAPI } from "node-red";
import type { ContentRef, FixityAlgorithm, LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleMessage } from "../../lib/messages/message.js";
import type { JsonObject } from "../../lib/store/types.js";
import { type Changes, changesFor } from "../otmm-asset-update/changes.js";
import { typedValue } from "../shared/context.js";
import type { OtmmAssetImportConfig } from "./config.js";

/** One import, resolved at intake; plain JSON. */
export type ImportSettings = {
  content: JsonObject;
  /** What the source field will hold: key, version and role of what is imported, or its digest and size. */
  marker: string;
  sourceField: string;
  fileName: string;
  becomes: { kind: "asset"; folder: string; model: string; policies: string[] } | { kind: "version"; target: string };
  changes: Changes;
  link: { type: string; origin: string } | null;
  timeoutMinutes: number;
};

/** @throws LifecycleError NOT_CONFIGURED, INVALID_INPUT naming what is missing */
export async function settingsOf(
  RED: NodeAPI,
  node: Node,
  config: OtmmAssetImportConfig,
  msg: LifecycleMessage & { asset: LifecycleAsset },
): Promise<ImportSettings> {
  const { asset } = msg;
  const content = asset.content.find(({ role }) => role === config.role);
  if (content === undefined) {
    throw new LifecycleError("INVALID_INPUT", `"${asset.name}" carries no content in the role ${config.role}.`);
  }
  const hasChanges = config.source === "profile" || config.rows.length > 0;
  return {
    content: JSON.parse(JSON.stringify(content)) as JsonObject,
    marker: config.sameBy === "bytes" ? digestOf(content) : `${asset.key}@${asset.version}/${config.role}`,
    sourceField: configured(config.sourceField, "field that keeps the source"),
    fileName: plainName(content),
    becomes:
      config.mode === "version"
        ? { kind: "version", target: await idOf(RED, node, config.target, config.targetType, msg, "asset to replace") }
        : {
            kind: "asset",
            folder: configured(config.folder, "folder"),
            model: configured(config.model, "metadata model"),
            policies: configured(config.policies, "security policy").split(/[\s,;]+/),
          },
    changes: hasChanges ? await changesFor(RED, node, config, msg) : {},
    link:
      config.linkType === ""
        ? null
        : {
            type: config.linkType,
            origin: await idOf(RED, node, config.origin, config.originType, msg, "asset of origin"),
          },
    timeoutMinutes: config.timeoutMinutes,
  };
}

/** Strongest first: two deliveries are told from each other by the best digest that their system states. */
const STRENGTH: readonly FixityAlgorithm[] = ["SHA-512", "SHA-256", "SHA-1", "MD5"];

/** `<algorithm>:<digest>:<bytes>` of a content, as its system states them. */
function digestOf({ name, fixity, size }: ContentRef): string {
  for (const algorithm of STRENGTH) {
    const stated = fixity.find((one) => one.algorithm === algorithm);
    if (stated !== undefined) return `${algorithm}:${stated.value}${size === undefined ? "" : `:${size}`}`;
  }
  throw new LifecycleError(
    "INVALID_INPUT",
    `Nobody states a digest of "${name}", so the same bytes cannot be known again; let the node go by the source instead.`,
  );
}

function configured(value: string, what: string): string {
  if (value !== "") return value;
  throw new LifecycleError("NOT_CONFIGURED", `The node names no ${what}; open it and fill the field.`);
}

async function idOf(
  RED: NodeAPI,
  node: Node,
  value: string,
  type: string,
  msg: LifecycleMessage,
  what: string,
): Promise<string> {
  const id = await typedValue(RED, node, value, type, { _msgid: "", ...msg });
  if (typeof id === "string" && id !== "") return id;
  throw new LifecycleError("INVALID_INPUT", `The message names no ${what}: an OTMM asset id is expected.`);
}

/** The file's name without folders and control characters; OTMM names the asset after it. */
function plainName({ name }: ContentRef): string {
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  const plain = last.replace(/[\u0000-\u001f\u007f]/g, "").trim();
  return plain === "" ? "content" : plain;
}
