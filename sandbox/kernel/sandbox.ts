import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MovableClock, T0 } from "./clock.js";
import { Digests } from "./digests.js";
import { Faults } from "./faults.js";
import { ContentFiles } from "./files.js";
import { RequestLog } from "./log.js";
import { Settings } from "./settings.js";
import { DurableState } from "./state.js";
import { SystemServer } from "./system-server.js";
import type { SandboxContext, SandboxState, SandboxSystem, Simulator, SimulatorFactory } from "./types.js";

/** In the order of their ports: the first has the control port + 1. */
export const SYSTEMS: readonly SandboxSystem[] = ["otmm", "preservica", "ecm", "s3"];

export interface KernelOptions {
  /** The control API's port; the systems follow in the order of SYSTEMS. 0: any free ports. */
  port: number;
  /** Folder for state and content; made when missing. Only `state` and `content` below it are touched. */
  dataDir: string;
  factories: Partial<Record<SandboxSystem, SimulatorFactory>>;
  seed?: "full" | "empty";
}

interface Running {
  server: SystemServer;
  port: number;
  files: ContentFiles;
  simulator: Simulator | undefined;
  states: DurableState<unknown>[];
}

/** The systems of one sandbox with everything they share. The control API is built on it (sandbox/control). */
export class SandboxKernel {
  readonly faults = new Faults();
  readonly log = new RequestLog();
  private readonly systems = new Map<SandboxSystem, Running>();
  private readonly changeListeners = new Set<(system: SandboxSystem) => void>();
  private resetting: Promise<void> | undefined;

  private constructor(
    private readonly options: KernelOptions,
    readonly clock: MovableClock,
    private readonly clockState: DurableState<{ offsetMs: number }>,
    readonly settings: Settings,
    private readonly settingsState: DurableState<Record<string, Record<string, unknown>>>,
    private readonly digests: Digests,
  ) {}

  /** Binds all ports, then builds the simulators. @throws the listen error (EADDRINUSE) with nothing left running */
  static async start(options: KernelOptions): Promise<SandboxKernel> {
    const folder = join(options.dataDir, "state", "kernel");
    await mkdir(folder, { recursive: true });
    const clockState = await DurableState.open(folder, "clock", () => ({ offsetMs: T0.getTime() - Date.now() }));
    const settingsState = await DurableState.open<Record<string, Record<string, unknown>>>(
      folder,
      "settings",
      () => ({}),
    );
    const clock = new MovableClock(clockState.value.offsetMs);
    const settings = new Settings(settingsState);
    const kernel = new SandboxKernel(options, clock, clockState, settings, settingsState, new Digests(options.dataDir));
    try {
      for (const system of SYSTEMS) await kernel.bind(system);
      await kernel.build();
    } catch (error) {
      await kernel.close();
      throw error;
    }
    return kernel;
  }

  get dataDir(): string {
    return this.options.dataDir;
  }

  /** Base URL, e.g. `http://127.0.0.1:18081`. @throws when the system is not part of this sandbox */
  url(system: SandboxSystem): string {
    const running = this.systems.get(system);
    if (!running) throw new Error(`this sandbox has no ${system}`);
    return `http://127.0.0.1:${running.port}`;
  }

  simulators(): [SandboxSystem, Simulator][] {
    return [...this.systems].flatMap(([system, { simulator }]) => (simulator ? [[system, simulator]] : []));
  }

  async setClock(to: Date): Promise<void> {
    this.clock.set(to);
    await this.clockState.update((state) => {
      state.offsetMs = this.clock.offsetMs;
    });
  }

  /** Back to the seed: state, content, clock, settings, faults and log. Requests meanwhile are answered 503. */
  reset(): Promise<void> {
    this.resetting ??= this.resetNow().finally(() => {
      this.resetting = undefined;
    });
    return this.resetting;
  }

  /** @returns a function that ends the subscription */
  onChange(listener: (system: SandboxSystem) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** Ends connections, then simulators, then the state files. */
  async close(): Promise<void> {
    this.clock.clear();
    await Promise.all([...this.systems.values()].map(({ server }) => server.close()));
    await this.tearDown();
    await this.clockState.close();
    await this.settingsState.close();
    await this.digests.close();
  }

  private async bind(system: SandboxSystem): Promise<void> {
    if (!this.options.factories[system]) return;
    const { faults, log, clock } = this;
    const files = new ContentFiles(this.dataDir, join("content", system), this.digests);
    const server = new SystemServer({ system, files, faults, log, clock });
    const port = await server.listen(this.options.port === 0 ? 0 : this.options.port + 1 + SYSTEMS.indexOf(system));
    this.systems.set(system, { server, port, files, simulator: undefined, states: [] });
  }

  private async build(): Promise<void> {
    for (const [system, running] of this.systems) {
      const factory = this.options.factories[system];
      if (!factory) continue;
      running.simulator = await factory(this.context(system, running));
      running.server.use(running.simulator);
    }
  }

  private async tearDown(): Promise<void> {
    for (const running of this.systems.values()) {
      running.server.use(undefined);
      await running.simulator?.close();
      for (const state of running.states) await state.close();
      running.simulator = undefined;
      running.states = [];
    }
  }

  private async resetNow(): Promise<void> {
    this.clock.clear();
    await this.tearDown();
    for (const system of this.systems.keys()) {
      for (const kind of ["state", "content"])
        await rm(join(this.dataDir, kind, system), { recursive: true, force: true });
    }
    await this.settings.reset();
    await this.setClock(T0);
    this.faults.clear();
    this.log.clear();
    await this.build();
    for (const system of this.systems.keys()) this.announce(system);
  }

  private context(system: SandboxSystem, running: Running): SandboxContext {
    return {
      system,
      clock: this.clock,
      files: running.files,
      dataDir: this.dataDir,
      seed: this.options.seed ?? "full",
      state: async <T>(name: string, initial: () => T): Promise<SandboxState<T>> => {
        const folder = join(this.dataDir, "state", system);
        await mkdir(folder, { recursive: true });
        const state = await DurableState.open(folder, name, initial);
        running.states.push(state);
        return state;
      },
      settings: (defaults) => this.settings.register(system, defaults),
      changed: () => this.announce(system),
      url: (other) => this.url(other),
    };
  }

  private announce(system: SandboxSystem): void {
    for (const listener of this.changeListeners) listener(system);
  }
}
