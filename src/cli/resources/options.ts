// Options of the resource commands, as calicoctl spells them.
import { type Command, Option } from 'commander';
import { addDatastoreOptions } from '../options.ts';
import type { TargetOptions } from './targets.ts';
import type { SessionOptions } from './session.ts';

export interface ResourceOptions extends SessionOptions, TargetOptions {}

export const WHICH =
  'type of the datastore; without it as calicoctl finds it (DATASTORE_TYPE, ETCD_*, KUBECONFIG, calicoctl.cfg)';

/** How the store is reached, and flags of calicoctl that scripts give and that mean nothing here. */
export function addStoreOptions(command: Command, { writes = true } = {}): Command {
  const anyVersion = new Option(
    '--allow-version-mismatch',
    'write whatever version of Calico the cluster has',
  );
  return addDatastoreOptions(command, WHICH)
    .addOption(anyVersion.hideHelp(!writes))
    .addOption(logLevel())
    .addHelpText(
      'after',
      '\nExit status: 0 everything done, 1 something was not, 2 the command line is wrong.',
    );
}

export const logLevel = (): Option =>
  new Option('-l, --log-level <level>', 'accepted')
    .choices(['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug'])
    .hideHelp();

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-f, --filename <path>',
        'file, directory, or - for standard input; may be repeated',
      ).argParser(collect),
    )
    .option('-R, --recursive', 'go through the folders of directories too')
    .option('--skip-empty', 'it is no error when the files hold nothing');
}

export const addNamespaceOption = (command: Command): Command =>
  command.option('-n, --namespace <name>', 'namespace of namespaced resources (default: "default")');

export const addDryRunOption = (command: Command): Command =>
  command.option('--dry-run', 'check everything and say what would be done; change nothing');
