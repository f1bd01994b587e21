export { claimsOf, isSigned, signLink, type LinkClaims } from "./token.js";
export { isEmbargoed, reasonsAgainst, type AccessFacts, type AccessRules } from "./rules.js";
export { rangeOf, type ByteRange } from "./range.js";
export { mediaTypeOf } from "./media-type.js";
