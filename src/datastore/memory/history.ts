// What is stored now, and the last changes that led to it, oldest first. Revisions count changes, from 1 of the empty
// store, or from the number given; `oldest` is the first revision whose state can still be told.
import { compareKeys, keyText } from '../keys.ts';
import type { Entry, ObjectKey } from '../types.ts';

export interface Change {
  readonly revision: number;
  readonly key: ObjectKey;
  /** Absent: deleted. */
  readonly entry?: Entry;
  /** Absent: created. */
  readonly old?: Entry;
}

export interface History {
  readonly revision: number;
  readonly oldest: number;
  /** The one after the revision; undefined when nothing came after it yet. The revision must not be before `oldest`. */
  readonly after: (revision: number) => Change | undefined;
  readonly get: (key: ObjectKey, revision?: number) => Entry | undefined;
  /** All of a kind, in the order of the keys. */
  readonly list: (kind: string, revision?: number) => readonly Entry[];
  readonly keys: () => readonly ObjectKey[];
  /** Undefined deletes; then the entry must exist. */
  readonly add: (key: ObjectKey, entry: Entry | undefined) => void;
  /** Called once, at the next change. */
  readonly onChange: (wake: () => void) => void;
}

export function createHistory(kept: number, start = 1): History {
  const now = new Map<string, Map<string, Entry>>();
  // The change of revision r stands at r - oldest - 1 + skipped; a prefix is cut off only now and then.
  let log: Change[] = [];
  let skipped = 0;
  let revision = start;
  let oldest = start;
  let sleepers: (() => void)[] = [];

  const changesAfter = (since: number) => log.slice(skipped + since - oldest);
  const forget = () => {
    skipped++;
    oldest++;
    if (skipped <= kept) return;
    log = log.slice(skipped);
    skipped = 0;
  };

  return {
    get revision() {
      return revision;
    },
    get oldest() {
      return oldest;
    },
    after: (since) => log[skipped + since - oldest],
    get(key, when) {
      const text = keyText(key);
      if (when !== undefined) {
        const next = changesAfter(when).find((c) => c.key.kind === key.kind && keyText(c.key) === text);
        if (next) return next.old;
      }
      return now.get(key.kind)?.get(text);
    },
    list(kind, when) {
      const entries = new Map(now.get(kind));
      const later = when === undefined ? [] : changesAfter(when).filter((c) => c.key.kind === kind);
      for (const { key, old } of later.toReversed()) {
        if (old) entries.set(keyText(key), old);
        else entries.delete(keyText(key));
      }
      return [...entries.values()].sort((a, b) => compareKeys(a.key, b.key));
    },
    keys: () => [...now.values()].flatMap((entries) => [...entries.values()].map(({ key }) => key)),
    add(key, entry) {
      const entries = now.get(key.kind) ?? new Map<string, Entry>();
      now.set(key.kind, entries);
      const text = keyText(key);
      const old = entries.get(text);
      if (entry) entries.set(text, entry);
      else entries.delete(text);
      revision++;
      log.push({ revision, key, ...(entry && { entry }), ...(old && { old }) });
      if (revision - oldest > kept) forget();
      const woken = sleepers;
      sleepers = [];
      for (const wake of woken) wake();
    },
    onChange(wake) {
      sleepers.push(wake);
    },
  };
}
