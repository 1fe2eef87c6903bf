// One kind of one datastore, kept in step: list, watch from there, and over again when the watch can go on no more. It
// remembers keys and revisions, not values, so that what went while nobody watched is found, and what did not change
// is not sent again.
//
// Trouble is never an end. A watch that ends is opened again from the last revision; after five times without an event
// in between, or when the revision has expired, all is listed anew. Waits grow by chance up to 30 s (decorrelated
// jitter), so that many nodes do not return together to a server that has just started.
import {
  type Datastore,
  DatastoreError,
  type Entry,
  type Listing,
  type ObjectKey,
  type WatchEvent,
} from '../datastore/index.ts';
import { isLatest } from '../datastore/keys.ts';
import type { Problem } from '../errors/index.ts';
import type { ResourceKey } from '../resources/index.ts';
import type { Clock } from './clock.ts';
import { decode, keyOfEntry } from './decode.ts';
import type { SyncStatus, SyncUpdate } from './types.ts';

/** Where it all goes; called in the order of the events. */
export interface CacheOutput {
  update(update: SyncUpdate): void;
  status(kind: string, status: SyncStatus): void;
  invalid(key: ResourceKey, problems: readonly Problem[]): void;
  trouble(kind: string, error: unknown): void;
}

/** Milliseconds, but for the first; Calico's constants where it has them. */
export const TIMES = {
  triesAtOneRevision: 5,
  betweenLists: 500,
  /** A kind that cannot be watched, such as one whose CRD is not installed, is asked for so often. */
  poll: 5_000,
  firstWait: 500,
  longestWait: 30_000,
  /** Without an answer for so long the datastore counts as lost; what was read stays in force. */
  lostAfter: 600_000,
} as const;

export async function keepInStep(
  store: Datastore,
  kind: string,
  output: CacheOutput,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const state = new Known(kind, output);
  const pause = pauses(clock, signal);
  let contact = clock.now();
  /** Status changes of kinds that are asked for again and again would say nothing. */
  let quiet = false;
  let listedBefore = false;
  /** Of the last list, for the shortest time between two. */
  let listedAt = -Infinity;
  const failed = (error: unknown) => {
    output.trouble(kind, error);
    if (clock.now() - contact > TIMES.lostAfter) output.status(kind, 'wait-for-datastore');
  };

  while (!signal.aborted) {
    await clock.sleep(listedAt + TIMES.betweenLists - clock.now(), signal);
    if (signal.aborted) return;
    listedAt = clock.now();
    let listing: Listing;
    try {
      if (listedBefore && !quiet) output.status(kind, 'resync-in-progress');
      listing = await store.list({ kind }, { signal });
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
      await pause.longer();
      continue;
    }
    contact = clock.now();
    listedBefore = true;
    pause.reset();
    if (!quiet) {
      output.status(kind, 'resync-in-progress');
      if (listing.missing) output.trouble(kind, listing.missing);
    }
    state.replace(listing);
    output.status(kind, 'in-sync');
    quiet = isLatest(listing.revision) || !(await watchFrom(listing.revision));
    if (quiet) await clock.sleep(TIMES.poll, signal);
  }

  /** Until a new list is needed. Answers false when this kind cannot be watched. */
  async function watchFrom(start: string): Promise<boolean> {
    let revision = start;
    let tries = 0;
    while (!signal.aborted && tries < TIMES.triesAtOneRevision) {
      const opened = clock.now();
      tries++;
      try {
        for await (const event of store.watch({ kind }, { revision, bookmarks: true, signal })) {
          if (event.type === 'error') {
            if (event.error.code === 'datastore/expired') return true;
            if (event.final) throw event.error;
            state.unreadable(event);
            if (event.revision === undefined) continue;
            revision = event.revision;
          } else revision = state.take(event);
          contact = clock.now();
          tries = 0;
          pause.reset();
        }
      } catch (error) {
        if (signal.aborted) return true;
        failed(error);
        if (error instanceof DatastoreError && error.code === 'datastore/expired') return true;
        if (error instanceof DatastoreError && error.code === 'datastore/not-supported') return false;
        await pause.longer();
        continue;
      }
      // It ended without an error, as servers end watches now and then.
      if (clock.now() - opened < TIMES.firstWait) await pause.longer();
      else tries = 0;
    }
    return true;
  }
}

function pauses(clock: Clock, signal: AbortSignal) {
  let last: number = TIMES.firstWait;
  return {
    reset() {
      last = TIMES.firstWait;
    },
    /** Between the first wait and three times the last one. */
    async longer(): Promise<void> {
      const most = Math.min(TIMES.longestWait, last * 3);
      last = TIMES.firstWait + clock.random() * (most - TIMES.firstWait);
      await clock.sleep(last, signal);
    },
  };
}

/** The keys and revisions that were seen, and which of them the receiver has. */
class Known {
  readonly #kind: string;
  readonly #output: CacheOutput;
  #revisions = new Map<ResourceKey, string>();
  /** Stored and not valid. */
  readonly #bad = new Set<ResourceKey>();
  readonly #sent = new Set<ResourceKey>();

  constructor(kind: string, output: CacheOutput) {
    this.#kind = kind;
    this.#output = output;
  }

  replace({ items, problems }: Listing): void {
    const before = this.#revisions;
    this.#revisions = new Map();
    for (const entry of items) {
      const key = keyOfEntry(entry);
      const known = before.get(key);
      if (known !== undefined) this.#revisions.set(key, known);
      this.#put(key, entry);
      before.delete(key);
    }
    // What is there and cannot be read has not gone: it stays as it was.
    for (const { resource, ...problem } of problems) {
      const key = resource ?? this.#kind;
      const known = before.get(key);
      before.delete(key);
      this.#revisions.set(key, known ?? '');
      this.#invalid(key, [{ ...problem, ...(resource !== undefined && { resource }) }]);
    }
    for (const key of before.keys()) this.#gone(key);
  }

  /** Answers the revision of the event. */
  take(event: Exclude<WatchEvent, { type: 'error' }>): string {
    if (event.type === 'bookmark') return event.revision;
    if (event.type === 'deleted') {
      const key = keyOfEntry(event);
      this.#revisions.delete(key);
      this.#gone(key);
      return event.revision;
    }
    this.#put(keyOfEntry(event.entry), event.entry);
    return event.entry.revision;
  }

  unreadable({ key, error }: { readonly key?: ObjectKey; readonly error: DatastoreError }): void {
    if (!key) return this.#output.trouble(this.#kind, error);
    this.#invalid(keyOfEntry({ key }), error.problems);
  }

  #put(key: ResourceKey, entry: Entry): void {
    if (this.#revisions.get(key) === entry.revision && !this.#bad.has(key)) return;
    this.#revisions.set(key, entry.revision);
    const { value, problems } = decode(entry);
    if (problems.some(({ severity }) => severity === 'error')) return this.#invalid(key, problems);
    this.#cured(key);
    if (!value) return;
    this.#output.update({ key, value, type: this.#sent.has(key) ? 'updated' : 'new' });
    this.#sent.add(key);
  }

  #gone(key: ResourceKey): void {
    this.#cured(key);
    if (this.#sent.delete(key)) this.#output.update({ key, type: 'deleted' });
  }

  #invalid(key: ResourceKey, problems: readonly Problem[]): void {
    this.#bad.add(key);
    this.#output.invalid(key, problems);
  }

  #cured(key: ResourceKey): void {
    if (this.#bad.delete(key)) this.#output.invalid(key, []);
  }
}
