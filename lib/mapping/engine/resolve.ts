import type { MappingInput, SourceNeed, SourceResolver } from "../types.js";

/** Asks for everything that a mapping needs from its host, all at once. Rejects with what the host throws. */
export async function resolveSources(
  needs: readonly SourceNeed[],
  input: MappingInput,
  resolver: SourceResolver,
): Promise<ReadonlyMap<string, unknown>> {
  const answers = await Promise.all(needs.map(async (need) => [need.key, await ask(need, input, resolver)] as const));
  return new Map(answers);
}

function ask(need: SourceNeed, input: MappingInput, resolver: SourceResolver): unknown {
  switch (need.kind) {
    case "flow":
      return resolver.flow?.(need.name, need.store);
    case "global":
      return resolver.global?.(need.name, need.store);
    case "env":
      return resolver.env?.(need.name);
    case "jsonata":
      return need.evaluate({ ...input.msg, asset: input.asset });
  }
}
