import type { ContentRef, JoinedAsset, LifecycleAsset } from "../../lib/messages/asset.js";
import type { AssetSelection, OtmmAsset, OtmmClient, OtmmCursor } from "../../lib/otmm/index.js";
import { listOf, type Present, refusalOf, valuesOf } from "./acceptance.js";
import type { OtmmAssetFetchConfig, PartRow } from "./config.js";

/** What becomes of an asset that was found: it, or the main part that it belongs to, goes on; or why it stays. */
export type Joined = { asset: LifecycleAsset } | { refused: string };

/** Everything in OTMM that has one value of the joining field, sorted into a whole. */
interface Whole {
  /** Present unless the main part, or the whole, has to stay. */
  asset?: LifecycleAsset;
  /** Why it stays, in the words for its main part and for its other parts. */
  stays: { main: string; part: string };
}

type Part = { row: PartRow; asset: OtmmAsset };

/**
 * Joins the parts of one thing that are assets of their own in OTMM: the main part's message carries the masters of the
 * others as content in their roles. Whichever part is found, the whole is looked up in OTMM, so that it does not matter
 * how a listing is cut into pages; and the main part's key makes one job of it however often it is met.
 */
export class Joiner {
  readonly #wholes = new Map<string, Promise<Whole>>();

  constructor(
    private readonly otmm: OtmmClient,
    private readonly config: OtmmAssetFetchConfig,
    private readonly how: {
      present: Present;
      selection: AssetSelection;
      fields: string[] | undefined;
      signal: AbortSignal;
    },
  ) {}

  /** @param asset accepted by the rules */
  async join(asset: OtmmAsset): Promise<Joined> {
    const { joinField, partField, mainPart } = this.config;
    const kind = this.#value(asset, partField);
    const isMain = kind === mainPart;
    if (!isMain && !this.config.parts.some(({ value }) => value === kind)) {
      return { refused: `${partField} is "${kind}": neither the main part nor one that goes with it.` };
    }
    const value = this.#value(asset, joinField);
    if (value === "") return { refused: `${joinField} has no value, so it is unknown what this asset belongs to.` };
    const known = this.#wholes.get(value) ?? this.#whole(value);
    this.#wholes.set(value, known);
    const whole = await known;
    if (whole.asset !== undefined) return { asset: whole.asset };
    return { refused: isMain ? whole.stays.main : whole.stays.part };
  }

  async #whole(value: string): Promise<Whole> {
    const { joinField, partField, mainPart, parts } = this.config;
    const all = await this.#equal(value);
    const mains = all.filter((asset) => this.#value(asset, partField) === mainPart);
    const [main] = mains;
    if (main === undefined) {
      return stays(`OTMM has no "${mainPart}" of ${joinField} "${value}"; without it this part is not archived.`);
    }
    if (mains.length > 1) {
      return stays(
        `${mains.length} assets are "${mainPart}" of ${joinField} "${value}"; a person has to say which one.`,
      );
    }
    const refusal = this.#refusal(main);
    if (refusal !== undefined) return { stays: { main: refusal, part: `It stays with "${main.name}": ${refusal}` } };
    const joined = parts.flatMap((row) =>
      all
        .filter((asset) => this.#value(asset, partField) === row.value && this.#refusal(asset) === undefined)
        .map((asset): Part => ({ row, asset })),
    );
    const differing = joined.flatMap(({ asset }) => this.#differing(main, asset));
    if (differing.length > 0) {
      return stays(
        `The parts of ${joinField} "${value}" do not agree: ${differing.join("; ")}. A person has to decide.`,
      );
    }
    return { asset: this.#together(main, joined), stays: { main: "", part: "" } };
  }

  /** The latest versions of what has that value, in an order that stays. */
  async #equal(value: string): Promise<OtmmAsset[]> {
    const { joinField } = this.config;
    const { fields, signal } = this.how;
    const found = new Map<string, OtmmAsset>();
    let cursor: OtmmCursor | undefined;
    do {
      const page = await this.otmm.search(
        { conditions: [{ fieldId: joinField, operator: "is", value }], detail: "full", fields },
        { cursor, signal },
      );
      for (const asset of page.items) found.set(asset.assetId, asset);
      cursor = page.next;
    } while (cursor !== undefined);
    // A search may be broader than what was asked for.
    const equal = [...found.values()].filter(
      (asset) => asset.latestVersion && !asset.deleted && this.#value(asset, joinField) === value,
    );
    const sorted = equal.sort((one, other) => (one.assetId < other.assetId ? -1 : 1));
    return await this.otmm.resolveLinks(sorted, { signal });
  }

  #together(main: OtmmAsset, parts: readonly Part[]): LifecycleAsset {
    const asset = this.otmm.toLifecycleAsset(main, this.how.selection);
    const content: ContentRef[] = [];
    const joined: JoinedAsset[] = [];
    for (const [place, { row, asset: part }] of parts.entries()) {
      const { key, version, name, ids, content: own } = this.otmm.toLifecycleAsset(part, { roles: ["preservation"] });
      if (ids.otmm === undefined || own.length === 0) continue;
      const nth = parts.slice(0, place + 1).filter((other) => other.row === row).length;
      const representation = nth === 1 ? row.representation : `${row.representation} ${nth}`;
      content.push(
        ...own.map((ref) => ({ ...ref, role: row.role, ...(representation === "" ? {} : { representation }) })),
      );
      joined.push({ key, version, name, otmm: ids.otmm, content: own.map(({ id }) => id) });
    }
    if (joined.length === 0) return asset;
    // The parts stand before OTMM's own preview: the first access representation is the one that is given out.
    const first = asset.content.filter(({ role }) => role === "preservation");
    const rest = asset.content.filter(({ role }) => role !== "preservation");
    return { ...asset, content: [...first, ...content, ...rest], joined };
  }

  #differing(main: OtmmAsset, part: OtmmAsset): string[] {
    const one = this.otmm.toLifecycleAsset(main);
    const other = this.otmm.toLifecycleAsset(part);
    return listOf(this.config.agreeFields)
      .filter((field) => field !== "" && valuesOf(field, one).join("\n") !== valuesOf(field, other).join("\n"))
      .map((field) => `"${part.name}" has another ${field} than "${main.name}"`);
  }

  #refusal(asset: OtmmAsset): string | undefined {
    return refusalOf(asset, this.otmm.toLifecycleAsset(asset), this.config, this.how.present);
  }

  #value(asset: OtmmAsset, field: string): string {
    return valuesOf(field, this.otmm.toLifecycleAsset(asset))[0] ?? "";
  }
}

function stays(why: string): Whole {
  return { stays: { main: why, part: why } };
}

/** Fields that joining looks at. */
export function joinedFields({ joinField, partField, agreeFields }: OtmmAssetFetchConfig): string[] {
  return joinField === "" ? [] : [joinField, partField, ...listOf(agreeFields)].filter((field) => field !== "");
}
