import { softwareAndVersion } from "../messages/software.js";

/** Who acts, as events tell it. */
export function agent(): string {
  return `${softwareAndVersion()} disposition`;
}
