// Reading what a command is about, and what tables need beside it.
import type { Reading } from '../../client/reading.ts';
import { DatastoreError } from '../../datastore/errors.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { Context } from '../context.ts';
import type { Surroundings } from './columns.ts';
import { complain, placed } from './failure.ts';
import { chosenColumns, type Format, type Got, type Shown } from './format.ts';
import { at, text } from './go-text.ts';
import { infoOf, keyOf } from './targets.ts';

/** One object, or with an empty name all of its kind and namespace. */
export async function getObjects(context: Context, reader: Reading, wanted: ApiObject): Promise<Got> {
  const info = infoOf(wanted);
  const { name, namespace } = wanted.metadata;
  if (name !== '') return { info, object: await reader.get(keyOf(wanted)) };
  const selection = { kind: info.kind, ...(namespace !== undefined && { namespace }) };
  const { items, revision, problems, missing } = await reader.list(selection);
  if (missing) complain(context, missing.message, [{ error: missing }]);
  for (const { place, message } of problems) complain(context, `left out: ${placed(place, message)}`);
  return { info, items: info.kind === 'Tier' ? items.toSorted(byTierOrder) : items, revision };
}

/** Tiers without an order come last. */
export function byTierOrder(a: ApiObject, b: ApiObject): number {
  const [x, y] = [a, b].map(({ spec }) => Number(at(spec, 'order') ?? Infinity));
  return x === y ? 0 : (x ?? 0) < (y ?? 0) ? -1 : 1;
}

const CALICOS_AS = '64512';

/** Asks the store only for what a column shows. */
export async function surroundingsFor(
  reader: Reading,
  got: readonly Pick<Got, 'info'>[],
  format: Format,
  shown: Omit<Shown, 'surroundings'>,
): Promise<Surroundings> {
  const asked = format.type === 'go-template' ? format.template.asksConfig : showsAs(got, format, shown);
  if (!asked) return { defaultAs: CALICOS_AS };
  try {
    const { spec } = await reader.get({ kind: 'BGPConfiguration', name: 'default' });
    return { defaultAs: text(at(spec, 'asNumber')) || CALICOS_AS };
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
    return { defaultAs: error.code === 'datastore/not-found' ? CALICOS_AS : 'unknown' };
  }
}

const showsAs = (
  got: readonly Pick<Got, 'info'>[],
  format: Format,
  shown: Omit<Shown, 'surroundings'>,
): boolean =>
  (format.type === 'table' || format.type === 'custom-columns') &&
  got.some(
    ({ info }) =>
      info.kind === 'Node' && chosenColumns(info, format, shown).some(({ heading }) => heading === 'ASN'),
  );
