// How the resource commands fail: with calicoctl's words on standard error, as they are, and status 1. What calicoctl
// has no words for gets a line with what can be done.
import { escapeControls, type Place, problem, TortieError } from '../../errors/index.ts';
import type { Start } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND } from '../exit.ts';

const REFUSED = 'cli/resource';

export function refuse(message: string, hint?: string): never {
  throw new TortieError([problem(REFUSED, message, hint === undefined ? {} : { hint })]);
}

/** Starts the work of a resource command. */
export const plainly =
  (start: Start) =>
  (work: (context: Context) => Promise<number>): Promise<void> =>
    start(async (context) => {
      try {
        return await work(context);
      } catch (error) {
        if (!(error instanceof TortieError)) throw error;
        // A place in a template is shown; calicoctl has no words for it.
        if (error.problems.every(({ code }) => code === 'cli/template')) context.report(error.problems);
        else complain(context, failureText(error), [{ error }]);
        return FOUND;
      }
    });

export const failureText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Nothing from a store or a file reaches the terminal as a control character. Behind the text of `failed` come what can
 * be done, each once, and with `--debug` where it happened.
 */
export function complain(
  context: Context,
  text: string,
  failed: readonly Pick<Failed, 'error'>[] = [],
): void {
  const hints = new Set(failed.flatMap(({ error }) => error.problems.flatMap(({ hint }) => hint ?? [])));
  const traces = context.debug ? failed.map(({ error }) => error.stack ?? '') : [];
  const lines = [text, ...[...hints].map((hint) => `hint: ${hint}`), ...traces].join('\n').split('\n');
  context.io.stderr.write(`${lines.map(escapeControls).join('\n')}\n`);
}

/** With file, line and column in front of it, where there are any. */
export const placed = (place: Place | undefined, message: string): string =>
  place === undefined
    ? message
    : `${place.file}${place.line === undefined ? '' : `:${place.line}:${place.column ?? 1}`}: ${message}`;

/** What could not be done with one of several. */
export interface Failed<T = unknown> {
  readonly item: T;
  readonly message: string;
  readonly error: TortieError;
}

/** Runs `work` for each and keeps what failed; anything but a TortieError is a fault of ours and goes on. */
export async function collecting<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<readonly Failed<T>[]> {
  const failed: Failed<T>[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      if (!(error instanceof TortieError)) throw error;
      failed.push({ item, message: error.message, error });
    }
  }
  return failed;
}

/** The failure in other words, with the same advice. */
export function refuseAs(message: string, { error }: Pick<Failed, 'error'>): never {
  return refuse(message, error.problems.find(({ hint }) => hint !== undefined)?.hint);
}

/** The work, with other words for what it refuses; documents that cannot be read speak for themselves. */
export async function reworded<T>(
  reword: (message: string) => string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TortieError) || error.problems.some(({ code }) => code !== REFUSED)) throw error;
    return refuseAs(reword(error.message), { error });
  }
}
