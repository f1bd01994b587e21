export { createOtmm, type OtmmClient } from "./client.js";
export { ASSUMPTIONS, type OtmmAssumptions, type OtmmOperator } from "./assumptions.js";
export { dayIn } from "./calendar.js";
export { assetKey } from "./lifecycle-asset.js";
export { allOf } from "./paging.js";
export type { OtmmUser } from "./user.js";
export type * from "./types.js";
export type { CheckIn, Importing, ImportState, NewAsset } from "./import.js";
