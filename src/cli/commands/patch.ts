// `patch`: changes a part of one object. All three types of patches work; calicoctl takes each for a strategic one.
import { Option } from 'commander';
import type { ApiObject } from '../../resources/api-object.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { unknownField } from '../resources/documents.ts';
import { collecting, complain, plainly, refuse, refuseAs } from '../resources/failure.ts';
import * as options from '../resources/options.ts';
import { type PatchType, patched } from '../resources/patching.ts';
import { DRY, kindsOf, withClient } from '../resources/session.ts';
import { keyOf, namedTargets, settled } from '../resources/targets.ts';
import { guardUpdate } from '../resources/writes.ts';

interface Options extends options.ResourceOptions {
  readonly patch: string;
  readonly type: PatchType;
}

export const define: CommandModule['define'] = (command, start) => {
  options.addDryRunOption(options.addStoreOptions(options.addNamespaceOption(command)));
  command
    .argument('<kind>', 'a kind: ippool, gnp, …')
    .argument('<name>', 'which of them')
    .requiredOption('-p, --patch <patch>', 'what to change, as JSON or YAML')
    .addOption(
      new Option('-t, --type <type>', 'how the patch is meant')
        .choices(['strategic', 'merge', 'json'])
        .default('strategic'),
    )
    .action((kind: string, name: string, opts: Options) =>
      plainly(start)((context) => patch(context, kind, name, opts)),
    );
};

async function patch(context: Context, kind: string, name: string, opts: Options): Promise<number> {
  const wanted = namedTargets(kind, [name]);
  const [failed] = await withClient(context, opts, kindsOf(wanted), (client) =>
    collecting(wanted, async (object) => {
      const target = settled(object, opts);
      guardUpdate(target);
      const current = await client.objects.get(keyOf(target));
      const next = checked(current, patched(opts.type, current, opts.patch));
      const [wrong] = await collecting([next], async () => {
        await client.objects.update(next);
      });
      if (wrong) refuseAs(`updating existing resource: ${wrong.message}`, wrong);
    }),
  );
  if (failed) {
    complain(context, `hit error: ${failed.message}`, [failed]);
    return FOUND;
  }
  context.print(`Successfully patched 1 '${wanted[0]?.kind}' resource${opts.dryRun ? DRY : ''}`);
  return OK;
}

/** A patch changes an object and makes no other one of it. */
function checked(current: ApiObject, next: unknown): ApiObject {
  const { apiVersion, kind, metadata } = (next ?? {}) as Partial<ApiObject>;
  if (typeof metadata !== 'object' || metadata === null) return refuse('a patch cannot remove metadata');
  for (const field of ['name', 'namespace', 'uid'] as const)
    if (metadata[field] !== current.metadata[field]) refuse(`a patch cannot change metadata.${field}`);
  if (apiVersion !== current.apiVersion || kind !== current.kind)
    refuse('a patch cannot change apiVersion and kind');
  const unknown = unknownField(next, current);
  if (unknown !== undefined)
    refuse(`field in document is not recognized or is in the wrong location: ${unknown}`);
  return next as ApiObject;
}
