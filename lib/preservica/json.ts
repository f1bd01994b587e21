/** Plain JSON, structurally the same as the store's, so that this folder needs no import from it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };
