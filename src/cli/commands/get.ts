// `get`: objects of a datastore as a table, YAML, JSON or names; with `-w` also what happens to them.
import { Option } from 'commander';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { collecting, complain, plainly, refuse, reworded } from '../resources/failure.ts';
import { type Got, parseFormat, print } from '../resources/format.ts';
import { getObjects, surroundingsFor } from '../resources/getting.ts';
import * as options from '../resources/options.ts';
import { withReader } from '../resources/session.ts';
import { infoOf, settled, targets } from '../resources/targets.ts';
import { withDatastore } from '../with-datastore.ts';

interface Options extends options.ResourceOptions {
  readonly output: string;
  readonly export?: boolean;
  readonly watch?: boolean;
  /** An old name of calicoctl for `--all-namespaces`. */
  readonly a?: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  options.addStoreOptions(options.addNamespaceOption(options.addFileOptions(command)), { writes: false });
  command
    .argument('[kind]', 'a kind: ippools, gnp, workloadendpoints, …')
    .argument('[names...]', 'only these')
    .option(
      '-o, --output <format>',
      'ps, wide, yaml, json, name, custom-columns=NAME,…, go-template=…, or go-template-file=FILE',
      'ps',
    )
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--export', 'leave out what belongs to this cluster; needs names')
    .option('-w, --watch', 'stay, and show what is added, modified and deleted')
    .action((kind: string | undefined, names: readonly string[], opts: Options) =>
      plainly(start)((context) => get(context, kind === undefined ? [] : [kind, ...names], opts)),
    );
  command.addOption(new Option('-a', 'as -A').hideHelp());
};

async function get(context: Context, words: readonly string[], given: Options): Promise<number> {
  const opts: Options = given.a ? { ...given, allNamespaces: true } : given;
  const format = await parseFormat(context, opts.output);
  if (opts.watch && format.type === 'go-template')
    refuse('a watch cannot be shown with a template', 'use -o json with jq');
  const wanted = await reworded(
    (message) => `failed to get resources: ${message}`,
    () => targets(context, words, opts),
  );
  if (wanted === undefined) return OK;
  const shown = {
    withNamespace: Boolean(opts.namespace) || opts.allNamespaces === true,
    terminal: context.io.stdout.isTTY,
  };
  if (opts.watch) {
    const { watchObjects } = await import('../resources/watching.ts');
    const [only, ...others] = wanted;
    if (only === undefined || others.length > 0) refuse('one kind, or one object, can be watched');
    const target = placed(only, opts);
    return withDatastore(context, opts, (store) => watchObjects(context, store, target, format, shown));
  }
  return withReader(context, opts, async (reader) => {
    const got: Got[] = [];
    const failed = await collecting(wanted, async (object) => {
      const one = await getObjects(context, reader, placed(object, opts));
      got.push(opts.export && 'object' in one ? { ...one, object: withoutCluster(one.object) } : one);
    });
    const surroundings = await surroundingsFor(reader, got, format, shown);
    context.io.stdout.write(print(got, format, { ...shown, surroundings }));
    if (failed.length === 0) return OK;
    complain(context, failed.map(({ message }) => message).join('\n'), failed);
    return FOUND;
  });
}

function placed(object: ApiObject, opts: Options): ApiObject {
  if (object.metadata.name !== '' && opts.allNamespaces && infoOf(object).namespaced)
    refuse('cannot use --all-namespace flag for getting a single resource');
  return settled(object, opts);
}

/** What an object has of this cluster alone, as calicoctl takes it away. */
function withoutCluster(object: ApiObject): ApiObject {
  const {
    namespace: _namespace,
    uid: _uid,
    resourceVersion: _revision,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}
