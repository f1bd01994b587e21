import { setTimeout as delay } from "node:timers/promises";

/** How often and how patiently a request is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  attempts: number;
  /** First pause; doubled each time. */
  baseMs: number;
  /** Longest pause of our own choosing. */
  capMs: number;
  /** A peer that asks for a longer pause than this (Retry-After) ends the transfer with THROTTLED instead. */
  maxWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseMs: 250, capMs: 15_000, maxWaitMs: 60_000 };

/**
 * Reads a Retry-After header in both its forms, seconds or HTTP date.
 *
 * @returns milliseconds from `now`, at least 0; undefined when absent or unreadable
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Pause before the next try: doubled each time, capped, with half of it left to chance so that peers do not march in step. */
export function backoffMs(policy: RetryPolicy, failures: number): number {
  const full = Math.min(policy.capMs, policy.baseMs * 2 ** Math.max(0, failures - 1));
  return full / 2 + Math.random() * (full / 2);
}

/** Waits; rejects at once when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
