// Connectivity for people (a line per group and what it may send to which others), as CSV and as JSON.
import { escapeControls } from '../errors/index.ts';
import {
  type Cause,
  type Connection,
  type Connectivity,
  type ConnectivityChange,
  type ConnectivityDiff,
  type EndGroup,
  type Traffic,
  trafficText,
} from '../verdict/index.ts';
import type { Context } from './context.ts';
import { decider, placeText } from './explain-tree.ts';
import type { LoadedPolicy } from './load.ts';
import { toJson } from './output.ts';

export type ConnectivityFormat = 'text' | 'json' | 'csv';

export interface Names {
  /** `namespace/pod`, or the id without its kind; outsides as they are. */
  name(id: string): string;
  /** A few words for many: `shop/*` for all of a namespace, and no more than a handful. */
  few(ids: readonly string[]): string;
}

interface Options {
  readonly output: ConnectivityFormat;
  readonly names: Names;
}

const SHOWN = 6;

export function namesOf(inputs: readonly LoadedPolicy[]): Names {
  const known = new Map<string, string>();
  for (const { aliases } of inputs)
    for (const [id, [first]] of aliases) if (first !== undefined) known.set(id, first);
  const name = (id: string) =>
    known.get(id) ?? (id.startsWith('WorkloadEndpoint/') ? id.slice('WorkloadEndpoint/'.length) : id);
  const endpoints = inputs.flatMap(({ resources }) =>
    resources.flatMap((r) =>
      r.kind === 'WorkloadEndpoint' ? `${r.kind}/${r.metadata.namespace}/${r.metadata.name}` : [],
    ),
  );
  const sizes = countBy([...new Set(endpoints)].map(namespaceOf));
  return {
    name,
    few: (ids) => {
      const here = countBy(ids.map(namespaceOf));
      const whole = (id: string) =>
        (here.get(namespaceOf(id)) ?? 0) > 1 && here.get(namespaceOf(id)) === sizes.get(namespaceOf(id));
      const words = [...new Set(ids.map((id) => (whole(id) ? `${namespaceOf(id)}/*` : name(id))))];
      const more = words.length - SHOWN;
      return escapeControls([...words.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join(', '));
    },
  };
}

/** Empty for what is no endpoint. */
const namespaceOf = (id: string): string =>
  id.startsWith('WorkloadEndpoint/') ? (id.split('/')[1] ?? '') : '';

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

export function printConnectivity(context: Context, table: Connectivity, { output, names }: Options): void {
  const text = remember((allowed: Connection['allowed']) => trafficText(allowed, table.traffic));
  if (output === 'json') return context.print(toJson('Connectivity', tableJson(table, names, text)));
  if (output === 'csv') {
    const rows = table.connections.map(({ from, to, allowed }) => [
      ...[from, to].map((n) => members(table.groups[n], names)),
      text(allowed),
    ]);
    return context.print(csv([['from', 'to', 'allowed'], ...rows]));
  }
  const reached = table.groups.map(() => new Map<string, string[]>());
  for (const { from, to, allowed } of table.connections) {
    const what = text(allowed);
    if (what === 'none') continue;
    const members = table.groups[to]?.members ?? [];
    const known = reached[from]?.get(what);
    if (known === undefined) reached[from]?.set(what, [...members]);
    else known.push(...members);
  }
  const rows = table.groups.flatMap((group, from) => {
    const lines = [...(reached[from] ?? [])].map(([what, to]) => [names.few(to), what]);
    if (lines.length === 0 && group.kind === 'outside') return [];
    return (lines.length === 0 ? [['nobody', '']] : lines).map((line, index) => [
      index === 0 ? names.few(group.members) : '',
      ...line,
    ]);
  });
  context.print(
    `${columns([['FROM', 'TO', 'ALLOWED'], ...rows])}\n\nEverything else between these is denied.`,
  );
}

export function printConnectivityDiff(
  context: Context,
  diff: ConnectivityDiff,
  { output, names, before, after }: Options & { readonly before: LoadedPolicy; readonly after: LoadedPolicy },
): void {
  const traffic = ({ traffic: what }: ConnectivityChange) => trafficText(what, diff.traffic);
  const why = (change: ConnectivityChange) => change.because.map((cause) => causeText(cause, before, after));
  if (output === 'json') return context.print(toJson('ConnectivityDiff', diffJson(diff, names, traffic)));
  if (output === 'csv') {
    const rows = diff.changes.map((c) => [
      c.verdict,
      c.from.map((id) => names.name(id)).join(' '),
      c.to.map((id) => names.name(id)).join(' '),
      traffic(c),
      why(c)
        .map(([was, now]) => `${was}; ${now}`)
        .join('; '),
    ]);
    return context.print(csv([['now', 'from', 'to', 'traffic', 'because'], ...rows]));
  }
  const { style } = context;
  const blocks = diff.changes.map((change) => {
    const [mark, paint] = change.verdict === 'allow' ? ['+', style.green] : ['-', style.red];
    const head = paint(`${mark} ${names.few(change.from)} → ${names.few(change.to)}  ${traffic(change)}`);
    return [
      head,
      ...why(change)
        .flat()
        .map((line) => `    ${line}`),
    ].join('\n');
  });
  const only = (what: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`${what}: ${names.few(ids)}`];
  const rest = [...only('only in the new input', diff.added), ...only('only in the old input', diff.removed)];
  const all = [...blocks, ...rest];
  context.print(all.length === 0 ? 'Nobody may do more or less than before.' : all.join('\n'));
}

function causeText({ direction, before, after }: Cause, older: LoadedPolicy, newer: LoadedPolicy): string[] {
  const side = (when: string, by: Cause['before'], { locate }: LoadedPolicy) => {
    if (by === undefined) return `${when}: not judged (${direction})`;
    const place = by.kind === 'rule' ? placeText(locate({ rule: by.rule })) : '';
    const stage = by.kind === 'rule' || by.kind === 'tier-default' ? '' : ` (${direction})`;
    return `${when}: ${decider(by)}${stage}${place === '' ? '' : `  (${place})`}`;
  };
  return [side('before', before, older), side('now', after, newer)];
}

const members = (group: EndGroup | undefined, names: Names): string =>
  (group?.members ?? []).map((id) => names.name(id)).join(' ');

/** `from` and `to` are indices of `groups`, `allowed` of `allowed`: a table of thousands of pairs has few kinds of cells. */
function tableJson(
  { groups, connections }: Connectivity,
  names: Names,
  text: (allowed: Connection['allowed']) => string,
): object {
  const kinds = [...new Set(connections.map(({ allowed }) => allowed))];
  const numbers = new Map(kinds.map((allowed, index) => [allowed, index]));
  return {
    groups: groups.map(({ kind, members: ids }) => ({
      kind,
      members:
        kind === 'outside'
          ? ids.map((id) => ({ name: id }))
          : ids.map((id) => ({ id, name: names.name(id) })),
    })),
    allowed: kinds.map((allowed) => ({
      text: text(allowed),
      traffic: [...allowed].map(([family, list]) => ({ ipVersion: family, traffic: list.map(trafficJson) })),
    })),
    connections: connections.map(({ from, to, allowed }) => ({ from, to, allowed: numbers.get(allowed) })),
  };
}

function diffJson(
  diff: ConnectivityDiff,
  names: Names,
  text: (change: ConnectivityChange) => string,
): object {
  const named = (ids: readonly string[]) => ids.map((id) => names.name(id));
  return {
    changes: diff.changes.map((change) => ({
      verdict: change.verdict,
      from: named(change.from),
      to: named(change.to),
      text: text(change),
      traffic: [...change.traffic].map(([family, list]) => ({
        ipVersion: family,
        traffic: list.map(trafficJson),
      })),
      because: change.because,
    })),
    added: named(diff.added),
    removed: named(diff.removed),
  };
}

/** Without the sample; no protocol: all that have no entry of their own. */
const trafficJson = ({ protocol, ports, icmp }: Traffic): object => ({
  ...(protocol !== undefined && { protocol }),
  ...(ports && { ports }),
  ...(icmp && { icmp }),
});

/** Equal cells are one object: each is put into words once. */
function remember<K extends object>(say: (key: K) => string): (key: K) => string {
  const known = new Map<K, string>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = say(key);
      known.set(key, found);
    }
    return found;
  };
}

const csv = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) =>
      row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','),
    )
    .join('\n');

function columns(rows: readonly (readonly string[])[]): string {
  const width = (n: number) => Math.max(...rows.map((row) => row[n]?.length ?? 0));
  const widths = [width(0), width(1)];
  return rows
    .map(([a = '', b = '', c = '']) =>
      `${a.padEnd(widths[0] ?? 0)}  ${b.padEnd(widths[1] ?? 0)}  ${c}`.trimEnd(),
    )
    .join('\n');
}
