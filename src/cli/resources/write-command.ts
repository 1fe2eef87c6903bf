// `create`, `apply` and `replace`: each document of `-f`, one after the other; what fails does not stop the rest.
import { ensureInitialized } from './initializing.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { OK } from '../exit.ts';
import { collecting, plainly, refuse } from './failure.ts';
import * as options from './options.ts';
import { neededFirst } from './needs.ts';
import { reportReplaced, reportWrites } from './outcome.ts';
import { DRY, kindsOf, withClient } from './session.ts';
import { documentTargets, settled } from './targets.ts';
import { apply, create, hasCode, replace } from './writes.ts';

interface Options extends options.ResourceOptions {
  readonly skipExists?: boolean;
}

const WORK = { create, apply, replace };

export function writeCommand(verb: keyof typeof WORK): CommandModule['define'] {
  return (command, start) => {
    options.addDryRunOption(
      options.addStoreOptions(options.addNamespaceOption(options.addFileOptions(command))),
    );
    if (verb === 'create') command.option('--skip-exists', 'what exists counts as created');
    command.action((opts: Options) => plainly(start)((context) => write(context, verb, opts)));
  };
}

async function write(context: Context, verb: keyof typeof WORK, opts: Options): Promise<number> {
  if (opts.filename === undefined) refuse('no resources specified', 'name files with -f');
  const objects = await documentTargets(context, opts);
  if (objects === undefined) return OK;
  const failed = await withClient(context, opts, kindsOf(objects), async (client) => {
    await ensureInitialized(client);
    return collecting(neededFirst(objects), async (object: ApiObject) => {
      try {
        await WORK[verb](client, settled(object, opts));
      } catch (error) {
        if (!opts.skipExists || !hasCode(error, 'datastore/already-exists')) throw error;
      }
    });
  });
  const outcome = { objects, failed, note: opts.dryRun ? DRY : '' };
  return verb === 'replace' ? reportReplaced(context, outcome) : reportWrites(context, verb, outcome);
}
