import { setTimeout as delay } from 'node:timers/promises';

/** A one-shot timer. Disposing cancels it. */
export interface Timer extends Disposable {
  /** Starts the full duration again. */
  refresh(): unknown;
}

/** Time and randomness, replaceable in tests. */
export interface Clock {
  /** Returns monotonic time in milliseconds, for durations and expiry. */
  now(): number;
  /** Returns milliseconds since the epoch, for display and for comparison with times of the API server. */
  wallTime(): number;
  /** Returns a number from 0 up to, not including, 1. */
  random(): number;
  /** Resolves after the given milliseconds, at once if they are negative or when the signal aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `onExpired` after the given milliseconds, or soon if they are negative, once per start or refresh. */
  startTimer(ms: number, onExpired: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  random: Math.random,
  sleep: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined),
  startTimer: (ms, onExpired) => setTimeout(onExpired, Math.max(0, ms)),
};
