// `get -w`: first what there is, then every event, as a row or as an object; until it is interrupted or the store ends
// the watch.
import type { Reading } from '../../client/reading.ts';
import type { WatchEvent } from '../../datastore/index.ts';
import { normaliseObject } from '../../resources/stored/encode.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { complain } from './failure.ts';
import {
  chosenColumns,
  type Format,
  goJsonIndented,
  type Got,
  itemsOf,
  rowsOf,
  type Shown,
} from './format.ts';
import { getObjects, surroundingsFor } from './getting.ts';
import { goYaml } from './go-yaml.ts';
import { aligned, widthsOf } from './table.ts';
import { infoOf } from './targets.ts';

interface Happened {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

export async function watchObjects(
  context: Context,
  reader: Reading,
  wanted: ApiObject,
  format: Format,
  shown: Omit<Shown, 'surroundings'>,
): Promise<number> {
  const info = infoOf(wanted);
  const { name, namespace } = wanted.metadata;
  const all: Got = await getObjects(context, reader, {
    ...wanted,
    metadata: { ...wanted.metadata, name: '' },
  });
  const first = itemsOf(all).filter(({ metadata }) => name === '' || metadata.name === name);
  const surroundings = await surroundingsFor(reader, [all], format, shown);
  const show = printer(context, { info, format, shown: { ...shown, surroundings } });
  show(first.map((object) => ({ type: 'ADDED', object })));
  const selection = {
    kind: info.kind,
    ...(name !== '' && { name }),
    ...(namespace !== undefined && { namespace }),
  };
  const revision = 'revision' in all ? all.revision : '';
  for await (const event of reader.watch(selection, { revision })) {
    if (event.type === 'error') {
      complain(context, event.error.message);
      if (event.final) return FOUND;
    }
    const happened = happenedIn(event);
    if (happened) show([happened]);
  }
  return OK;
}

function happenedIn(event: WatchEvent): Happened | undefined {
  switch (event.type) {
    case 'added':
      return { type: 'ADDED', object: event.entry.value };
    case 'modified':
      return { type: 'MODIFIED', object: event.entry.value };
    case 'deleted': {
      const { kind, ...metadata } = event.key;
      return {
        type: 'DELETED',
        object: event.old?.value ?? { apiVersion: 'projectcalico.org/v3', kind, metadata },
      };
    }
    default:
      return undefined;
  }
}

/** Tables keep the widths of what there was at first. */
function printer(
  context: Context,
  { info, format, shown }: Pick<Got, 'info'> & { readonly format: Format; readonly shown: Shown },
): (events: readonly Happened[]) => void {
  if (format.type === 'yaml')
    return (events) => {
      for (const { type, object } of events)
        context.print(`---\n${goYaml({ type, object: normaliseObject(object) })}`);
    };
  if (format.type === 'json')
    return (events) => {
      for (const { type, object } of events)
        context.print(goJsonIndented({ type, object: normaliseObject(object) }));
    };
  if (format.type === 'name')
    return (events) => {
      for (const { type, object } of events)
        context.print(`${type} ${info.kind.toLowerCase()}.projectcalico.org/${object.metadata.name}`);
    };
  const columns = chosenColumns(info, format, shown);
  let widths: readonly number[] | undefined;
  return (events) => {
    const rows = rowsOf(
      events.map(({ object }) => object),
      columns,
      shown,
      widths === undefined,
    );
    const labels = [...(widths === undefined ? ['EVENT'] : []), ...events.map(({ type }) => type)];
    const cells = rows.map((row, index) => [labels[index] ?? '', ...row]);
    widths ??= widthsOf([['MODIFIED', ...columns.map(() => '')], ...cells]);
    context.print(aligned(cells, widths));
  };
}
