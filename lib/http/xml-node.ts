/** One element. Mixed content keeps its order; comments and processing instructions are dropped. */
export interface XmlNode {
  /** As written, with prefix. */
  readonly name: string;
  /** Without prefix. */
  readonly local: string;
  /** By name as written (`xmlns`, `xlink:href`). */
  readonly attributes: ReadonlyMap<string, string>;
  readonly content: readonly (XmlNode | string)[];
}
