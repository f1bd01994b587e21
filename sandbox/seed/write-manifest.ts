import { writeFileSync } from "node:fs";
import { buildManifest } from "./build-manifest.js";

// Run after a change of the seed, from the repository's root: node dist/sandbox/seed/write-manifest.js
writeFileSync("sandbox/seed/manifest.json", `${JSON.stringify(buildManifest(), null, 2)}\n`);
