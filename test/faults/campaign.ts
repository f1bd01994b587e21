import { campaignArchive, type Before, type CampaignFacts } from "../../scripts/demo/scenario-01.js";
import { carriedHolds } from "../../scripts/demo/campaign/governance-checks.js";
import { OtmmReader } from "../../scripts/demo/readers/otmm.js";
import { PreservicaReader } from "../../scripts/demo/readers/preservica.js";
import { loadManifest } from "../../sandbox/seed/manifest.js";
import type { RunResult, FaultWorld } from "./world.js";

type Good = CampaignFacts["good"][number];
type Bad = CampaignFacts["bad"][number];

const { mustMove, mustNotMove } = loadManifest().scenarios["1"];

/** An asset of the manifest that must move, by its name. @throws Error when the manifest has none */
export function good(name: string): Good {
  const found = mustMove.find((asset) => asset.name === name);
  if (found === undefined) throw new Error(`the manifest names no good "${name}"`);
  return found;
}
/** All assets of the manifest that must move and that fit. */
export function allGood(fits: (asset: Good) => boolean): Good[] {
  return mustMove.filter(fits);
}
export function bad(name: string): Bad {
  const found = mustNotMove.find((asset) => asset.name === name);
  if (found === undefined) throw new Error(`the manifest names no wrong "${name}"`);
  return found;
}

/** What a test sends through the flow, and what must come of it. */
export interface Cast {
  good: Good[];
  bad: Bad[];
}

/** The smallest cast that has everything: a layout, the picture placed in it, and a candidate that must stay. */
export function smallCast(): Cast {
  const picture = good("Motiv.jpg");
  const layout = good("spring-poster-layout.pdf");
  const links = layout.links.filter(({ assetId }) => assetId === picture.assetId);
  if (links.length !== 1) throw new Error("the layout does not hold the picture");
  return { good: [picture, { ...layout, links }], bad: [bad("spring-alternative-1.jpg")] };
}

/** The smallest cast, and a film whose legal hold has to be carried over. */
export function heldCast(): Cast {
  const film = good("spring-film.mp4");
  if (film.holds.length === 0) throw new Error("nothing holds the film");
  const { good: free, bad } = smallCast();
  return { good: [...free, film], bad };
}

/** A single asset that must move. */
export function oneAsset(name = "spring-meadow.jpg"): Cast {
  return { good: [good(name)], bad: [bad("spring-alternative-1.jpg")] };
}

export function idsOf({ good, bad }: Cast): string[] {
  return [...good, ...bad].map(({ assetId }) => assetId);
}

/** Checks whose subject a fault could harm; the others of the scenario play further runs of their own. */
const MUST_HOLD = [
  "present",
  "folder",
  "title",
  "values",
  "tag",
  "identifiers",
  "bytes",
  "access",
  "links",
  "policy",
  "holds",
  "otmm",
  "nothing-else",
  "reconciles",
  "strict",
];
const NEEDS_LINKS = ["links"];
/** The scenario's check counts the held assets of the whole manifest, too; a cast holds as many as it likes. */
const OF_CAST: Readonly<Record<string, (facts: CampaignFacts) => Promise<string[]>>> = { holds: carriedHolds };

/** Reads the systems over the vendors' HTTP, beside the package. */
export class CampaignReaders {
  readonly #world: FaultWorld;
  #otmmBefore: Before["otmm"] | undefined;

  constructor(world: FaultWorld) {
    this.#world = world;
  }

  otmm(): Promise<OtmmReader> {
    const { username = "", password = "" } = this.#world.sandbox.ready.otmm ?? {};
    return OtmmReader.login({ url: this.#world.sandbox.url("otmm"), username, password });
  }
  preservica(): Promise<PreservicaReader> {
    const { tenant = "", username = "", password = "" } = this.#world.sandbox.ready.preservica ?? {};
    return PreservicaReader.login({ url: this.#world.sandbox.url("preservica"), tenant, username, password });
  }

  /** Both systems before the flow runs. OTMM is the same after every reset, so it is read once. */
  async before(): Promise<Before> {
    this.#otmmBefore ??= new Map((await (await this.otmm()).all()).map((asset) => [asset.id, asset]));
    const archive = await (await this.preservica()).below();
    return { otmm: this.#otmmBefore, archive: new Set(archive.map(({ ref }) => ref)) };
  }

  /** Everything that is wrong with the end state, one line each; empty = all that must hold does. */
  async problems(cast: Cast, before: Before, run: RunResult): Promise<string[]> {
    const facts: CampaignFacts = {
      stage: {
        ready: {
          control: this.#world.sandbox.control,
          otmm: { url: "", username: "", password: "" },
          preservica: { url: "", tenant: "", username: "", password: "" },
        },
        jobs: () => Promise.reject(new Error("not asked here")),
        run: () => Promise.reject(new Error("not asked here")),
        control: async (_method, path) => await (await fetch(`${this.#world.sandbox.control}/${path}`)).json(),
      },
      otmm: await this.otmm(),
      preservica: await this.preservica(),
      good: cast.good,
      bad: cast.bad,
      run,
      before,
      assets: run.counts.done,
    };
    const found: string[] = [];
    for (const check of campaignArchive.checks) {
      if (!MUST_HOLD.includes(check.name)) continue;
      if (NEEDS_LINKS.includes(check.name) && cast.good.every(({ links }) => links.length === 0)) continue;
      const problemsOf = OF_CAST[check.name] ?? check.problems;
      const wrong = await problemsOf(facts).catch((error: unknown) => [
        error instanceof Error ? error.message : String(error),
      ]);
      found.push(...wrong.map((problem) => `${check.name}: ${problem}`));
    }
    return [...found, ...(await this.#doubles(facts.preservica))];
  }

  /** Folders that were made twice. */
  async #doubles(preservica: PreservicaReader): Promise<string[]> {
    const seen = new Map<string, number>();
    for (const { ref, type } of await preservica.below()) {
      if (type !== "SO") continue;
      const path = await preservica.pathOf(ref);
      seen.set(path, (seen.get(path) ?? 0) + 1);
    }
    return [...seen]
      .filter(([, times]) => times > 1)
      .map(([path, times]) => `folder "${path}" is there ${times} times`);
  }
}
