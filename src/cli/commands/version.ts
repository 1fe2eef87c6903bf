// `version`: of this program, and where a datastore is configured of the cluster, in calicoctl's lines.
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { OK } from '../exit.ts';
import { addDatastoreOptions, type DatastoreOptions } from '../options.ts';
import { toJson } from '../output.ts';
import { CALICO_API } from '../resources/calico-version.ts';
import { logLevel, WHICH } from '../resources/options.ts';
import { version } from '../version.ts';

interface Options extends DatastoreOptions {
  readonly output: 'text' | 'json';
  readonly client?: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  addDatastoreOptions(command, WHICH)
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addOption(new Option('--allow-version-mismatch', 'accepted; nothing is written').hideHelp())
    .addOption(logLevel())
    .option('--client', 'of this program alone')
    .addHelpText(
      'after',
      '\nExit status: 0 fine, 1 the version of the cluster cannot be had, 2 another error.',
    )
    .action((opts: Options) => start((context) => show(context, opts)));
};

async function show(context: Context, opts: Options): Promise<number> {
  if (opts.client || opts.output === 'json' || isOffline(context, opts)) {
    const facts = { version: version(), node: process.version, calicoApi: CALICO_API };
    const said = `tortie ${facts.version} (Node ${facts.node}, Calico API ${CALICO_API})`;
    context.print(opts.output === 'json' ? toJson('Version', facts) : said);
    return OK;
  }
  context.print(`Client Version:    ${version()}\nGit commit:        unknown`);
  const { showCluster } = await import('../resources/cluster-version.ts');
  return showCluster(context, opts);
}

/** Nothing names a datastore: this program is of use without one. */
function isOffline({ io }: Context, { datastore, config, context }: Options): boolean {
  if (
    io.openDatastore !== undefined ||
    datastore !== undefined ||
    config !== undefined ||
    context !== undefined
  )
    return false;
  const names = ['DATASTORE_TYPE', 'ETCD_ENDPOINTS', 'ETCD_DISCOVERY_SRV', 'KUBECONFIG', 'K8S_API_ENDPOINT'];
  return (
    !names.some((name) => io.env.get(name) || io.env.get(`CALICO_${name}`)) &&
    !existsSync('/etc/calico/calicoctl.cfg')
  );
}
