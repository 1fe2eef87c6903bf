// Signals joined and let go. AbortSignal.any leaves its traces on signals that live as long as the process.
import { setMaxListeners } from 'node:events';

export interface Link {
  /** Aborted as soon as one of the joined is. */
  readonly signal: AbortSignal;
  /** This one alone, not the joined. */
  readonly abort: () => void;
  /** Forgets the joined ones; call it in a `finally`. */
  readonly release: () => void;
}

export function link(...joined: (AbortSignal | undefined)[]): Link {
  const own = new AbortController();
  setMaxListeners(0, own.signal);
  const abort = () => own.abort();
  for (const signal of joined) {
    if (signal?.aborted) own.abort();
    signal?.addEventListener('abort', abort);
  }
  return {
    signal: own.signal,
    abort,
    release() {
      for (const signal of joined) signal?.removeEventListener('abort', abort);
    },
  };
}

/** A controller on whose signal any number of operations may wait. */
export function longLived(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** The promise's value, or undefined as soon as the signal is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return undefined;
  }
  let abort: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
