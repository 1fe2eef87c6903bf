// `delete`: objects by name, or those of files.
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { OK } from '../exit.ts';
import { collecting, plainly, refuse } from '../resources/failure.ts';
import { neededLast } from '../resources/needs.ts';
import * as options from '../resources/options.ts';
import { reportDeleted } from '../resources/outcome.ts';
import { DRY, kindsOf, withClient } from '../resources/session.ts';
import { settled, targets } from '../resources/targets.ts';
import { hasCode, remove } from '../resources/writes.ts';

interface Options extends options.ResourceOptions {
  readonly skipNotExists?: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  options.addDryRunOption(
    options.addStoreOptions(options.addNamespaceOption(options.addFileOptions(command))),
  );
  command
    .argument('[kind]', 'a kind: ippools, gnp, …')
    .argument('[names...]', 'which of them')
    .option('-s, --skip-not-exists', 'what is not there counts as deleted')
    .action((kind: string | undefined, names: readonly string[], opts: Options) =>
      plainly(start)((context) => deleteObjects(context, kind === undefined ? [] : [kind, ...names], opts)),
    );
};

async function deleteObjects(context: Context, words: readonly string[], opts: Options): Promise<number> {
  const objects = await targets(context, words, opts);
  if (objects === undefined) return OK;
  // Never all of a kind.
  if (objects.some(({ metadata }) => metadata.name === ''))
    refuse('no resources specified', 'name what should go');
  const failed = await withClient(context, opts, kindsOf(objects), (client) =>
    collecting(neededLast(objects), async (object) => {
      try {
        await remove(client, settled(object, opts));
      } catch (error) {
        if (!opts.skipNotExists || !hasCode(error, 'datastore/not-found')) throw error;
      }
    }),
  );
  return reportDeleted(context, { objects, failed, note: opts.dryRun ? DRY : '' });
}
