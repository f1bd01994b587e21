import type { TargetDescription, TargetKind, TargetUse } from "../types.js";
import { dublinCore } from "./dublin-core.js";
import { fragment, FRAGMENT_SCHEMAS } from "./fragment.js";
import { otmmFields } from "./otmm-fields.js";
import { preservicaEntity } from "./preservica-entity.js";
import type { TargetModule } from "./types.js";

const MODULES: Readonly<Record<TargetKind, TargetModule>> = {
  "preservica-entity": preservicaEntity,
  "dublin-core": dublinCore,
  fragment,
  "otmm-fields": otmmFields,
};

export function targetModule(kind: TargetKind): TargetModule {
  return MODULES[kind];
}

/** Fields, types and limits of a target, for pickers and help. */
export function describeTarget(use: TargetUse): TargetDescription {
  return MODULES[use.kind].describe(use);
}

/** Everything that a profile can be started with: each kind, and each built-in schema of fragments. */
export function availableTargets(): TargetDescription[] {
  return [
    describeTarget({ name: "entity", kind: "preservica-entity" }),
    describeTarget({ name: "dc", kind: "dublin-core" }),
    ...FRAGMENT_SCHEMAS.map(({ uri, root }) => describeTarget({ name: root, kind: "fragment", schema: uri })),
    describeTarget({ name: "fields", kind: "otmm-fields" }),
  ];
}
