import { softwareAgent } from "../messages/software.js";

/** Who acts, as events tell it. */
export function agent(): string {
  return softwareAgent("disposition");
}
