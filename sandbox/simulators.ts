import type { SandboxSystem, SimulatorFactory } from "./kernel/types.js";
import { otmmSimulator } from "./otmm/index.js";
import { preservicaSimulator } from "./preservica/index.js";
import { s3Simulator } from "./s3/index.js";

/** The systems that the sandbox can stand in for. A new one: write its simulator, add it here (and to SandboxSystem). */
export const SIMULATORS: Partial<Record<SandboxSystem, SimulatorFactory>> = {
  otmm: otmmSimulator,
  preservica: preservicaSimulator,
  s3: s3Simulator,
};
