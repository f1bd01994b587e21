import { LifecycleError } from "../../messages/error.js";

/** What the flow's author has to correct. */
export function invalid(message: string, details?: Record<string, unknown>): LifecycleError {
  return new LifecycleError("INVALID_INPUT", message, {
    system: "preservica",
    ...(details === undefined ? {} : { details }),
  });
}
