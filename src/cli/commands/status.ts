// `status`: what this kernel holds of tortie, by whom, since when, and whether it still is what was applied.
import { type HostStatus, readStatus } from '../../apply/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { openSession } from '../host-plan.ts';
import * as options from '../options.ts';
import { toJson } from '../output.ts';

interface Options {
  readonly output: 'text' | 'json';
}

export const define: CommandModule['define'] = (command, start) => {
  options
    .addOutputOption(command)
    .addHelpText(
      'after',
      '\nExit status: 0 the kernel holds what was applied, 1 it holds something else or nothing, 2 an error.',
    )
    .action((opts: Options) => start((context) => status(context, opts)));
};

async function status(context: Context, { output }: Options): Promise<number> {
  const { run, state } = await openSession(context);
  const { value, problems } = await readStatus(run, state);
  if (!value) throw new TortieError(problems);
  context.report(problems);
  context.print(output === 'json' ? json(value) : text(value));
  return value.state === 'as-applied' ? OK : FOUND;
}

function json({ state, loaded, record, drift, pending, outcome }: HostStatus): string {
  return toJson('Status', {
    state,
    loaded,
    ...(record && { applied: applied(record) }),
    drift,
    ...(pending && {
      pending: {
        user: pending.user,
        pid: pending.pid,
        phase: pending.phase,
        secondsLeft: Math.ceil(pending.left / 1000),
        rollbackProcess: pending.unwatched ? null : (pending.watcher?.pid ?? null),
      },
    }),
    ...(outcome && { lastConfirmation: { ending: outcome.ending, time: outcome.time } }),
  });
}

function applied({ dataplane, node, inputs, time, user, pid, version }: NonNullable<HostStatus['record']>) {
  return { dataplane, node, inputs, time, user, pid, version };
}

/** Of what has changed, as many as can be read at a glance. */
const SHOWN = 20;

function text(status: HostStatus): string {
  const { record, loaded, drift } = status;
  const lines: [string, string][] = [['loaded', loaded.join(', ') || 'nothing']];
  if (record) {
    lines.push(
      ['node', record.node],
      ['inputs', record.inputs.join(' ')],
      ['applied', `${record.time} by ${record.user}, process ${record.pid}, tortie ${record.version}`],
    );
  }
  lines.push(['state', stateText(status)]);
  for (const { change, object } of drift.slice(0, SHOWN)) lines.push(['', `${change} ${object}`]);
  if (drift.length > SHOWN) lines.push(['', `… ${drift.length - SHOWN} more`]);
  const waits = pendingText(status);
  if (waits !== undefined) lines.push(['confirm', waits]);
  return lines.map(([name, value]) => `${name.padEnd(8)} ${value}`.trimEnd()).join('\n');
}

function stateText({ state, drift, loaded }: HostStatus): string {
  switch (state) {
    case 'as-applied':
      return 'as applied';
    case 'changed':
      return loaded.length === 0
        ? 'gone since it was applied'
        : `changed since it was applied (${drift.length})`;
    case 'unrecorded':
      return 'not applied by tortie enforce, or before the state folder was emptied';
    case 'nothing':
      return 'nothing is enforced';
  }
}

function pendingText({ pending, outcome }: HostStatus): string | undefined {
  if (!pending) {
    return outcome?.ending === 'rolled-back' ? `not confirmed, rolled back ${outcome.time}` : undefined;
  }
  if (pending.left > 0) {
    const gone = pending.unwatched ? ', but the process for that is gone' : '';
    return `rolled back in ${Math.ceil(pending.left / 1000)} s unless confirmed${gone}`;
  }
  return pending.unwatched ? 'overdue: tortie rollback (any enforce does it first)' : 'is being rolled back';
}
