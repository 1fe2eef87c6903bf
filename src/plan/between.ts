// iptables-restore changes one table at once, but with host endpoints a packet is judged in up to three: raw and mangle
// may deny it, or mark it *accepted*, whereupon filter asks less. Let J be what raw and mangle do, F what filter does with
// a packet that J let through. When a policy moves from one to the other (say from untracked to normal), neither order of
// the two commits is safe for all packets: new J with old F lets through what only old J denied, or what new J
// accepts and old F would have asked about; old J with new F the reverse. So there is a J in between that denies what either
// denies and accepts only what both accept:
//
//   raw between · mangle between · filter · mangle · raw
//
// Until filter is committed, whatever passes would have passed the old policy; from then on, it would pass the new one.
// Packets that both policies allow for different reasons (one in raw, the other in mangle) are asked in filter meanwhile.
// POSTROUTING of mangle needs no such thing: it alone judges what it judges.
// An entry says itself what it asks, and either side may be such a state in between, left behind by a process that was
// killed: then all that it asks is asked, and nothing is accepted before filter.
// Not covered: a change of the mark mask itself, for what the host sends and somebody DNATs, between those commits.
// Nor, on the way out of a state that was left behind, packets of a connection that conntrack knows, that both policies leave
// untracked, and that both deny later on because of that: while nothing is accepted before filter, they are tracked there.
//
// The table in between is the old one, the changed chains of the new one beside it under other names, and entries that
// ask both.
import { chain } from '../render/iptables/chain.ts';
import { type Bits, clearBits, setBitOf, whenSet } from '../render/iptables/bits.ts';
import { ALLOW_CHAIN, PASS_CHAIN } from '../render/iptables/actions.ts';
import { ROOTS } from '../render/iptables/hosts.ts';
import { textHash } from '../render/hash.ts';
import type { ChainText, IptablesTable, IptablesTableName, RuleLine } from '../render/ruleset.ts';
import { sameRules } from './delta.ts';

type Tables = ReadonlyMap<IptablesTableName, IptablesTable>;
type Judging = 'raw' | 'mangle';

/** The entries from the kernel's chains, behind which packets are judged. */
const ENTRIES: Readonly<Record<Judging, readonly string[]>> = {
  raw: ['tortie-PREROUTING', 'tortie-OUTPUT'],
  mangle: ['tortie-PREROUTING'],
};

/** The chains of the table in between; undefined when the old and the new one judge alike. */
export function chainsBetween(
  name: IptablesTableName,
  from: Tables,
  to: Tables,
): ReadonlyMap<string, ChainText> | undefined {
  if (name !== 'raw' && name !== 'mangle') return undefined;
  const before = from.get(name)?.chains ?? new Map<string, ChainText>();
  const after = to.get(name)?.chains ?? new Map<string, ChainText>();
  const dirty = changedChains(before, after);
  const ways = ENTRIES[name]
    .map((entry) => {
      const [old, fresh] = [before.get(entry), after.get(entry)];
      return { entry, old: asked(old), new: asked(fresh), accepts: [accepts(old), accepts(fresh)] };
    })
    .filter(
      (way) =>
        way.new.some((c) => dirty.has(c)) ||
        way.old.join() !== way.new.join() ||
        way.accepts[0] !== way.accepts[1],
    );
  if (ways.length === 0) return undefined;
  const chains = new Map(before);
  const put = (made: ChainText) => void chains.set(made.name, made);
  const reached = new Set(ways.flatMap((way) => way.new.flatMap((c) => [...reach(c, after)])));
  const copied = [...reached].flatMap((c) => (dirty.has(c) ? (after.get(c) ?? []) : []));
  const temporary = temporaryNames(before, [...copied.map((c) => c.name), ...ways.map(acceptedName)]);
  const nameOf: Naming = (chainName) => (dirty.has(chainName) ? temporary(chainName) : chainName);
  for (const one of copied) put(renamed(one, nameOf));
  const bits = { before: bitsOf(before), after: bitsOf(after) };
  // Of all that set one: what was left behind has them under other names.
  const set = [before, after].flatMap((all) =>
    [...all.values()].map((c) => setBitOf(c.rules[0]?.text ?? '')),
  );
  const clear: RuleLine = { text: clearBits(set.reduce<number>((all, bit) => all | (bit ?? 0), 0) >>> 0) };
  const both = bits.before?.accepted === bits.after?.accepted && bits.before?.passed === bits.after?.passed;
  const jump = (chainName: string): RuleLine => ({ text: `-j ${chainName}` });
  for (const way of ways) {
    const judges = { old: way.old.map(jump), new: way.new.map(nameOf).map(jump) };
    const head =
      name === 'mangle' && both && bits.after && keepsAccepted(from, to)
        ? { text: `${whenSet(bits.after.accepted)} -j RETURN` }
        : clear;
    const single = judges.old.length === 1 && judges.new.length === 1 && !way.accepts.includes(false);
    if (!both || !bits.after || !single) {
      // One side accepts nothing here, or nobody can say any more what both would accept.
      const all = new Map([...judges.old, ...judges.new].map((judge) => [judge.text, judge]));
      put(chain(way.entry, [head, ...[...all.values()].flatMap((judge) => [judge, clear])]));
      continue;
    }
    const accepted = whenSet(bits.after.accepted);
    const second = temporary(acceptedName(way));
    const first = [head, ...judges.old, { text: `${accepted} -g ${second}` }];
    put(chain(way.entry, [...first, clear, ...judges.new, clear]));
    const last = [...whenBoth(name, accepted), { text: clearBits(bits.after.passed) }];
    put(chain(second, [clear, ...judges.new, ...last]));
  }
  return chains;
}

