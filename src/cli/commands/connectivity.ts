// `connectivity`: who may talk to whom; with OLD and NEW, what a change of policy does to that, and which policy did it.
import { protocolNumber } from '../../net/index.ts';
import { connectivity as compute, connectivityDiff, type ConnectivityInput } from '../../verdict/index.ts';
import type { CommandModule } from '../command.ts';
import {
  type ConnectivityFormat,
  namesOf,
  printConnectivity,
  printConnectivityDiff,
} from '../connectivity-view.ts';
import type { Context } from '../context.ts';
import { fail, FOUND, OK } from '../exit.ts';
import { compileNodes, type LoadedPolicy, loadPolicy } from '../load.ts';
import * as options from '../options.ts';

interface Options extends options.InputOptions {
  readonly output: ConnectivityFormat;
}

export const define: CommandModule['define'] = (command, start) => {
  command.argument('[old]', 'file or directory').argument('[new]', 'file or directory');
  options.addInputOptions(command, { required: false, datastore: true });
  options
    .addOutputOption(command, ['text', 'json', 'csv'])
    .addHelpText(
      'after',
      '\nThe hosts themselves are not asked about, nor what an endpoint sends to itself.' +
        '\nWith OLD and NEW only what changes is shown, and what -f names is read on both sides.' +
        '\nExit status: 0 fine, 1 OLD and NEW differ, 2 an error.',
    )
    .action((older: string | undefined, newer: string | undefined, opts: Options) =>
      start((context) => connectivity(context, older, newer, opts)),
    );
};

async function connectivity(
  context: Context,
  older: string | undefined,
  newer: string | undefined,
  opts: Options,
): Promise<number> {
  const files = opts.filename ?? [];
  if (older !== undefined && newer === undefined)
    fail('cli/usage', 'one input is no comparison', `write -f ${older}, or two inputs, OLD and NEW`);
  if (older === undefined && files.length === 0 && opts.datastore === undefined)
    fail('cli/usage', 'no input', 'add -f FILE, --datastore TYPE, or OLD and NEW');
  const load = (more: readonly string[]) => loadPolicy(context, { ...opts, filename: [...files, ...more] });
  if (older === undefined || newer === undefined) {
    const loaded = await load([]);
    const names = namesOf([loaded]);
    printConnectivity(context, compute(inputOf(context, loaded)), { output: opts.output, names });
    return OK;
  }
  const [before, after] = [await load([older]), await load([newer])];
  const diff = connectivityDiff(inputOf(context, before), inputOf(context, after));
  printConnectivityDiff(context, diff, {
    output: opts.output,
    names: namesOf([before, after]),
    before,
    after,
  });
  return diff.changes.length + diff.added.length + diff.removed.length > 0 ? FOUND : OK;
}

function inputOf(context: Context, loaded: LoadedPolicy): ConnectivityInput {
  const declared = loaded.resources.flatMap((r) =>
    r.kind === 'WorkloadEndpoint' ? (r.spec.ports ?? []) : [],
  );
  const ports = declared.flatMap(({ protocol, port }) => {
    const number = typeof protocol === 'number' ? protocol : protocolNumber(protocol);
    return number === undefined ? [] : { protocol: number, port };
  });
  return { policies: compileNodes(context, loaded, loaded.nodes), ports };
}
