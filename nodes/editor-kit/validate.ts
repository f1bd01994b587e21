import type { Translated } from "./text.js";

/**
 * Validators that say what is wrong. The editor takes a returned text as the reason when the function has two
 * parameters; its published typings know only the boolean form, hence the one declared type.
 */
export type Validator = (value: string) => boolean;
type Judge = (this: Translated & Record<string, unknown>, value: unknown) => string | true;

/** Turns "reason or true" into what the editor calls. */
export function validator(judge: Judge): Validator {
  const withReason = function (
    this: Translated & Record<string, unknown>,
    value: unknown,
    _options: unknown,
  ): string | boolean {
    return judge.call(this, value);
  };
  return withReason as Validator;
}

const ENV = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const isEnv = (value: unknown): boolean => typeof value === "string" && ENV.test(value);

/** Stable name of a connection inside asset keys: lower case, short, safe in `otmm:dam:…`. */
export const connectionKey = validator(function (value) {
  if (typeof value !== "string" || value === "") return this._("kit.errors.key-missing");
  return /^[a-z][a-z0-9-]{0,30}$/.test(value) ? true : this._("kit.errors.key-form");
});

export const webAddress = validator(function (value) {
  if (isEnv(value)) return true;
  if (typeof value !== "string" || value === "") return this._("kit.errors.url-missing");
  if (!URL.canParse(value)) return this._("kit.errors.url-form");
  const { protocol, username } = new URL(value);
  if (protocol !== "https:" && protocol !== "http:") return this._("kit.errors.url-form");
  return username === "" ? true : this._("kit.errors.url-secret");
});

/** As `webAddress`, but may stay empty. */
export const optionalWebAddress = validator(function (value) {
  if (value === "" || value === undefined || isEnv(value)) return true;
  if (typeof value !== "string" || !URL.canParse(value)) return this._("kit.errors.url-form");
  return new URL(value).username === "" ? true : this._("kit.errors.url-secret");
});

/** A whole number between two bounds. */
export function wholeNumber(min: number, max: number): Validator {
  return validator(function (value) {
    if (isEnv(value)) return true;
    // Not stored yet (an older definition): the default applies.
    if (value === undefined) return true;
    const number = Number(value);
    if (value === "" || !Number.isInteger(number) || number < min || number > max) {
      return this._("kit.errors.number", { min, max });
    }
    return true;
  });
}

/** Wanted only while `condition` holds for the node. A member that is not stored yet (an older definition) has its default. */
export function requiredWhen(condition: (node: Record<string, unknown>) => boolean, key: string): Validator {
  return validator(function (value) {
    const empty = value === "" || value === null || value === "_ADD_" || (Array.isArray(value) && value.length === 0);
    return empty && condition(this) ? this._(key) : true;
  });
}

export const timeZone = validator(function (value) {
  if (isEnv(value) || value === undefined) return true;
  try {
    const zone = typeof value === "string" ? value : "";
    return zone !== "" && Intl.DateTimeFormat("en", { timeZone: zone }) ? true : this._("kit.errors.zone");
  } catch {
    return this._("kit.errors.zone");
  }
});

type RowJudge<Row> = (row: Row, node: Translated & Record<string, unknown>) => string | true;

/** Rows of a table: each is judged, the first fault is named with its row number. */
export function rows<Row>(judge: RowJudge<Row>): Validator {
  return validator(function (value) {
    if (!Array.isArray(value)) return true;
    for (const [index, row] of (value as Row[]).entries()) {
      const verdict = judge(row, this);
      if (verdict !== true) return this._("kit.errors.row", { row: index + 1, reason: verdict });
    }
    return true;
  });
}

/** Text that is a JSON object, for the folded assumptions. */
export const jsonObject = validator(function (value) {
  if (value === "" || value === undefined) return true;
  try {
    const parsed: unknown = JSON.parse(typeof value === "string" ? value : "null");
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? true : this._("kit.errors.json");
  } catch {
    return this._("kit.errors.json");
  }
});
