// All kinds that a consumer wants, as one ordered stream. Updates are handed on in batches, at the latest before a
// status that comes after them; a status is handed on only when it changes, and `in-sync` only when every kind is.
import type { Datastore } from '../datastore/index.ts';
import { link } from '../datastore/abort.ts';
import { type Clock, systemClock } from './clock.ts';
import type { LiveSink, SyncStatus, SyncUpdate } from './types.ts';
import { keepInStep } from './watch-cache.ts';

export interface SyncOptions {
  readonly store: Datastore;
  /** As `policyKinds(store)`. */
  readonly kinds: readonly string[];
  readonly sink: LiveSink;
  readonly clock?: Clock;
}

/** Updates in one batch, at most; more wait for the next turn, so that a receiver can breathe. */
const BATCH = 1_000;

/**
 * Runs until the signal is aborted, then resolves. Rejects with what the sink throws, and with nothing else: trouble with
 * the datastore goes to `onTrouble`, and the syncer tries again.
 */
export async function runSyncer(options: SyncOptions, signal: AbortSignal): Promise<void> {
  const { store, kinds, sink, clock = systemClock } = options;
  const end = link(signal);
  const statuses = new Map<string, SyncStatus>(kinds.map((kind) => [kind, 'wait-for-datastore']));
  let told: SyncStatus | undefined;
  let queue: SyncUpdate[] = [];
  let turn: NodeJS.Immediate | undefined;
  let thrown: { readonly error: unknown } | undefined;

  /** The sink's errors are the consumer's, not the datastore's. */
  const guarded = (work: () => void) => {
    if (end.signal.aborted) return;
    try {
      work();
    } catch (error) {
      thrown ??= { error };
      end.abort();
    }
  };
  const flush = () => {
    if (turn) clearImmediate(turn);
    turn = undefined;
    const updates = queue;
    queue = [];
    if (updates.length > 0) guarded(() => sink.onUpdates(updates));
  };
  const tell = () => {
    const status = together([...statuses.values()]);
    if (status === told) return;
    flush();
    told = status;
    guarded(() => sink.onStatus(status));
  };

  tell();
  try {
    await Promise.all(
      kinds.map((kind) =>
        keepInStep(
          store,
          kind,
          {
            update(update) {
              queue.push(update);
              if (queue.length >= BATCH) flush();
              else turn ??= setImmediate(flush);
            },
            status(of, status) {
              statuses.set(of, status);
              tell();
            },
            invalid(key, problems) {
              flush();
              guarded(() => sink.onInvalid?.(key, problems));
            },
            trouble: (of, error) => guarded(() => sink.onTrouble?.(of, error)),
          },
          clock,
          end.signal,
        ),
      ),
    );
  } finally {
    if (turn) clearImmediate(turn);
    // Should one kind fail against all rules, the others must not go on behind the caller's back.
    end.abort();
    end.release();
  }
  if (thrown) throw thrown.error;
}

function together(statuses: readonly SyncStatus[]): SyncStatus {
  if (statuses.every((status) => status === 'in-sync')) return 'in-sync';
  if (statuses.every((status) => status === 'wait-for-datastore')) return 'wait-for-datastore';
  return 'resync-in-progress';
}
