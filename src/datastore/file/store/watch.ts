// A watch of the directory: the walk through its history, as in memory, and beside it what cannot be read, told once
// each as an error that is not final.
import type { Problem } from '../../../errors/index.ts';
import { link } from '../../abort.ts';
import { DatastoreError, expired } from '../../errors.ts';
import { selects } from '../../keys.ts';
import type { History } from '../../memory/history.ts';
import { eventOf } from '../../memory/watch.ts';
import type { ObjectKey, Selection, WatchEvent } from '../../types.ts';
import type { Contents } from './contents.ts';
import type { Follower } from './follow.ts';

/** `from` undefined: what exists first. Ends with the first of the signals. */
export async function* watchContents(
  contents: Contents,
  follower: Follower,
  selection: Selection,
  from: number | undefined,
  signals: readonly (AbortSignal | undefined)[],
): AsyncGenerator<WatchEvent, void> {
  const { signal, release } = link(...signals);
  const stop = follower.start();
  try {
    yield* walk(contents, follower, selection, from, signal);
  } finally {
    stop();
    release();
  }
}

async function* walk(
  contents: Contents,
  follower: Follower,
  selection: Selection,
  from: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  const { history } = contents;
  if (signal.aborted) return;
  try {
    contents.refresh();
  } catch (error) {
    yield { type: 'error', error: error as DatastoreError, final: true };
    return;
  }
  let seen = from ?? history.revision;
  let told = new Set<string>();
  if (from === undefined)
    for (const entry of history.list(selection.kind)) {
      if (signal.aborted) return;
      if (selects(selection, entry.key)) yield { type: 'added', entry };
    }
  while (!signal.aborted) {
    if (seen < history.oldest || seen > history.revision) {
      yield { type: 'error', error: expired(String(seen), String(history.oldest)), final: true };
      return;
    }
    const change = history.after(seen);
    if (change) {
      seen = change.revision;
      if (change.key.kind === selection.kind && selects(selection, change.key)) yield eventOf(change);
      continue;
    }
    const problems = new Map(contents.problems(selection.kind).map((each) => [textOf(each), each]));
    const fresh = [...problems].filter(([text]) => !told.has(text));
    told = new Set(problems.keys());
    for (const [, problem] of fresh) {
      const event = errorOf(problem, selection, history);
      if (event) yield event;
      if (signal.aborted) return;
    }
    if (follower.failure) {
      yield { type: 'error', error: follower.failure, final: true };
      return;
    }
    if (fresh.length === 0) await nextChange(contents, signal);
  }
}

const textOf = ({ message, place, resource }: Problem) =>
  JSON.stringify([message, place?.file, place?.line, resource]);

function errorOf(problem: Problem, selection: Selection, history: History): WatchEvent | undefined {
  const key = keyOf(problem, selection.kind);
  if (key && !selects(selection, key)) return undefined;
  const error = new DatastoreError('datastore/parse', problem.message, {
    problems: [problem],
    ...(key && { key }),
  });
  return { type: 'error', error, final: false, revision: String(history.revision), ...(key && { key }) };
}

/** Of the watched kind; the problems of contents.ts name no other. */
function keyOf({ resource }: Problem, kind: string): ObjectKey | undefined {
  const [, first = '', ...rest] = resource?.split('/') ?? [];
  if (resource === undefined || !resource.startsWith(`${kind}/`)) return undefined;
  return rest.length === 0 ? { kind, name: first } : { kind, namespace: first, name: rest.join('/') };
}

function nextChange(contents: Contents, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake);
      resolve();
    };
    signal.addEventListener('abort', wake);
    contents.onChange(wake);
    if (signal.aborted) wake();
  });
}
