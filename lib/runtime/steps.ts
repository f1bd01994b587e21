import { channel } from "node:diagnostics_channel";

/**
 * Every durable step boundary is published here, on Node.js's own diagnostics channel: tracers can follow a job, and
 * tests can end the process exactly there.
 */
export const STEP_CHANNEL = "content-lifecycle:step";
const steps = channel(STEP_CHANNEL);

export interface StepNote {
  nodeType: string;
  queue: string;
  step: string;
  assetKey: string;
  job: string;
}

export function publishStep(note: StepNote): void {
  if (steps.hasSubscribers) steps.publish(note);
}
