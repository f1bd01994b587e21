import type { NodeAPI } from "node-red";
import {
  type CompiledMapping,
  compileProfile,
  defaultProfiles,
  describeTarget,
  loadDefaultProfile,
  type MappingInput,
  type MappingProfile,
  parseProfile,
  profileFromCsv,
  profileFromJson,
  profileToCsv,
  profileToJson,
  resolveSources,
  type RowPreview,
  type TargetUse,
} from "../../lib/mapping/index.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { adminRoute, type AdminRequest, READ, WRITE } from "../../lib/runtime/index.js";
import { isStored, type Stored } from "../shared/configuration.js";
import { jsonataOf } from "../shared/jsonata.js";
import { profileOf } from "../shared/profile.js";
import { zoneOf } from "../shared/zone.js";

/**
 * What the profile's form asks the runtime: the very engine previews, checks, imports and exports. The profile travels
 * in the body, since it is edited before it is deployed; nothing of it is kept here.
 */
export function registerProfileRoutes(RED: NodeAPI): void {
  const options = { prepareJsonata: jsonataOf(RED) };

  adminRoute(RED, "get", "mapping-profile/:id/defaults", READ, async () => ({
    profiles: defaultProfiles().map(({ name, description }) => ({ name, description })),
  }));
  adminRoute(RED, "get", "mapping-profile/:id/defaults/:name", READ, async ({ params }) => ({
    profile: loadDefaultProfile(params["name"] ?? ""),
  }));

  adminRoute(RED, "post", "mapping-profile/:id/targets", READ, async (request) => {
    const targets = bodyOf(request)["targets"];
    return { targets: Array.isArray(targets) ? targets.map((use: unknown) => described(use)) : [] };
  });

  adminRoute(RED, "post", "mapping-profile/:id/preview", WRITE, async (request) => {
    const body = bodyOf(request);
    const parsed = parseProfile(body["profile"]);
    if (parsed.profile === undefined) return { rows: [], problems: parsed.problems };
    const compiled = compileProfile(parsed.profile, options);
    const asset = body["asset"];
    const rows = isAsset(asset) ? await previewOf(compiled, asset) : [];
    return { rows, problems: compiled.problems };
  });

  adminRoute(RED, "get", "mapping-profile/:id/sample", READ, async ({ params }) => {
    const asset = profileOf(RED, params["id"] ?? "").sample();
    if (asset === undefined) {
      throw new LifecycleError(
        "NOT_FOUND",
        "No asset came by since the deploy; run the flow once or load one by its id.",
      );
    }
    return { asset };
  });

  adminRoute(RED, "post", "mapping-profile/:id/parse", READ, async (request) => {
    const { format, text } = bodyOf(request);
    const given = typeof text === "string" ? text : "";
    return format === "csv" ? profileFromCsv(given) : profileFromJson(given);
  });
  adminRoute(RED, "post", "mapping-profile/:id/format", READ, async (request) => {
    const { format, profile } = bodyOf(request);
    const parsed: MappingProfile = wellFormed(profile);
    return { text: format === "csv" ? profileToCsv(parsed) : profileToJson(parsed) };
  });
}

/**
 * Every row for one asset, as the runtime would map it now. JSONata is asked; environment and context stay empty: what
 * they hold at run time is the flow's, and may be secret.
 */
async function previewOf(compiled: CompiledMapping, asset: LifecycleAsset): Promise<RowPreview[]> {
  const zone = zoneOf(asset);
  const now = new Date().toISOString();
  const input: MappingInput = { asset, msg: {}, now, run: "preview", ...(zone === undefined ? {} : { zone }) };
  const resolved = await resolveSources(compiled.needs, input, {});
  return compiled.preview({ ...input, resolved });
}

function bodyOf({ body }: AdminRequest): Stored {
  if (isStored(body)) return body;
  throw new LifecycleError("INVALID_INPUT", "The request needs a JSON object as body.");
}

function wellFormed(profile: unknown): MappingProfile {
  const { profile: parsed, problems } = parseProfile(profile);
  if (parsed !== undefined) return parsed;
  const [first] = problems;
  throw new LifecycleError(
    "INVALID_INPUT",
    `The profile cannot be exported: ${first?.field ?? ""} ${first?.message ?? ""}`,
  );
}

/** Known fields of a target, or null while the target is still incomplete. */
function described(use: unknown): unknown {
  try {
    return isStored(use) ? describeTarget(use as unknown as TargetUse) : null;
  } catch {
    return null;
  }
}

function isAsset(value: unknown): value is LifecycleAsset {
  return (
    isStored(value) && typeof value["key"] === "string" && isStored(value["fields"]) && Array.isArray(value["content"])
  );
}
