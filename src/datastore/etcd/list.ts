// What a selection selects, read and decoded. What cannot be decoded is told beside the rest.
import { withDefaultAllowProfile } from '../default-allow.ts';
import { DatastoreError } from '../errors.ts';
import type { Entry, ListOptions, Selection } from '../types.ts';
import type { Connection } from './connection.ts';
import type { KeyValue } from './generated/etcd_pb.ts';
import { keyReader, rangeOf } from './keys.ts';
import { readPages } from './pages.ts';
import { decodeEntry } from './values.ts';

/** A list that takes longer than what the server keeps is begun anew, so often. */
const TRIES = 3;

/** What is handed on in small parts has gone again before the next ones are made, which costs the collector least. */
const AT_ONCE = 250;

export interface Listed {
  readonly entries: readonly Entry[];
  readonly errors: readonly DatastoreError[];
  readonly revision: bigint;
}

/**
 * `at` undefined: now. `stored`: without the profile that is in no store. Profiles do not go to `onItems`: that one has a
 * place among them.
 */
export async function listSelection(
  connection: Connection,
  selection: Selection,
  at: bigint | undefined,
  signal: AbortSignal | undefined,
  { stored = false, onItems }: Pick<ListOptions, 'onItems'> & { readonly stored?: boolean } = {},
): Promise<Listed> {
  const handOn = selection.kind === 'Profile' ? undefined : onItems;
  const range = rangeOf('List', selection);
  const readKey = keyReader(selection);
  let entries: Entry[] = [];
  let errors: DatastoreError[] = [];
  let revision = 0n;
  const flush = () => {
    if (!handOn || entries.length === 0) return;
    handOn(entries);
    entries = [];
  };
  const reader = {
    start(of: bigint) {
      revision = of;
      entries = [];
      errors = [];
    },
    page(kvs: readonly KeyValue[]) {
      for (const kv of kvs) {
        const key = readKey(kv.key);
        if (!key) continue;
        try {
          entries.push(decodeEntry(key, kv));
          if (entries.length === AT_ONCE) flush();
        } catch (error) {
          if (!(error instanceof DatastoreError)) throw error;
          errors.push(error);
        }
      }
      flush();
    },
  };
  // What was handed on cannot be taken back: whoever took it begins anew.
  await readPages(connection, range, at, reader, signal, { tries: handOn ? 1 : TRIES });
  return { entries: stored ? entries : withDefaultAllowProfile(selection, entries), errors, revision };
}
