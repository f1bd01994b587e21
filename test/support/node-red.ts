export * from "../../scripts/node-red.js";
