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
// Not covered: a change of the mark mask itself, for what the host sends and somebody DNATs, between those commits.
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

/** The entry from the kernel's chain, and the dispatch that judges. */
interface Way {
  readonly entry: string;
  readonly root: string;
}

const WAYS: Readonly<Record<Judging, readonly Way[]>> = {
  raw: [
    { entry: 'tortie-PREROUTING', root: `tortie-${ROOTS.untrackedIn}` },
    { entry: 'tortie-OUTPUT', root: `tortie-${ROOTS.untrackedOut}` },
  ],
  mangle: [{ entry: 'tortie-PREROUTING', root: `tortie-${ROOTS.preDnat}` }],
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
  const ways = WAYS[name].filter(({ root }) => dirty.has(root) || (before.has(root) && !after.has(root)));
  if (ways.length === 0) return undefined;
  const chains = new Map(before);
  const put = (made: ChainText) => void chains.set(made.name, made);
  for (const { root } of ways) {
    for (const reached of reach(root, after)) {
      const found = after.get(reached);
      if (found && dirty.has(reached)) put(renamed(found, dirty));
    }
  }
  const bits = { before: bitsOf(before), after: bitsOf(after) };
  const known = [bits.before, bits.after].flatMap((b) => (b ? [b.accepted, b.passed] : []));
  const clear: RuleLine = { text: clearBits(known.reduce((all, bit) => all | bit, 0)) };
  const both = bits.before?.accepted === bits.after?.accepted && bits.before?.passed === bits.after?.passed;
  for (const way of ways) {
    const asked = {
      old: before.has(way.root) ? [{ text: `-j ${way.root}` }] : [],
      new: after.has(way.root) ? [{ text: `-j ${nameOf(way.root, dirty)}` }] : [],
    };
    const head =
      name === 'mangle' && both && bits.after && keepsAccepted(from, to)
        ? { text: `${whenSet(bits.after.accepted)} -j RETURN` }
        : clear;
    if (!both || !bits.after || asked.old.length === 0 || asked.new.length === 0) {
      // One side accepts nothing here.
      put(chain(way.entry, [head, ...asked.old, clear, ...asked.new, clear]));
      continue;
    }
    const accepted = whenSet(bits.after.accepted);
    const second = temporary(`${way.entry} accepted`);
    put(
      chain(way.entry, [
        head,
        ...asked.old,
        { text: `${accepted} -g ${second}` },
        clear,
        ...asked.new,
        clear,
      ]),
    );
    put(
      chain(second, [
        clear,
        ...asked.new,
        ...whenBoth(name, accepted),
        { text: clearBits(bits.after.passed) },
      ]),
    );
  }
  return chains;
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

function renamed(from: ChainText, names: ReadonlySet<string>): ChainText {
  const rules = from.rules.map((rule): RuleLine => {
    const [, match = '', verb = '', target = ''] = TARGET.exec(rule.text) ?? [];
    return target === '' ? rule : { ...rule, text: `${match}${verb} ${nameOf(target, names)}` };
  });
  return chain(temporary(from.name), rules, from.cause);
}

function nameOf(name: string, names: ReadonlySet<string>): string {
  return names.has(name) ? temporary(name) : name;
}

function temporary(name: string): string {
  return `tortie-new-${textHash(name).slice(0, 16)}`;
}

/** As the chains say that set them, since what was there may have been made with another mask. */
function bitsOf(chains: ReadonlyMap<string, ChainText>): Bits | undefined {
  const [accepted, passed] = [ALLOW_CHAIN, PASS_CHAIN].map((name) =>
    setBitOf(chains.get(name)?.rules[0]?.text ?? ''),
  );
  return accepted === undefined || passed === undefined ? undefined : { accepted, passed };
}
