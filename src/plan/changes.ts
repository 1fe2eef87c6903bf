// What differs between two rulesets, for people: one list in the order of printing, each entry with its cause. `diff`
// and `plan` share it; no command depends on it.
import type { Family } from '../net/types.ts';
import type {
  ChainText,
  IptablesRuleset,
  IptablesTableName,
  NftChain,
  NftMap,
  NftRuleset,
  Ruleset,
} from '../render/ruleset.ts';
import { isEmpty, mapDelta, memberDelta, sameBase, sameRules } from './delta.ts';
import { hookChanges, layoutOf } from './hooks.ts';
import { chainLabel, setLabel } from './label.ts';
import { ruleChanges } from './rule-changes.ts';
import type { Change, HookLayout, ObservedIptables } from './types.ts';

/** Both of one dialect, else everything of the older one goes and everything of the newer one comes. */
export function changesBetween(older: Ruleset | undefined, newer: Ruleset | undefined): readonly Change[] {
  if (older === newer) return [];
  if (older && newer && older.dialect !== newer.dialect) {
    return [...changesBetween(older, undefined), ...changesBetween(undefined, newer)];
  }
  if ((newer ?? older)?.dialect === 'nftables') {
    return nftChanges(older as NftRuleset | undefined, newer as NftRuleset | undefined);
  }
  return iptablesChanges(older as IptablesRuleset | undefined, newer as IptablesRuleset | undefined);
}

function nftChanges(older: NftRuleset | undefined, newer: NftRuleset | undefined): Change[] {
  const changes: Change[] = [];
  if (!older || !newer) {
    const label = 'table inet tortie';
    changes.push({ action: older ? 'remove' : 'add', object: 'table', subject: 'inet tortie', label });
  }
  changes.push(...chainChanges(older?.chains ?? new Map(), newer?.chains ?? new Map(), (c) => c.name));
  changes.push(...mapChanges(older?.maps ?? new Map(), newer?.maps ?? new Map()));
  changes.push(...setChanges(older?.sets ?? new Map(), newer?.sets ?? new Map(), (s) => s.elements));
  return changes;
}

function iptablesChanges(older: IptablesRuleset | undefined, newer: IptablesRuleset | undefined): Change[] {
  const changes: Change[] = [];
  for (const family of [4, 6] as const) {
    const tables = new Set([
      ...(newer?.tables[family].keys() ?? []),
      ...(older?.tables[family].keys() ?? []),
    ]);
    for (const name of tables) {
      const before = older?.tables[family].get(name);
      const after = newer?.tables[family].get(name);
      if (before === after) continue;
      const where = tableName(name, family);
      const subject = (chain: ChainText) => `${where} ${chain.name}`;
      changes.push(...chainChanges(before?.chains ?? new Map(), after?.chains ?? new Map(), subject));
      const layout = layoutIn(older, family, name) ?? layoutOf(before?.hooks ?? []);
      const about = { subject: where, label: `hooks in ${where}` };
      changes.push(...hookChanges(layout, after?.hooks ?? [], about));
    }
  }
  changes.push(...setChanges(older?.ipsets ?? new Map(), newer?.ipsets ?? new Map(), (s) => s.members));
  return changes;
}

/** Where our hooks really stand, when the older ruleset was read from a kernel. */
function layoutIn(
  ruleset: IptablesRuleset | ObservedIptables | undefined,
  family: Family,
  table: IptablesTableName,
): HookLayout | undefined {
  return ruleset && 'layouts' in ruleset ? (ruleset.layouts[family].get(table) ?? new Map()) : undefined;
}

/** How a table of iptables is called in plans and messages: `filter/v4`. */
export function tableName(table: string, family: Family): string {
  return `${table}/v${family}`;
}

