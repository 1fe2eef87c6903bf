// One kind of one datastore, kept in step (follow.ts). It remembers keys and revisions, not values, so that what went
// while nobody watched is found, and what did not change is not sent again.
import type { Datastore, DatastoreError, Entry, Listing, ObjectKey, WatchEvent } from '../datastore/index.ts';
import type { Problem } from '../errors/index.ts';
import type { ResourceKey } from '../resources/index.ts';
import type { Clock } from './clock.ts';
import { decode, keyOfEntry } from './decode.ts';
import { follow, type Follower } from './follow.ts';
import type { SyncStatus, SyncUpdate } from './types.ts';

/** Where it all goes; called in the order of the events. */
export interface CacheOutput {
  update(update: SyncUpdate): void;
  status(kind: string, status: SyncStatus): void;
  invalid(key: ResourceKey, problems: readonly Problem[]): void;
  trouble(kind: string, error: unknown): void;
}

export async function keepInStep(
  store: Datastore,
  kind: string,
  output: CacheOutput,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await follow({ store, selection: { kind }, clock, old: false }, new Known(kind, output), signal);
}

/** The keys and revisions that were seen, and which few of them the receiver has not. */
class Known implements Follower {
  readonly #kind: string;
  readonly #output: CacheOutput;
  readonly #revisions = new Map<ResourceKey, string>();
  /** During a list: what was there before it, and has not come yet. */
  #missing = new Set<ResourceKey>();
  /** Stored and not valid. */
  readonly #bad = new Set<ResourceKey>();
  /** Seen, and in no version that could be sent. */
  readonly #unsent = new Set<ResourceKey>();

  constructor(kind: string, output: CacheOutput) {
    this.#kind = kind;
    this.#output = output;
  }

  begin(): (items: readonly Entry[]) => void {
    this.#missing = new Set(this.#revisions.keys());
    return (items) => this.#present(items);
  }

  replace({ items, problems }: Listing): void {
    this.#present(items);
    // What is there and cannot be read has not gone: it stays as it was.
    for (const { resource, ...problem } of problems) {
      const key = resource ?? this.#kind;
      this.#missing.delete(key);
      if (!this.#revisions.has(key)) {
        this.#revisions.set(key, '');
        this.#unsent.add(key);
      }
      this.#invalid(key, [{ ...problem, ...(resource !== undefined && { resource }) }]);
    }
    for (const key of this.#missing) this.#gone(key);
    this.#missing.clear();
  }

  take(event: Exclude<WatchEvent, { type: 'error' }>): string {
    if (event.type === 'bookmark') return event.revision;
    if (event.type === 'deleted') {
      this.#gone(keyOfEntry(event));
      return event.revision;
    }
    this.#put(keyOfEntry(event.entry), event.entry);
    return event.entry.revision;
  }

  unreadable({ key, error }: { readonly key?: ObjectKey; readonly error: DatastoreError }): void {
    if (!key) return this.#output.trouble(this.#kind, error);
    this.#invalid(keyOfEntry({ key }), error.problems);
  }

  status(status: SyncStatus): void {
    this.#output.status(this.#kind, status);
  }

  trouble(error: unknown): void {
    this.#output.trouble(this.#kind, error);
  }

  #present(items: readonly Entry[]): void {
    for (const entry of items) {
      const key = keyOfEntry(entry);
      this.#put(key, entry);
      this.#missing.delete(key);
    }
  }

  #put(key: ResourceKey, entry: Entry): void {
    const before = this.#revisions.get(key);
    if (before === entry.revision && !this.#bad.has(key)) return;
    this.#revisions.set(key, entry.revision);
    const { value, problems } = decode(entry);
    const bad = problems.some(({ severity }) => severity === 'error');
    if (before === undefined && (bad || !value)) this.#unsent.add(key);
    if (bad) return this.#invalid(key, problems);
    this.#cured(key);
    if (!value) return;
    const isNew = before === undefined || this.#unsent.delete(key);
    this.#output.update({ key, value, type: isNew ? 'new' : 'updated' });
  }

  #gone(key: ResourceKey): void {
    const known = this.#revisions.delete(key);
    this.#cured(key);
    if (known && !this.#unsent.delete(key)) this.#output.update({ key, type: 'deleted' });
  }

  #invalid(key: ResourceKey, problems: readonly Problem[]): void {
    this.#bad.add(key);
    this.#output.invalid(key, problems);
  }

  #cured(key: ResourceKey): void {
    if (this.#bad.delete(key)) this.#output.invalid(key, []);
  }
}
