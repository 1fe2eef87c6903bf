// What a command on several objects says at its end, in calicoctl's words. Failures of objects stand in one pair of
// brackets, as Go prints a list.
import type { ApiObject } from '../../resources/api-object.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { complain, type Failed } from './failure.ts';
import { identifier, keyOf } from './targets.ts';

export interface Outcome {
  readonly objects: readonly ApiObject[];
  readonly failed: readonly Failed<ApiObject>[];
  /** Behind a message of success. */
  readonly note: string;
}

const DONE = { create: 'created', apply: 'applied', replace: 'replaced', delete: 'deleted' } as const;

/** For create and apply. The answer is the exit status. */
export function reportWrites(context: Context, verb: 'create' | 'apply', outcome: Outcome): number {
  const { objects, failed, note } = outcome;
  const handled = objects.length - failed.length;
  const kind = kindText(objects);
  const errors = `[${failed.map(({ message }) => message).join(' ')}]`;
  if (failed.length === 0) {
    context.print(`Successfully ${DONE[verb]} ${handled} ${kind}resource(s)${note}`);
    return OK;
  }
  if (handled === 0) {
    const what = objects.length === 1 ? `${kind}resource` : `any ${kind}resources`;
    complainOf(context, verb, `failed to ${verb} ${what}: ${errors}`, outcome);
    return FOUND;
  }
  if (handled > failed.length) context.print(partly(verb, handled, objects));
  complainOf(context, verb, `hit error: ${errors}`, outcome);
  return FOUND;
}

/** Which ones, where the messages do not tell: of several a person must find them. */
const NAMED = 10;

function complainOf(
  context: Context,
  verb: keyof typeof DONE,
  text: string,
  { objects, failed }: Outcome,
): void {
  complain(context, text, failed);
  if (objects.length === 1) return;
  const names = failed.map(({ item }) => identifier(keyOf(item))).filter((name) => !text.includes(name));
  if (names.length === 0) return;
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  complain(context, `hint: not ${DONE[verb]}: ${names.slice(0, NAMED).join(', ')}${more}`);
}

/** calicoctl counts what it tried as replaced, and remembers the last error alone. */
export function reportReplaced(context: Context, outcome: Outcome): number {
  const { objects, failed, note } = outcome;
  const kind = kindText(objects);
  const last = failed.at(-1);
  if (last === undefined) {
    context.print(`Successfully replaced ${objects.length} ${kind}resource(s)${note}`);
    return OK;
  }
  context.print(partly('replace', objects.length, objects));
  complainOf(context, 'replace', `hit error: ${last.message}`, outcome);
  return FOUND;
}

export function reportDeleted(context: Context, { objects, failed, note }: Outcome): number {
  const handled = objects.length - failed.length;
  if (handled > 0) context.print(`Successfully deleted ${handled} ${kindText(objects)}resource(s)${note}`);
  if (failed.length === 0) return OK;
  const lines = failed.map(({ message }) => `Failed to delete ${kindText(objects)}resource: ${message}\n`);
  complain(context, lines.join(''), failed);
  return FOUND;
}

function partly(verb: keyof typeof DONE, handled: number, objects: readonly ApiObject[]): string {
  return `Partial success: ${DONE[verb]} the first ${handled} out of ${objects.length} ${kindText(objects)}resources:`;
}

/** `'Tier' `, or nothing where they are of several kinds. */
function kindText(objects: readonly ApiObject[]): string {
  const kinds = new Set(objects.map(({ kind }) => kind));
  return kinds.size === 1 ? `'${objects[0]?.kind}' ` : '';
}
