// Time and chance, which tests replace.
import { setTimeout as wait } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds, only ever growing. */
  now(): number;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** At least 0, below 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  random: () => Math.random(),
};
