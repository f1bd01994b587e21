/** Forms that a text may have to have, beyond its type. */
export const VALUE_FORMS = ["gtin", "edtf", "eidr", "duration"] as const;
export type ValueForm = (typeof VALUE_FORMS)[number];

const YEAR = String.raw`-?\d{4}`;
const EDTF_DATE = String.raw`(?:${YEAR}(?:-(?:0[1-9]|1[0-2]|2[1-4])(?:-(?:0[1-9]|[12]\d|3[01]))?)?|\d{3}X|\d{2}XX)[?~%]?`;
const EDTF = new RegExp(`^(?:${EDTF_DATE}|(?:${EDTF_DATE}|\\.\\.)?/(?:${EDTF_DATE}|\\.\\.)?)$`);

/** What is wrong with the form of a value; undefined when it is right. */
export const FORM_CHECKS: Readonly<Record<ValueForm, (value: string) => string | undefined>> = {
  gtin: (value) =>
    isGtin(value)
      ? undefined
      : "This is no GTIN: 8, 12, 13 or 14 digits, the last of which is the check digit. Correct it in the source.",
  edtf: (value) =>
    EDTF.test(value) && value !== "/"
      ? undefined
      : "This is no date in EDTF (ISO 8601-2), like 1912, 1890~ or 1914/1918. Correct it in the source.",
  eidr: (value) =>
    isEidr(value)
      ? undefined
      : "This is no EIDR: 10.5240/, five groups of four hexadecimal digits and the check character. Correct it in the source.",
  duration: (value) =>
    DURATION.test(value) ? undefined : "This is no duration in ISO 8601, like PT43M30S. Correct it in the source.",
};

const DURATION = /^P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The check character is of the twenty digits behind the prefix, by ISO/IEC 7064, MOD 37,36. */
function isEidr(value: string): boolean {
  if (!/^10\.5240\/(?:[0-9A-F]{4}-){5}[0-9A-Z]$/.test(value)) return false;
  const digits = Array.from(value.slice("10.5240/".length).replaceAll("-", ""), (one) => ALPHANUMERIC.indexOf(one));
  const check = digits.pop();
  const product = digits.reduce((before, digit) => (((before + digit) % 36 || 36) * 2) % 37, 36);
  return (product + (check ?? 0)) % 36 === 1;
}

/** The digits before the last, weighted 3 and 1 from the right, complete to a multiple of ten (GS1 General Specifications 7.9). */
function isGtin(value: string): boolean {
  if (!/^(?:\d{8}|\d{12,14})$/.test(value)) return false;
  const digits = Array.from(value, Number);
  const sum = digits.reduce((total, digit, at) => total + digit * ((digits.length - at) % 2 === 1 ? 1 : 3), 0);
  return sum % 10 === 0;
}
