// iptables-restore changes one table at once, but with host endpoints a packet is judged in up to three: raw and mangle
// may deny it, or mark it *accepted*, whereupon filter asks less; what raw accepts is not tracked either, so that filter
// does not take it for part of an established connection. When a policy moves from one table to another, no order of the
// commits alone is safe for all packets. So raw and mangle have a state in between that denies what either policy denies
// and accepts only what both accept (between-judge.ts):
//
//   raw between · mangle between · filter · mangle · raw
//
// Until filter is committed, whatever passes would have passed the old policy; from then on, it would pass the new one.
// Packets that both policies allow for different reasons (one in raw, the other in mangle) are asked in filter meanwhile.
//
// POSTROUTING of mangle alone judges what it judges, and has a state in between only while the mark changes by which filter
// leaves packets to it.
// Either side may be a state in between itself, left behind by a process that was killed. Its entries are like any other:
// one chain that judges, and what follows from its judgement; so it is asked and believed like any other.
//
// The table in between is the old one, the changed chains of the new one beside it under other names, and entries that
// ask both.
import { chain } from '../render/iptables/chain.ts';
import { clearBits, setBitOf, whenSet } from '../render/iptables/bits.ts';
import { ROOTS } from '../render/iptables/hosts.ts';
import type { IptablesTable, IptablesTableName, RuleLine } from '../render/ruleset.ts';
import {
  bitsOf,
  type BothBits,
  changedChains,
  type Chains,
  type Naming,
  reach,
  renamed,
  temporaryNames,
} from './between-chains.ts';
import { judgeChains, sideOf } from './between-judge.ts';
import { afterRaw, forgetPassed, handedOn } from './between-entries.ts';
import { sameInterfaces } from './between-interfaces.ts';

type Tables = ReadonlyMap<IptablesTableName, IptablesTable>;
type Judging = 'raw' | 'mangle';

const PREROUTING = 'tortie-PREROUTING';
const OUTPUT = 'tortie-OUTPUT';
const POSTROUTING = 'tortie-POSTROUTING';

const NONE: Chains = new Map();
const chainsOf = (tables: Tables, name: IptablesTableName): Chains => tables.get(name)?.chains ?? NONE;

/** The chains of the table in between; undefined when the old and the new one judge alike. */
export function chainsBetween(name: IptablesTableName, from: Tables, to: Tables): Chains | undefined {
  if (name !== 'raw' && name !== 'mangle') return undefined;
  const [before, after] = [chainsOf(from, name), chainsOf(to, name)];
  const dirty = changedChains(before, after);
  const ways = changedEntries(name, from, to).map((entry) => {
    return { entry, old: sideOf(before.get(entry)), new: sideOf(after.get(entry)) };
  });
  if (ways.length === 0) return undefined;
  const chains = new Map(before);
  const reached = new Set(ways.flatMap((way) => way.new.judges.flatMap((c) => [...reach(c, after)])));
  const copied = [...reached].flatMap((c) => (dirty.has(c) ? (after.get(c) ?? []) : []));
  const own = ways.flatMap(({ entry }) => [`${entry} both`, `${entry} accepted`]);
  const temporary = temporaryNames(before, [...copied.map((c) => c.name), ...own]);
  const nameOf: Naming = (chainName) => (dirty.has(chainName) ? temporary(chainName) : chainName);
  for (const one of copied) {
    const made = renamed(one, nameOf);
    chains.set(made.name, made);
  }
  const bits = { old: bitsOf(before), new: bitsOf(after) };
  const clear: RuleLine = { text: clearBits(allBits(before, after)) };
  for (const way of ways) {
    const judge = judgeChains({
      old: way.old,
      new: { ...way.new, judges: way.new.judges.map(nameOf) },
      bits,
      clear,
      // What raw accepts of what comes in is not tracked. What goes out and is accepted is not asked any more.
      untracks: name === 'raw' && way.entry === PREROUTING,
      sameInterfaces: sameInterfaces(from.get('filter'), to.get('filter')),
      names: { both: temporary(`${way.entry} both`), accepted: temporary(`${way.entry} accepted`) },
    });
    for (const made of judge.chains) chains.set(made.name, made);
    const jump: RuleLine = { text: `-j ${judge.name}` };
    const own = bits.new ?? bits.old;
    const [old, fresh] = [before.get(way.entry), after.get(way.entry)];
    const entry =
      way.entry === POSTROUTING
        ? [...handedOn(old, fresh), clear, jump]
        : name === 'raw'
          ? [clear, jump, ...afterRaw(own)]
          : [keepsAccepted(from, to, bits) ?? clear, jump, ...forgetPassed(own)];
    chains.set(way.entry, chain(way.entry, entry));
  }
  return chains;
}

/** The entries from the kernel's chains behind which the two judge differently, or may. */
function changedEntries(name: Judging, from: Tables, to: Tables): string[] {
  const [before, after] = [chainsOf(from, name), chainsOf(to, name)];
  const dirty = changedChains(before, after);
  const changed = (entry: string) => (after.has(entry) ? dirty.has(entry) : before.has(entry));
  if (name === 'raw') return [PREROUTING, OUTPUT].filter(changed);
  const marks = handedOn(before.get(POSTROUTING), after.get(POSTROUTING)).length;
  return [PREROUTING, ...(marks > 1 ? [POSTROUTING] : [])].filter(changed);
}

/** Of all chains that set one: what was left behind has them under other names. */
function allBits(...tables: readonly Chains[]): number {
  const set = tables.flatMap((all) => [...all.values()].map((c) => setBitOf(c.rules[0]?.text ?? '')));
  return set.reduce<number>((all, bit) => all | (bit ?? 0), 0) >>> 0;
}

/** If mangle asks nothing of what raw marked *accepted*, before, after, and at any time between. */
function keepsAccepted(from: Tables, to: Tables, { old, new: fresh }: BothBits): RuleLine | undefined {
  const keep = [from, to].every((tables) => {
    const first = chainsOf(tables, 'mangle').get(PREROUTING)?.rules[0]?.text ?? '';
    return chainsOf(tables, 'raw').has(`tortie-${ROOTS.untrackedIn}`) && !first.includes('-j MARK ');
  });
  if (!keep || fresh === undefined || old?.accepted !== fresh.accepted) return undefined;
  return { text: `${whenSet(fresh.accepted)} -j RETURN` };
}