const acceptedName = ({ entry }: { readonly entry: string }): string => `${entry} accepted`;

/** A jump that is always taken. The comment is part of the text where that is as iptables-save prints it. */
const ASKS = /^(?:-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) )?-j (tortie-\S+)$/;

/** The chains that judge behind this entry, in their order. */
function asked(entry: ChainText | undefined): string[] {
  return entry?.rules.flatMap(({ text }) => ASKS.exec(text)?.[1] ?? []) ?? [];
}

const CLEARS = /-j MARK --set-x?mark 0x0\/(0x[0-9a-f]+)$/;

/** Not so a state in between that somebody left behind: it forgets in the end whatever was accepted. */
function accepts(entry: ChainText | undefined): boolean {
  const mask = CLEARS.exec(entry?.rules.at(-1)?.text ?? '')?.[1];
  if (mask === undefined) return entry !== undefined;
  // Every entry that goes on forgets one bit, *passed*; more than that is both.
  return Number(mask).toString(2).replaceAll('0', '').length < 2;
}

function whenBoth(name: Judging, accepted: string): RuleLine[] {
  if (name === 'mangle') return [];
  return [{ text: `${accepted} -j CT --notrack` }, { text: `${accepted} -j ACCEPT` }];
}

/** Whether what raw marked *accepted* was so judged before and after, and at any time between. */
function keepsAccepted(from: Tables, to: Tables): boolean {
  const root = `tortie-${ROOTS.untrackedIn}`;
  return [from, to].every((tables) => tables.get('raw')?.chains.has(root) === true);
}

/** Chains of `after` that are not in `before` as they are, or lead to such. */
function changedChains(
  before: ReadonlyMap<string, ChainText>,
  after: ReadonlyMap<string, ChainText>,
): ReadonlySet<string> {
  const dirty = new Set<string>();
  const callers = new Map<string, string[]>();
  const pending: string[] = [];
  for (const [name, now] of after) {
    const then = before.get(name);
    if (then === undefined || !sameRules(then, now)) pending.push(name);
    for (const target of targets(now)) callers.set(target, [...(callers.get(target) ?? []), name]);
  }
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (dirty.has(name)) continue;
    dirty.add(name);
    pending.push(...(callers.get(name) ?? []));
  }
  return dirty;
}

function reach(root: string, chains: ReadonlyMap<string, ChainText>): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [root];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const here = chains.get(name);
    if (here === undefined || found.has(name)) continue;
    found.add(name);
    pending.push(...targets(here));
  }
  return found;
}

/** The target is the last thing in a rule, unless it has options, and ours have none; a log prefix is an option. */
const TARGET = /(^|.* )(-[jg]) (tortie-\S+)$/;

function targets({ rules }: ChainText): string[] {
  return rules.flatMap(({ text }) => TARGET.exec(text)?.[3] ?? []);
}

type Naming = (chain: string) => string;

function renamed(from: ChainText, nameOf: Naming): ChainText {
  const rules = from.rules.map((rule): RuleLine => {
    const [, match = '', verb = '', target = ''] = TARGET.exec(rule.text) ?? [];
    return target === '' ? rule : { ...rule, text: `${match}${verb} ${nameOf(target)}` };
  });
  return chain(nameOf(from.name), rules, from.cause);
}

/** None of them is in use: what was left behind has such names too, and is still asked. */
function temporaryNames(used: ReadonlyMap<string, ChainText>, names: readonly string[]): Naming {
  for (let round = 0; ; round++) {
    const name: Naming = (of) => `tortie-new-${textHash(round === 0 ? of : `${of} ${round}`).slice(0, 16)}`;
    if (names.every((one) => !used.has(name(one)))) return name;
  }
}

/** As the chains say that set them, since what was there may have been made with another mask. */
function bitsOf(chains: ReadonlyMap<string, ChainText>): Bits | undefined {
  const [accepted, passed] = [ALLOW_CHAIN, PASS_CHAIN].map((name) =>
    setBitOf(chains.get(name)?.rules[0]?.text ?? ''),
  );
  return accepted === undefined || passed === undefined ? undefined : { accepted, passed };
}