function chainChanges<C extends ChainText & Partial<NftChain>>(
  older: ReadonlyMap<string, C>,
  newer: ReadonlyMap<string, C>,
  subjectOf: (chain: C) => string,
): Change[] {
  const delta = mapDelta(older, newer, (a, b) => sameRules(a, b) && sameBase(a, b));
  const order = new Map([...new Set([...newer.keys(), ...older.keys()])].map((name, i) => [name, i]));
  const entries = [
    ...delta.added.map((after) => ({ before: undefined, after, name: after.name })),
    ...delta.changed.map(({ before, after }) => ({ before, after, name: after.name })),
    ...delta.removed.map((before) => ({ before, after: undefined, name: before.name })),
  ].toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  return entries.flatMap(({ before, after }) => {
    const chain = after ?? before;
    if (!chain) return [];
    const resource = after?.cause ?? before?.cause;
    const about = {
      subject: subjectOf(chain),
      label: chainLabel(chain, before),
      ...(resource !== undefined && { cause: { resource } }),
    };
    const changes: Change[] = [];
    if (!before || !after) changes.push({ action: after ? 'add' : 'remove', object: 'chain', ...about });
    else if (!sameBase(before, after)) {
      const texts = { before: baseText(before), after: baseText(after) };
      changes.push({ action: 'change', object: 'chain', ...about, ...texts });
    }
    changes.push(...ruleChanges(before?.rules ?? [], after?.rules ?? [], about));
    if (changes.length > 0) return changes;
    return [{ action: 'change', object: 'chain', ...about, after: 'only the comments of its rules' }];
  });
}

function baseText({ base }: Partial<NftChain>): string {
  return base ? `type ${base.type} hook ${base.hook} priority ${base.priority}` : 'no base chain';
}

function mapChanges(older: ReadonlyMap<string, NftMap>, newer: ReadonlyMap<string, NftMap>): Change[] {
  const delta = mapDelta(older, newer, (a, b) => a.elements === b.elements && a.type === b.type);
  const edges = (before: NftMap | undefined, after: NftMap | undefined): Change[] => {
    const subject = (after ?? before)?.name ?? '';
    const about = { subject, label: `map ${subject}` };
    const changes: Change[] = [];
    if (!before || !after) changes.push({ action: after ? 'add' : 'remove', object: 'map', ...about });
    const keys = new Set([...(before?.elements.keys() ?? []), ...(after?.elements.keys() ?? [])]);
    for (const key of [...keys].toSorted()) {
      const from = before?.elements.get(key);
      const to = after?.elements.get(key);
      if (from === to) continue;
      const action = from === undefined ? 'add' : to === undefined ? 'remove' : 'change';
      const texts = {
        ...(from !== undefined && { before: `${key} : ${from}` }),
        ...(to !== undefined && { after: `${key} : ${to}` }),
      };
      changes.push({ action, object: 'map-element', ...about, ...texts });
    }
    return changes;
  };
  return [
    ...delta.added.flatMap((map) => edges(undefined, map)),
    ...delta.changed.flatMap(({ before, after }) => edges(before, after)),
    ...delta.removed.flatMap((map) => edges(map, undefined)),
  ];
}

interface SetOf {
  readonly name: string;
  readonly cause?: string;
  readonly description?: string;
}

function setChanges<S extends SetOf>(
  older: ReadonlyMap<string, S>,
  newer: ReadonlyMap<string, S>,
  membersOf: (set: S) => readonly string[],
): Change[] {
  const delta = mapDelta(older, newer, (a, b) => isEmpty(memberDelta(membersOf(a), membersOf(b))));
  const about = (set: S) => ({
    subject: set.name,
    label: setLabel(set),
    ...(set.cause !== undefined && { cause: { resource: set.cause } }),
  });
  return [
    ...delta.added.map((s): Change => ({ action: 'add', object: 'set', ...about(s), added: membersOf(s) })),
    ...delta.changed.map(
      ({ before, after }): Change => ({
        action: 'change',
        object: 'member',
        ...about(after),
        ...memberDelta(membersOf(before), membersOf(after)),
      }),
    ),
    ...delta.removed.map(
      (s): Change => ({ action: 'remove', object: 'set', ...about(s), removed: membersOf(s) }),
    ),
  ];
}
