// A watch as a walk through the history.
import { link } from '../abort.ts';
import { expired } from '../errors.ts';
import { selects } from '../keys.ts';
import type { DatastoreError } from '../errors.ts';
import type { Selection, WatchEvent } from '../types.ts';
import type { Change, History } from './history.ts';

/** `from` undefined: what exists first. Ends with the first of the signals. */
export async function* watchHistory(
  history: History,
  selection: Selection,
  from: number | undefined,
  signals: readonly (AbortSignal | undefined)[],
): AsyncGenerator<WatchEvent, void> {
  const { signal, release } = link(...signals);
  try {
    yield* walk(history, selection, from, signal);
  } finally {
    release();
  }
}

async function* walk(
  history: History,
  selection: Selection,
  from: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  let seen = from ?? history.revision;
  if (from === undefined) {
    for (const entry of history.list(selection.kind)) {
      if (signal.aborted) return;
      if (selects(selection, entry.key)) yield { type: 'added', entry };
    }
  }
  while (!signal.aborted) {
    if (seen < history.oldest || seen > history.revision) {
      yield final(lost(history, seen));
      return;
    }
    const change = history.after(seen);
    if (!change) {
      await nextChange(history, signal);
      continue;
    }
    seen = change.revision;
    if (change.key.kind === selection.kind && selects(selection, change.key)) yield eventOf(change);
  }
}

/** A revision of the future is one of an earlier life of the store: what happened since is unknown. */
const lost = (history: History, revision: number) => expired(String(revision), String(history.oldest));

const final = (error: DatastoreError): WatchEvent => ({ type: 'error', error, final: true });

export function eventOf({ revision, key, entry, old }: Change): WatchEvent {
  if (!entry) return { type: 'deleted', key, revision: String(revision), ...(old && { old }) };
  return old ? { type: 'modified', entry, old } : { type: 'added', entry };
}

function nextChange(history: History, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake);
      resolve();
    };
    signal.addEventListener('abort', wake);
    history.onChange(wake);
    if (signal.aborted) wake();
  });
}
