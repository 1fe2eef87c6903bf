// Revisions as text: of an object what it says (entry.ts), of a list and a deletion a position in the history.
import { expired, futureRevision, invalidRevision } from '../../errors.ts';
import type { History } from '../../memory/history.ts';
import type { ObjectKey, Revision } from '../../types.ts';

const OBJECT = /^h[0-9a-f]{16}$/;
const FAR = 1e9;
const POSITION = /^\d{1,16}$/;

/** As it is compared with an object's; any other store's revision is just not the same. */
export function objectRevision(revision: Revision | undefined, key: ObjectKey): Revision {
  if (revision === undefined || !(OBJECT.test(revision) || POSITION.test(revision)))
    throw invalidRevision(revision, key);
  return revision;
}

/** Of which state to read. Throws invalid or expired. */
export function positionToRead(history: History, revision: Revision): number {
  const position = positionToWatch(history, revision);
  if (position === undefined) throw expired(revision, String(history.oldest));
  if (position > history.revision) throw futureRevision(revision, String(history.revision));
  // Positions of another process are far off.
  if (position < history.oldest - FAR) throw invalidRevision(revision);
  if (position < history.oldest) throw expired(revision, String(history.oldest));
  return position;
}

/** Undefined: no longer known. An object can have said the same twice; the events since the first time miss nothing. */
export function positionToWatch(history: History, revision: Revision): number | undefined {
  if (POSITION.test(revision)) return Number(revision);
  if (!OBJECT.test(revision)) throw invalidRevision(revision);
  for (let at = history.oldest; ; ) {
    const change = history.after(at);
    if (!change) return undefined;
    at = change.revision;
    if (change.entry?.revision === revision) return at;
  }
}
