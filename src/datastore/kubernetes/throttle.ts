// No more requests a second than asked for: a token bucket, as Calico's client has one. By hand: the libraries for it
// (limiter, bottleneck) take their time from the process, so that a test would have to wait; and with the bucket kept as
// the moment at which it will be full again, there is little to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled } from '../errors.ts';

export interface Clock {
  /** Milliseconds. */
  readonly now: () => number;
  /** Rejects when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
};

export interface Rate {
  /** Requests a second, */
  readonly qps: number;
  /** and how many at once after a pause. */
  readonly burst: number;
}

/** Resolves when it is the caller's turn, in the order of calls; rejects as cancelled when the signal is aborted. */
export type Throttle = (signal: AbortSignal | undefined) => Promise<void>;

export function createThrottle({ qps, burst }: Rate, clock: Clock = CLOCK): Throttle {
  const interval = 1_000 / qps;
  const slack = (burst - 1) * interval;
  let full = -Infinity;
  return async (signal) => {
    const now = clock.now();
    const mine = Math.max(full, now);
    full = mine + interval;
    const wait = mine - slack - now;
    if (wait <= 0) return;
    try {
      await clock.sleep(wait, signal);
    } catch {
      // Whoever waits behind it need not wait for it.
      full -= interval;
      throw cancelled();
    }
  };
}
