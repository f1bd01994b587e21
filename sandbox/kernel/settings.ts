import type { DurableState } from "./state.js";
import type { SandboxSystem } from "./types.js";

type Saved = Record<string, Record<string, unknown>>;

/** The change names no such setting, or has a wrong type; the control API answers 400. */
export class BadSettings extends Error {}

/** Settings of the simulators: live objects that the control API writes to; kept over restarts, back to the defaults at a reset. */
export class Settings {
  private readonly live = new Map<SandboxSystem, Record<string, unknown>>();

  constructor(private readonly saved: DurableState<Saved>) {}

  /** The live object of a system: its defaults, with what was changed before. Several calls add to the same object. */
  register<T extends object>(system: SandboxSystem, defaults: T): T {
    const known = this.live.get(system) ?? {};
    for (const [name, value] of Object.entries(defaults)) {
      known[name] ??= this.saved.value[system]?.[name] ?? value;
    }
    this.live.set(system, known);
    return known as T;
  }

  all(): Record<string, Record<string, unknown>> {
    return Object.fromEntries(this.live);
  }

  /** @throws BadSettings; then nothing is changed */
  async change(system: SandboxSystem, changes: Record<string, unknown>): Promise<Record<string, unknown>> {
    const live = this.live.get(system);
    if (!live) throw new BadSettings(`system ${system} is not there or has no settings`);
    for (const [name, value] of Object.entries(changes)) {
      if (!(name in live))
        throw new BadSettings(`${system} has no setting "${name}"; it has ${Object.keys(live).join(", ")}`);
      const now = live[name];
      if (
        now !== null &&
        value !== null &&
        (typeof value !== typeof now || Array.isArray(value) !== Array.isArray(now))
      ) {
        throw new BadSettings(`setting "${name}" of ${system} is a ${Array.isArray(now) ? "list" : typeof now}`);
      }
    }
    Object.assign(live, changes);
    await this.saved.update((saved) => {
      saved[system] = { ...saved[system], ...changes };
    });
    return live;
  }

  async reset(): Promise<void> {
    this.live.clear();
    await this.saved.update((saved) => {
      for (const system of Object.keys(saved)) delete saved[system];
    });
  }
}
