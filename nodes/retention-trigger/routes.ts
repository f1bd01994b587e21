import type { NodeAPI } from "node-red";
import type { FieldValue, LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { decideRetention, isZone, ruleProblems } from "../../lib/retention/index.js";
import { adminRoute, READ, WRITE } from "../../lib/runtime/index.js";
import { isStored, rowsIn, type Stored, textIn } from "../shared/configuration.js";
import { ruleIn } from "./config.js";

/** What a retention-trigger node offers its form. */
export interface SampleHolder {
  /** The last asset that came by, kept in memory only. */
  sample(): LifecycleAsset | undefined;
}

/** Lets the form try rules that are not deployed yet, with the very engine that decides at run time. */
export function registerRetentionRoutes(RED: NodeAPI): void {
  adminRoute(RED, "post", "retention-trigger/:id/preview", WRITE, ({ body }) => Promise.resolve(preview(body)));

  adminRoute(RED, "get", "retention-trigger/:id/sample", READ, ({ params }) => {
    const node: unknown = RED.nodes.getNode(params["id"] ?? "");
    const asset = isHolder(node) ? node.sample() : undefined;
    if (asset === undefined) {
      throw new LifecycleError("NOT_FOUND", "No asset came by since the deploy; run the flow once.");
    }
    return Promise.resolve({ name: asset.name, fields: textsOf(asset) });
  });
}

/**
 * Decides about a sample: `{ rules, zone, now?, fields: {id: text}, events?: {type: date}, holds?: string[] }`.
 *
 * @throws LifecycleError INVALID_INPUT when the body is no object, the zone unknown or `now` no date
 */
export function preview(body: unknown): { problems: unknown[]; decision?: unknown } {
  if (!isStored(body)) throw new LifecycleError("INVALID_INPUT", "The request needs a JSON object as body.");
  const rules = rowsIn(body, "rules", ruleIn);
  const problems = ruleProblems(rules);
  const zone = textIn(body, "zone", "UTC");
  if (!isZone(zone)) throw new LifecycleError("INVALID_INPUT", `"${zone}" is not a known time zone.`);
  const now = textIn(body, "now");
  const at = now === "" ? new Date() : new Date(now);
  if (Number.isNaN(at.getTime())) throw new LifecycleError("INVALID_INPUT", `"${now}" is no date.`);
  if (problems.length > 0 || rules.length === 0) return { problems };
  const holds = body["holds"];
  const decision = decideRetention(rules, {
    fields: Object.fromEntries(Object.entries(texts(body["fields"])).map(([id, value]) => [id, textField(id, value)])),
    now: at.toISOString(),
    zone,
    events: texts(body["events"]),
    holds: Array.isArray(holds) ? holds.filter((one): one is string => typeof one === "string") : [],
  });
  return { problems, decision };
}

function textField(label: string, value: string): FieldValue {
  return { type: "text", label, value };
}

function texts(given: unknown): Record<string, string> {
  const stored: Stored = isStored(given) ? given : {};
  return Object.fromEntries(
    Object.entries(stored).flatMap(([id, value]) => (typeof value === "string" && value !== "" ? [[id, value]] : [])),
  );
}

/** Values as rules compare them: ids of controlled values. */
function textsOf({ fields }: LifecycleAsset): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([id, field]) =>
      field.type === "list" || field.type === "table" ? [] : [[id, String(field.value)]],
    ),
  );
}

function isHolder(node: unknown): node is SampleHolder {
  return typeof node === "object" && node !== null && "sample" in node && typeof node.sample === "function";
}
