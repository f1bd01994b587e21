import type { Node, NodeAPI, NodeDef } from "node-red";
import { type CompiledMapping, compileProfile, parseProfile } from "../../lib/mapping/index.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { LifecycleError } from "../../lib/messages/error.js";
import { jsonataOf } from "../shared/jsonata.js";
import type { ProfileHolder } from "../shared/profile.js";
import { migrate } from "./config.js";
import { registerProfileRoutes } from "./routes.js";

type ProfileNode = Node & ProfileHolder;

/** Compiles a mapping profile once when it is deployed; what is wrong with it is told to whoever wants to use it. */
function register(RED: NodeAPI): void {
  function MappingProfileNode(this: ProfileNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const { compiled, fault } = compile(migrate({ ...definition }).profile);
    let sample: LifecycleAsset | undefined;
    if (fault !== undefined) this.error(`${fault.code}: ${fault.message}`);

    this.mapping = () => {
      if (compiled === undefined)
        throw fault ?? new LifecycleError("NOT_CONFIGURED", "The mapping profile is not configured.");
      return compiled;
    };
    this.keepSample = (asset) => {
      sample = asset;
    };
    this.sample = () => sample;
  }

  function compile(profile: unknown): { compiled?: CompiledMapping; fault?: LifecycleError } {
    const parsed = parseProfile(profile);
    if (parsed.profile === undefined) return { fault: faultOf(parsed.problems) };
    const compiled = compileProfile(parsed.profile, { prepareJsonata: jsonataOf(RED) });
    return compiled.problems.length > 0 ? { fault: faultOf(compiled.problems) } : { compiled };
  }

  RED.nodes.registerType("mapping-profile", MappingProfileNode);
  registerProfileRoutes(RED);
}

/** One error that names the first mistakes of a profile by row. */
function faultOf(problems: readonly { row?: string; field: string; message: string }[]): LifecycleError {
  const named = problems
    .slice(0, 3)
    .map(({ row, field, message }) => `${row === undefined ? field : `row ${row}, ${field}`}: ${message}`);
  const more = problems.length > 3 ? ` (${problems.length - 3} more)` : "";
  return new LifecycleError("NOT_CONFIGURED", `The mapping profile has mistakes. ${named.join("; ")}${more}`, {
    details: { problems },
  });
}

export = register;
