/** One change of an asset's governance. */
export type GovernAction =
  | { act: "tag"; tag: string; order: string[] }
  /** `replace`: other policies go, where that does not shorten retention. */
  | { act: "assign-policy"; policy: string; replace: boolean }
  | { act: "unassign-policy"; policy: string }
  /** `create`: make the hold (or the policy that stands for it) when the archive has none of that name. */
  | { act: "hold-on"; matter: string; create: boolean }
  | { act: "hold-off"; matter: string }
  /** Reference or path of the folder. */
  | { act: "move"; folder: string };

/** What stands between an asset and a change. */
export type Verdict =
  /** The archive says that it is so already. */
  | { state: "so" }
  /** To be written; in words for a plan. */
  | { state: "write"; what: string; start(): Promise<{ token?: string }> };
