// `counters`: packets and bytes of every policy rule that the kernel enforces, with the time since which they count.
import { type Counters, readCounters, readRecord } from '../../apply/index.ts';
import { escapeControls, TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { errorsOf, FOUND, OK } from '../exit.ts';
import { openSession, prepare } from '../host-plan.ts';
import type { Locate } from '../load.ts';
import * as options from '../options.ts';
import { toJson } from '../output.ts';

interface Options extends options.InputOptions, options.NodeOptions, options.DialectOptions {
  readonly output: 'text' | 'json';
}

export const define: CommandModule['define'] = (command, start) => {
  options.addInputOptions(command, { required: false });
  options.addNodeOptions(command);
  options.addDialectOptions(command);
  options
    .addOutputOption(command)
    .addHelpText(
      'after',
      `
With -f, each rule comes with its file and line, and long names are never cut.

Exit status: 0 counters, 1 nothing is enforced, 2 an error.`,
    )
    .action((opts: Options) => start((context) => counters(context, opts)));
};

async function counters(context: Context, opts: Options): Promise<number> {
  const { run, state } = await openSession(context);
  const target =
    (opts.filename ?? []).length > 0
      ? await prepare(context, { ...opts, iptablesBackend: 'auto' })
      : undefined;
  const { value, problems } = await readCounters(run, {
    record: readRecord(state),
    ...(target && { wanted: target.wanted }),
  });
  if (!value || errorsOf(problems).length > 0) throw new TortieError(problems);
  context.report(problems);
  const locate: Locate = target?.loaded.locate ?? (() => undefined);
  context.print(opts.output === 'json' ? json(value, locate) : text(value, locate));
  return value.length > 0 ? OK : FOUND;
}

function json(all: readonly Counters[], locate: Locate): string {
  const counters = all.flatMap(({ dataplane, rules }) =>
    rules.map(({ rule, packets, bytes, since }) => {
      const place = locate({ rule });
      return {
        dataplane,
        rule,
        // Numbers for jq; exact to 9 petabytes.
        packets: Number(packets),
        bytes: Number(bytes),
        since,
        ...(place && { file: place.file, ...(place.line !== undefined && { line: place.line }) }),
      };
    }),
  );
  return toJson('Counters', { counters });
}

function text(all: readonly Counters[], locate: Locate): string {
  if (all.length === 0) return 'nothing is enforced';
  return all
    .map(({ dataplane, rules }) => {
      const head = ['PACKETS', 'BYTES', 'SINCE', 'RULE'];
      const rows = rules.map(({ rule, packets, bytes, since }) => {
        const place = locate({ rule });
        const where = place ? `  ${place.file}${place.line === undefined ? '' : `:${place.line}`}` : '';
        return [`${packets}`, `${bytes}`, since ?? 'unknown', escapeControls(rule) + where];
      });
      const width = (i: number) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0));
      const widths = head.map((_, i) => width(i));
      const lines = [head, ...rows].map((row) =>
        row
          .map((cell, i) =>
            i < 2 ? cell.padStart(widths[i] ?? 0) : i === 2 ? cell.padEnd(widths[i] ?? 0) : cell,
          )
          .join('  '),
      );
      return (all.length > 1 ? [`${dataplane}:`, ...lines] : lines).join('\n');
    })
    .join('\n\n');
}
