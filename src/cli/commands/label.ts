// `label`: sets or removes one label of one object.
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { collecting, complain, plainly, refuse, reworded } from '../resources/failure.ts';
import * as options from '../resources/options.ts';
import { DRY, withClient } from '../resources/session.ts';
import { keyOf, namedTargets, settled } from '../resources/targets.ts';
import { guardUpdate, hasCode } from '../resources/writes.ts';

interface Options extends options.ResourceOptions {
  readonly overwrite?: boolean;
  readonly remove?: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  options.addDryRunOption(options.addStoreOptions(options.addNamespaceOption(command)));
  command
    .argument('<kind>', 'a kind: node, hostendpoint, …')
    .argument('<name>', 'which of them')
    .argument('<label>', 'key=value, or with --remove a key')
    .option('--overwrite', 'change a label that has another value')
    .option('--remove', 'take the label away')
    .action((kind: string, name: string, label: string, opts: Options) =>
      plainly(start)((context) => labelObject(context, [kind, name, label], opts)),
    );
};

async function labelObject(
  context: Context,
  [kind, name, label]: readonly [kind: string, name: string, label: string],
  opts: Options,
): Promise<number> {
  const [wanted] = await reworded(
    (message) => `failed to get ${kind} ${name}, error ${message}`,
    () => namedTargets(kind, [name]),
  );
  if (wanted === undefined) return FOUND;
  const target = settled(wanted, opts);
  guardUpdate(target);
  const { failed, said } = await withClient(context, opts, [target.kind], async (client) => {
    const current = await client.objects.get(keyOf(target)).catch((error: unknown) => {
      if (!hasCode(error, 'datastore/not-found')) throw error;
      return refuse(`${kind} ${name} not found`);
    });
    const { labels, said: success } = changed(current.metadata.labels ?? {}, { kind, name, label }, opts);
    const next = { ...current, metadata: { ...current.metadata, labels } };
    const [wrong] = await collecting([next], async () => {
      await client.objects.update(next);
    });
    return { failed: wrong, said: success };
  });
  if (failed) {
    complain(context, `failed to update ${kind} ${name}, label not changed\nhint: ${failed.message}`, [
      failed,
    ]);
    return FOUND;
  }
  context.print(`${said} on ${kind} ${name}${opts.dryRun ? DRY : ''}`.replace(REMOVED_ON, '$1 from '));
  return OK;
}

const REMOVED_ON = /^(Successfully removed label \S+) on /;

interface Asked {
  readonly kind: string;
  readonly name: string;
  readonly label: string;
}

function changed(
  labels: Readonly<Record<string, string>>,
  { kind, name, label }: Asked,
  { overwrite, remove }: Options,
): { readonly labels: Readonly<Record<string, string>>; readonly said: string } {
  const others = (key: string) => Object.entries(labels).filter(([each]) => each !== key);
  if (remove) {
    if (!Object.hasOwn(labels, label))
      refuse(`cannot remove label of ${kind} ${name}, key ${label} does not exist`);
    return { labels: Object.fromEntries(others(label)), said: `Successfully removed label ${label}` };
  }
  const [, key = '', value = ''] =
    /^([^=]+)=(.*)$/s.exec(label) ?? refuse(`invalid label ${label}`, formOf(label));
  const present = Object.hasOwn(labels, key);
  if (present && labels[key] !== value && !overwrite)
    refuse(
      `failed to update label of ${kind} ${name}, key ${key} is already present. please use '--overwrite' to set a new value`,
    );
  return {
    labels: Object.fromEntries([...others(key), [key, value]]),
    said: `Successfully ${present ? 'updated' : 'set'} label ${key}`,
  };
}

/** kubectl takes a label away with a dash behind its key. */
const formOf = (label: string): string =>
  label.endsWith('-') ? `to take it away: ${label.slice(0, -1)} --remove` : 'write key=value';
