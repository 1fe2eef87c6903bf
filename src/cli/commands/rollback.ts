// `rollback`: puts back what was there before an unconfirmed `enforce --confirm`, now instead of when its time is over.
// With the hidden `--watch` it is the process that does it when the time is over.
import { Option } from 'commander';
import { rollBack, watch } from '../../apply/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { fail, OK } from '../exit.ts';
import { openSession } from '../host-plan.ts';

interface Options {
  readonly watch?: string;
}

export const define: CommandModule['define'] = (command, start) => {
  command
    .addOption(new Option('--watch <id>').hideHelp())
    .addHelpText('after', '\nExit status: 0 rolled back, 2 nothing waits for confirmation, or an error.')
    .action((opts: Options) =>
      start((context) => (opts.watch === undefined ? now(context) : later(context, opts.watch))),
    );
};

async function now(context: Context): Promise<number> {
  const session = await openSession(context);
  const done = await context.io.uninterrupted(() => rollBack(session));
  if (!done) fail('cli/rollback', 'nothing waits for confirmation, so there is nothing to roll back');
  if (!done.ok) throw new TortieError(done.problems);
  context.report(done.problems);
  context.print('Rolled back.');
  return OK;
}

/** Signals end nothing here: they only make it look whether there is still something to wait for. */
async function later(context: Context, id: string): Promise<number> {
  const session = await openSession(context);
  await context.io.uninterrupted(() => watch(session, id, () => context.io.stdout.write('ready\n')));
  return OK;
}
