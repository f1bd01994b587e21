import type { SandboxClock } from "./types.js";

/** The moment of every reset (SEED-DATA.md): a Monday. */
export const T0 = new Date("2026-11-16T09:00:00Z");

/** Longest delay that setTimeout takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

interface Alarm {
  at: number;
  run: () => void;
}

/** Sandbox time as an offset to the machine's clock; it can be set forwards and backwards. */
export class MovableClock implements SandboxClock {
  private alarms: Alarm[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param offset milliseconds that sandbox time is ahead of the machine's clock */
  constructor(private offset: number) {}

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  /** Milliseconds ahead of the machine's clock: what is kept in the data folder. */
  get offsetMs(): number {
    return this.offset;
  }

  set(to: Date): void {
    this.offset = to.getTime() - Date.now();
    this.ring();
  }

  at(at: Date, run: () => void): void {
    const alarm = { at: at.getTime(), run };
    const place = this.alarms.findIndex((other) => other.at > alarm.at);
    if (place < 0) this.alarms.push(alarm);
    else this.alarms.splice(place, 0, alarm);
    this.arm();
  }

  /** Forgets all alarms: before a reset and at the end. */
  clear(): void {
    this.alarms = [];
    clearTimeout(this.timer);
  }

  private arm(): void {
    clearTimeout(this.timer);
    const next = this.alarms[0];
    if (!next) return;
    const wait = Math.min(Math.max(next.at - this.now().getTime(), 0), LONGEST_TIMER);
    this.timer = setTimeout(() => this.ring(), wait);
    this.timer.unref();
  }

  private ring(): void {
    const now = this.now().getTime();
    const firstLater = this.alarms.findIndex((alarm) => alarm.at > now);
    const due = this.alarms.splice(0, firstLater < 0 ? this.alarms.length : firstLater);
    for (const alarm of due) {
      try {
        alarm.run();
      } catch (error) {
        process.stderr.write(`sandbox: an alarm failed: ${String(error)}\n`);
      }
    }
    this.arm();
  }
}
