// A selection of one datastore, followed: list, watch from there, and over again when the watch can go on no more. What
// came and went meanwhile is for the follower to find out, by comparing a list with what it knows.
//
// Trouble is never an end. A watch that ends is opened again from the last revision; after five times without an event
// in between, or when the revision has expired, all is listed anew. Waits grow by chance up to 30 s (decorrelated
// jitter), so that many nodes do not return together to a server that has just started.
import type { Datastore, Entry, Listing, ListOptions, Selection, WatchEvent } from '../datastore/types.ts';
import { DatastoreError } from '../datastore/errors.ts';
import { isLatest } from '../datastore/keys.ts';
import { type Clock, systemClock } from './clock.ts';
import type { SyncStatus } from './types.ts';

export interface FollowOptions {
  readonly store: Pick<Datastore, 'list' | 'watch'>;
  readonly selection: Selection;
  readonly clock?: Clock;
  /** Whether events are to carry `old`; default true. */
  readonly old?: boolean;
}

/** Called in the order of the events. */
export interface Follower {
  /** A list begins, the first or a new one; answers what takes its items as they come. Absent: `replace` has them all. */
  begin?(): (items: readonly Entry[]) => void;
  /** All that there is, but for the items that were taken. */
  replace(listing: Listing): void;
  /** Answers the revision of the event. */
  take(event: Exclude<WatchEvent, { type: 'error' }>): string;
  /** One entry could not be read. */
  unreadable(event: Extract<WatchEvent, { type: 'error' }>): void;
  status(status: SyncStatus): void;
  trouble(error: unknown): void;
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

/** Resolves when the signal is aborted; rejects with what the follower throws. */
export async function follow(
  { store, selection, clock = systemClock, old = true }: FollowOptions,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  const pause = pauses(clock, signal);
  let contact = clock.now();
  /** Status changes of kinds that are asked for again and again would say nothing. */
  let quiet = false;
  let listedBefore = false;
  /** Of the last list, for the shortest time between two. */
  let listedAt = -Infinity;
  const failed = (error: unknown) => {
    follower.trouble(error);
    if (clock.now() - contact > TIMES.lostAfter) follower.status('wait-for-datastore');
  };

  while (!signal.aborted) {
    await clock.sleep(listedAt + TIMES.betweenLists - clock.now(), signal);
    if (signal.aborted) return;
    listedAt = clock.now();
    const revision = await listNow();
    if (signal.aborted) return;
    if (revision === undefined) {
      await pause.longer();
      continue;
    }
    quiet = isLatest(revision) || !(await watchFrom(revision));
    if (quiet) await clock.sleep(TIMES.poll, signal);
  }

  /** Answers the revision, undefined when it failed. On its own, so that nothing holds the items while it is watched. */
  async function listNow(): Promise<string | undefined> {
    let listing: Listing;
    try {
      if (listedBefore && !quiet) follower.status('resync-in-progress');
      listing = await store.list(selection, { signal, ...takeItems() });
    } catch (error) {
      if (!signal.aborted) failed(error);
      return undefined;
    }
    contact = clock.now();
    listedBefore = true;
    pause.reset();
    if (!quiet) follower.status('resync-in-progress');
    follower.replace(listing);
    if (!quiet && listing.missing) follower.trouble(listing.missing);
    follower.status('in-sync');
    return listing.revision;
  }

  function takeItems(): Pick<ListOptions, 'onItems'> {
    const take = follower.begin?.();
    if (!take) return {};
    return {
      onItems(items) {
        contact = clock.now();
        if (!quiet) follower.status('resync-in-progress');
        take(items);
      },
    };
  }

  /** Until a new list is needed. Answers false when this kind cannot be watched. */
  async function watchFrom(start: string): Promise<boolean> {
    let revision = start;
    let tries = 0;
    while (!signal.aborted && tries < TIMES.triesAtOneRevision) {
      const opened = clock.now();
      tries++;
      try {
        for await (const event of store.watch(selection, { revision, bookmarks: true, old, signal })) {
          if (event.type === 'error') {
            if (event.error.code === 'datastore/expired') return true;
            if (event.final) throw event.error;
            follower.unreadable(event);
            if (event.revision === undefined) continue;
            revision = event.revision;
          } else revision = follower.take(event);
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
