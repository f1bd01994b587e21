import { ControlServer } from "./control/server.js";
import { SandboxKernel } from "./kernel/sandbox.js";
import type { SandboxSystem, SimulatorFactory } from "./kernel/types.js";
import { SIMULATORS } from "./simulators.js";

export interface SandboxOptions {
  /** Control API here, OTMM +1, Preservica +2, ECM +3, S3 +4; 0 (default): any free ports. */
  port?: number;
  /** Folder that keeps state and content; made when missing. */
  dataDir: string;
  /** Which systems to start; default: all there are. */
  systems?: SandboxSystem[];
  /** "full" (default): the data of SEED-DATA.md; "empty": systems without content. Counts when the data folder is new, and at a reset. */
  seed?: "full" | "empty";
  /** Other simulators than the sandbox's own, e.g. in tests of the kernel. */
  factories?: Partial<Record<SandboxSystem, SimulatorFactory>>;
}

/** What the ready line says: the control URL, and per system its address and login facts. */
export type ReadyLine = { ready: true; control: string } & Partial<Record<SandboxSystem, Record<string, string>>>;

/** A running sandbox. Everything is on 127.0.0.1. */
export interface Sandbox {
  /** Base URL of the control API and the live page. */
  readonly control: string;
  readonly ready: ReadyLine;
  /** Clock, faults, log and settings for tests in the same process. */
  readonly kernel: SandboxKernel;
  /** Base URL of a system. */
  url(system: SandboxSystem): string;
  /** Ends all connections and writes what is left; the data folder can then be used again. */
  close(): Promise<void>;
}

/**
 * Starts the sandbox and resolves when it takes requests.
 *
 * @throws Error with code EADDRINUSE when a port is taken; nothing is left running then
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const port = options.port ?? 0;
  const kernel = await SandboxKernel.start({
    port,
    dataDir: options.dataDir,
    factories: chosen(options.factories ?? SIMULATORS, options.systems),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const server = new ControlServer(kernel);
  try {
    const control = `http://127.0.0.1:${await server.listen(port)}`;
    return {
      control,
      ready: readyLine(control, kernel),
      kernel,
      url: (system) => kernel.url(system),
      close: async () => {
        await server.close();
        await kernel.close();
      },
    };
  } catch (error) {
    await kernel.close();
    throw error;
  }
}

function chosen(
  factories: Partial<Record<SandboxSystem, SimulatorFactory>>,
  systems: SandboxSystem[] | undefined,
): Partial<Record<SandboxSystem, SimulatorFactory>> {
  if (!systems) return factories;
  return Object.fromEntries(
    Object.entries(factories).filter(([system]) => systems.some((wanted) => wanted === system)),
  );
}

function readyLine(control: string, kernel: SandboxKernel): ReadyLine {
  const line: ReadyLine = { ready: true, control };
  for (const [system, simulator] of kernel.simulators()) {
    const facts = simulator.ready();
    // S3 clients speak of an endpoint, the others of a URL.
    line[system] = "endpoint" in facts ? facts : { url: kernel.url(system), ...facts };
  }
  return line;
}
