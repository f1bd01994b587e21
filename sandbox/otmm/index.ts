import type { SandboxContext, Simulator } from "../kernel/types.js";
import { emptyOtmmSeed, otmmSeed } from "../seed/otmm/seed.js";
import { DEFAULT_SETTINGS } from "./assumptions.js";
import { Orders } from "./bulk.js";
import type { OtmmParts } from "./call.js";
import { dispatch } from "./dispatch.js";
import { checkImport, runEdit, runImport, runRendition, type WorkContext } from "./import-work.js";
import { Jobs } from "./jobs.js";
import { Registry } from "./registry.js";
import { Sessions } from "./sessions.js";
import { OtmmStore } from "./store.js";
import type { AssetRecord, ContentRecord } from "./types.js";

/**
 * Stand-in for OpenText Media Management, REST API v6 (v5 as an alias), built from the fact sheet apis/otmm.md.
 * The base address is the host's root: `/otmmapi/v6/…`; OTDS answers at `/otdsws/rest/…` of the same host.
 */
export async function otmmSimulator(context: SandboxContext): Promise<Simulator> {
  const settings = context.settings({ ...DEFAULT_SETTINGS });
  // Models, domains and users are configuration: they come from the seed each time, only content is state.
  const seed = emptyOtmmSeed();
  const registry = new Registry(seed);
  const store = await OtmmStore.open(context, settings, () => (context.seed === "full" ? otmmSeed() : seed));
  const work: WorkContext = { store, registry, files: context.files, seed };
  const jobs = new Jobs(context, settings, store, async (job, order) => {
    if (order.kind === "rendition") return runRendition(work, job, order);
    if (order.kind === "edit") return runEdit(work, job, order);
    return runImport(work, job, checkImport(work, order));
  });
  const sessions = new Sessions(context.clock, settings, seed);
  const parts: OtmmParts = {
    context,
    settings,
    seed,
    store,
    registry,
    sessions,
    jobs,
    orders: new Orders(store, settings),
  };
  const user = seed.users[0];
  return {
    handle: (request) => dispatch(parts, request),
    state: () => {
      const { folders, collections, jobs } = store.value;
      return { assets: store.assets.map(withoutBytes), folders, collections, jobs };
    },
    summary: () => summary(store),
    ready: () => ({
      username: user?.login ?? "",
      password: user?.password ?? "",
      clientId: seed.client.id,
      clientSecret: seed.client.secret,
    }),
    close: async () => jobs.close(),
  };
}

/** An asset as the state page shows it: where its bytes lie is of no interest there. */
function withoutBytes(asset: AssetRecord): object {
  const shown = (content: ContentRecord | undefined) => content && { ...content, bytes: undefined };
  return { ...asset, master: shown(asset.master), preview: shown(asset.preview), thumbnail: shown(asset.thumbnail) };
}

function summary(store: OtmmStore): Record<string, string | number> {
  const { assets } = store;
  const count = (test: (asset: (typeof assets)[number]) => boolean) => assets.filter(test).length;
  return {
    "asset versions": assets.length,
    assets: count((asset) => asset.latest),
    locked: count((asset) => asset.lockedBy !== undefined),
    "checked out": count((asset) => asset.checkedOutBy !== undefined),
    deleted: count((asset) => asset.deleted),
    preserved: count((asset) => asset.latest && asset.values["ACME.FIELD.PRESERVATION STATUS"] === "PRE"),
    "jobs running": Object.values(store.value.jobs).filter((job) => job.status === "STARTED").length,
  };
}
