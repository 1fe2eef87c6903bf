// `datastore export` and `datastore import`: everything of Calico's in a store as one list, and back into any store.
import { Option } from 'commander';
import type { ApiObject } from '../../resources/api-object.ts';
import type { CommandModule, Start } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { collecting, complain, plainly, refuse } from '../resources/failure.ts';
import { goJsonIndented } from '../resources/format.ts';
import { goYaml } from '../resources/go-yaml.ts';
import { ensureInitialized } from '../resources/initializing.ts';
import { neededFirst } from '../resources/needs.ts';
import * as options from '../resources/options.ts';
import { DRY, kindsOf, withClient } from '../resources/session.ts';
import { documentTargets } from '../resources/targets.ts';
import { exportAll, importer, withNamespace } from '../resources/transfer.ts';

interface ExportOptions extends options.ResourceOptions {
  readonly output: 'yaml' | 'json';
}

export const define: CommandModule['define'] = (command, start) => {
  const out = options.addStoreOptions(
    command.command('export').description('Print everything of Calico’s in the store as one List.'),
    { writes: false },
  );
  out.addOption(
    new Option('-o, --output <format>', 'output format').choices(['yaml', 'json']).default('yaml'),
  );
  out.action((opts: ExportOptions) => plainly(start)((context) => exportStore(context, opts)));
  defineImport(command.command('import').description('Create or update what a List holds.'), start);
};

function defineImport(command: Parameters<CommandModule['define']>[0], start: Start): void {
  options.addDryRunOption(options.addStoreOptions(options.addFileOptions(command)));
  command.action((opts: options.ResourceOptions) => plainly(start)((context) => importInto(context, opts)));
}

async function exportStore(context: Context, opts: ExportOptions): Promise<number> {
  const { objects, unread } = await withClient(context, opts, [], (client) => exportAll(client));
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  context.print(opts.output === 'json' ? goJsonIndented(list) : goYaml(list));
  for (const message of unread) complain(context, `left out: ${message}`);
  return unread.length > 0 ? FOUND : OK;
}

async function importInto(context: Context, opts: options.ResourceOptions): Promise<number> {
  if (opts.filename === undefined) refuse('no resources specified', 'name files with -f');
  const objects = await documentTargets(context, opts);
  if (objects === undefined) return OK;
  const { failed, result } = await withClient(context, opts, kindsOf(objects), async (client) => {
    await ensureInitialized(client);
    const { write, result: done } = importer(client);
    const wrong = await collecting(neededFirst(objects), (object: ApiObject) => write(withNamespace(object)));
    return { failed: wrong, result: done() };
  });
  const { created, updated, unchanged, left } = result;
  for (const message of left) complain(context, `left as it is: ${message}`);
  const note = opts.dryRun ? DRY : '';
  context.print(
    `Imported ${created + updated + unchanged} of ${objects.length} resource(s): ${created} created, ${updated} updated, ${unchanged} unchanged${note}`,
  );
  for (const one of failed)
    complain(context, `Failed to import '${one.item.kind}' resource: ${one.message}`, [one]);
  return failed.length > 0 ? FOUND : OK;
}
