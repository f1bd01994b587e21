import type { AssetIds, LifecycleAsset } from "../messages/asset.js";
import { partsOf } from "../messages/joined.js";
import { asLifecycleError } from "../messages/error.js";
import { SYSTEM_NAMES } from "../messages/asset.js";
import type { AssetIdentity } from "../store/types.js";
import type { SystemRegistry } from "../systems/registry.js";

/** An id that the store knows the asset by; with what its system says of the id, where that was asked. */
export type KnownIdentity = AssetIdentity & { ids?: AssetIds };

/**
 * Asks the systems what the ids stand for that only the store knows: another version of the asset, or a part of it that
 * is an asset of its own and has holds and copies of its own. An id that its system does not know any more (404) stands
 * for nothing; one that cannot be asked about stays a place of its own, so that whoever asks there hears why.
 *
 * @param identities as the store has them for the asset's key
 */
export async function identified(
  asset: LifecycleAsset,
  identities: readonly AssetIdentity[],
  systems: Pick<SystemRegistry, "get">,
): Promise<KnownIdentity[]> {
  const onMessage = new Set(
    [asset, ...partsOf(asset)].flatMap(({ ids: { otmm } }) =>
      otmm === undefined ? [] : [`${otmm.connection} ${otmm.assetId}`, `${otmm.connection} ${otmm.originalAssetId}`],
    ),
  );
  const answers = await Promise.all(
    identities.map(async (identity): Promise<KnownIdentity[]> => {
      const { connection, id } = identity;
      const system = SYSTEM_NAMES.find((name) => name === identity.system);
      if (system === undefined || identity.assetKey !== asset.key) return [];
      if (onMessage.has(`${connection} ${id}`)) return [identity];
      try {
        const { identify } = systems.get(system, connection);
        return [identify === undefined ? identity : { ...identity, ids: await identify(id) }];
      } catch (thrown) {
        return asLifecycleError(thrown).code === "NOT_FOUND" ? [] : [identity];
      }
    }),
  );
  return answers.flat();
}
