// `get -w`: first what there is, then every event, as a row or as an object, until it is interrupted. A watch that ends
// or has expired is taken up again as the syncer does it; what is told stays exact (happened.ts).
import { DatastoreError } from '../../datastore/errors.ts';
import { readingOn, shown as asShown } from '../../client/reading.ts';
import type { Datastore } from '../../datastore/types.ts';
import type { Problem } from '../../errors/index.ts';
import { normaliseObject } from '../../resources/stored/encode.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import { follow, type Follower } from '../../sync/follow.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { complain, failureText, placed } from './failure.ts';
import { chosenColumns, type Format, goJsonIndented, type Got, rowsOf, type Shown } from './format.ts';
import { byTierOrder, surroundingsFor } from './getting.ts';
import { goYaml } from './go-yaml.ts';
import { createHistory, type Happened } from './happened.ts';
import { aligned, widthsOf } from './table.ts';
import { infoOf } from './targets.ts';

export async function watchObjects(
  context: Context,
  store: Datastore,
  wanted: ApiObject,
  format: Format,
  shown: Omit<Shown, 'surroundings'>,
): Promise<number> {
  const info = infoOf(wanted);
  const { name, namespace } = wanted.metadata;
  const surroundings = await surroundingsFor(readingOn(store), [{ info }], format, shown);
  const show = printer(context, { info, format, shown: { ...shown, surroundings } });
  const history = createHistory((entry) => asShown(entry, 'list'));
  const said = sayer(context);
  const end = new AbortController();
  let listed = false;
  let failure: unknown;
  const follower = {
    replace(listing) {
      for (const each of listing.problems) said.once(leftOut(each));
      const happened = history.replace(listing);
      // The first time with nothing too: a table has its headings.
      if (!listed || happened.length > 0) show(listed ? happened : inOrder(happened));
      listed = true;
      said.well();
    },
    take(event) {
      said.well();
      if (event.type === 'bookmark') return event.revision;
      const happened = history.take(event);
      if (happened.length > 0) show(happened);
      return event.type === 'deleted' ? event.revision : event.entry.revision;
    },
    unreadable: ({ error }) => complain(context, error.message),
    status: () => undefined,
    trouble(error) {
      const code = error instanceof DatastoreError ? error.code : undefined;
      if (code === 'datastore/expired') return;
      // Without a first list there is nothing to keep up to date; what may not be read will not become readable.
      const ends = !listed || code === undefined || code === 'datastore/unauthorized';
      if (code === 'datastore/cancelled' || ends) {
        if (code !== 'datastore/cancelled') failure ??= error;
        end.abort();
      } else if (code === 'datastore/not-supported') said.once(failureText(error));
      else said.trouble(failureText(error));
    },
  } satisfies Follower;
  const selection = {
    kind: info.kind,
    ...(name !== '' && { name }),
    ...(namespace !== undefined && { namespace }),
  };
  await follow({ store, selection }, follower, end.signal);
  if (failure === undefined) return OK;
  if (!(failure instanceof DatastoreError) || !listed) throw failure;
  complain(context, failure.message, [{ error: failure }]);
  return FOUND;
}

const leftOut = ({ place, message }: Problem): string => `left out: ${placed(place, message)}`;

const inOrder = (happened: readonly Happened[]): readonly Happened[] =>
  happened[0]?.object.kind === 'Tier'
    ? happened.toSorted((a, b) => byTierOrder(a.object, b.object))
    : happened;

/** Trouble that goes on is told once. */
function sayer(context: Context) {
  let trouble: string | undefined;
  const told = new Set<string>();
  return {
    once(text: string) {
      if (told.has(text)) return;
      told.add(text);
      complain(context, text);
    },
    trouble(text: string) {
      if (text === trouble) return;
      trouble = text;
      complain(context, `${text}; trying again`);
    },
    well() {
      trouble = undefined;
    },
  };
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
