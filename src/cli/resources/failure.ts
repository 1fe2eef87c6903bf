// How the resource commands fail: with calicoctl's words on standard error, as they are, and status 1. What calicoctl
// has no words for gets a line with what can be done.
import { escapeControls, problem, TortieError } from '../../errors/index.ts';
import type { Start } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND } from '../exit.ts';

export function refuse(message: string, hint?: string): never {
  throw new TortieError([problem('cli/resource', message, hint === undefined ? {} : { hint })]);
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
        complain(context, failureText(error));
        const hints = [...new Set(error.problems.flatMap(({ hint }) => hint ?? []))];
        for (const hint of hints) complain(context, `hint: ${hint}`);
        if (context.debug) context.io.stderr.write(`${error.stack ?? ''}\n`);
        return FOUND;
      }
    });

export const failureText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Nothing from a store or a file reaches the terminal as a control character. */
export function complain(context: Context, text: string): void {
  context.io.stderr.write(`${text.split('\n').map(escapeControls).join('\n')}\n`);
}

/** Runs `work` for each and keeps what failed; anything but a TortieError is a fault of ours and goes on. */
export async function collecting<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<readonly { readonly item: T; readonly message: string }[]> {
  const failed: { item: T; message: string }[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      if (!(error instanceof TortieError)) throw error;
      failed.push({ item, message: error.message });
    }
  }
  return failed;
}
