export { createPreservica, type PreservicaClient, type PreservicaOptions } from "./client.js";
export * from "./ingest.js";
export * from "./types.js";
