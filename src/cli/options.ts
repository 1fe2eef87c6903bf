// Options that several commands share, each written once, so that they mean the same everywhere.
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface DatastoreOptions {
  readonly datastore?: 'etcd' | 'etcdv3' | 'kubernetes' | 'file';
  /** File of kind CalicoAPIConfig. */
  readonly config?: string;
  /** Of the kubeconfig. */
  readonly context?: string;
}

export interface InputOptions extends DatastoreOptions {
  readonly filename?: readonly string[];
  readonly maxFileSize?: number;
}

export interface NodeOptions {
  readonly node?: string;
  readonly host?: string;
  readonly interfaces?: 'calico' | 'routes';
}

export interface DialectOptions {
  readonly dataplane: 'nftables' | 'iptables';
  readonly logAction: 'log' | 'nflog';
}

export interface BackendOptions {
  readonly iptablesBackend: 'auto' | 'nft' | 'legacy';
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** With `datastore` the input may also be a datastore, so that no file is needed. */
export function addInputOptions(command: Command, { required = true, datastore = false } = {}): Command {
  const option = new Option(
    '-f, --filename <path>',
    'file, directory, or - for standard input; may be repeated',
  ).argParser(collect);
  command
    .addOption(option)
    .option('--max-file-size <size>', 'refuse larger files, e.g. 512K, 64M', parseSize);
  if (!datastore) {
    option.makeOptionMandatory(required);
    return command;
  }
  return addDatastoreOptions(command);
}

const INSTEAD_OF_FILES =
  'read from a datastore instead of files, reached as calicoctl reaches it (ETCD_*, KUBECONFIG, calicoctl.cfg)';

export function addDatastoreOptions(command: Command, meaning = INSTEAD_OF_FILES): Command {
  return command
    .addOption(new Option('--datastore <type>', meaning).choices(['etcd', 'etcdv3', 'kubernetes', 'file']))
    .option('-c, --config <file>', 'how to reach the datastore: a file of kind CalicoAPIConfig')
    .option('--context <name>', 'context of the kubeconfig');
}

export function addNodeOptions(command: Command): Command {
  return command
    .option('--node <name>', 'the node; may be left out when all endpoints are on one')
    .option(
      '--host <file>',
      'the host’s interfaces and addresses: the output of `ip -j addr`, or HostFacts as JSON',
    )
    .addOption(
      new Option(
        '--interfaces <how>',
        'how pods’ interfaces are known: as Calico names them, or by the host’s routes',
      )
        .choices(['calico', 'routes'])
        .default('calico'),
    );
}

export function addDialectOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--dataplane <name>', 'what to render')
        .choices(['nftables', 'iptables'])
        .default('nftables'),
    )
    .addOption(
      new Option('--log-action <action>', 'what `Log` rules do').choices(['log', 'nflog']).default('log'),
    );
}

export function addBackendOption(command: Command): Command {
  const option = new Option('--iptables-backend <name>', 'which iptables to use');
  return command.addOption(option.choices(['auto', 'nft', 'legacy']).default('auto'));
}

export function addOutputOption(command: Command, choices: readonly string[] = ['text', 'json']): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'output format').choices(choices).default(choices[0]),
  );
}

const UNITS = new Map([
  ['', 1],
  ['K', 1 << 10],
  ['M', 1 << 20],
  ['G', 1 << 30],
]);

function parseSize(text: string): number {
  const match = /^(\d+)([KMG]?)(?:i?B)?$/i.exec(text);
  const unit = UNITS.get(match?.[2]?.toUpperCase() ?? '');
  if (match?.[1] === undefined || unit === undefined)
    throw new InvalidArgumentError('write a number of bytes, or 512K, 64M, 1G.');
  return Number(match[1]) * unit;
}

const DURATION_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** `30s`, `5m` as milliseconds, from a second to a day. */
export function parseDuration(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const value = Number(number) * (DURATION_MS.get(unit) ?? 0);
  if (value >= 1000 && value <= 24 * 3_600_000) return value;
  throw new InvalidArgumentError('write a time from 1s to 24h, as 30s or 5m.');
}

/** A whole number in a range, for commander. */
export function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`write a whole number from ${low} to ${high}.`);
  };
}
