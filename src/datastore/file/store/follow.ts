// Follows the directory while somebody watches: the system tells of changes in each directory, and now and then
// everything is looked at all the same, since events get lost and some file systems have none.
import { type FSWatcher, watch } from 'node:fs';
import type { DatastoreError } from '../../errors.ts';
import type { Contents } from './contents.ts';

export interface Follower {
  /** Call what it answers when done; the last one ends it. */
  readonly start: () => () => void;
  /** The directory itself could not be read when it was last looked at. */
  readonly failure: DatastoreError | undefined;
  readonly end: () => void;
}

export interface FollowTimes {
  /** Between two looks when the system tells of changes, and when it does not. */
  readonly rescan: number;
  readonly poll: number;
  /** After a change, so that whoever writes can finish. */
  readonly settle: number;
}

export const TIMES: FollowTimes = { rescan: 10_000, poll: 1_000, settle: 50 };

export function createFollower(
  contents: Contents,
  times: FollowTimes,
  watching: typeof watch = watch,
): Follower {
  let users = 0;
  let failure: DatastoreError | undefined;
  let blind = false;
  let timer: NodeJS.Timeout | undefined;
  let settling: NodeJS.Timeout | undefined;
  const watchers = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>();

  const lookNow = () => {
    clearTimeout(settling);
    settling = undefined;
    if (users === 0) return;
    try {
      contents.refresh();
      failure = undefined;
      follow();
    } catch (error) {
      failure = error as DatastoreError;
      contents.wake();
    }
    clearTimeout(timer);
    timer = setTimeout(lookNow, blind ? times.poll : times.rescan);
    timer.unref();
  };
  const soon = () => {
    settling ??= setTimeout(lookNow, times.settle);
  };

  function follow(): void {
    const wanted = contents.directories();
    for (const [path, { id }] of watchers) if (wanted.get(path) !== id) drop(path);
    blind = false;
    for (const [path, id] of wanted) {
      if (watchers.has(path)) continue;
      try {
        const watcher = watching(path, { persistent: false }, soon);
        watcher.on('error', () => {
          drop(path);
          soon();
        });
        watchers.set(path, { id, watcher });
      } catch {
        // Too many watches, or a file system without them.
        blind = true;
      }
    }
  }

  function drop(path: string): void {
    watchers.get(path)?.watcher.close();
    watchers.delete(path);
  }

  function end(): void {
    for (const path of watchers.keys()) drop(path);
    clearTimeout(timer);
    clearTimeout(settling);
    settling = undefined;
    failure = undefined;
  }

  return {
    start() {
      users++;
      if (users === 1) lookNow();
      return () => {
        users--;
        if (users === 0) end();
      };
    },
    get failure() {
      return failure;
    },
    end,
  };
}
