// What the states in between (between.ts) need to know about chains: which of them changed, which are reached from where,
// and how to have them beside others under new names.
import { type Bits, setBitOf } from '../render/iptables/bits.ts';
import { ALLOW_CHAIN, PASS_CHAIN } from '../render/iptables/actions.ts';
import { chain } from '../render/iptables/chain.ts';
import { textHash } from '../render/hash.ts';
import type { ChainText, RuleLine } from '../render/ruleset.ts';
import { sameRules } from './delta.ts';

export type Chains = ReadonlyMap<string, ChainText>;
export type Naming = (chain: string) => string;

/** Chains of `after` that are not in `before` as they are, or lead to such. */
export function changedChains(before: Chains, after: Chains): ReadonlySet<string> {
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

export function reach(root: string, chains: Chains): ReadonlySet<string> {
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

export function renamed(from: ChainText, nameOf: Naming): ChainText {
  const rules = from.rules.map((rule): RuleLine => {
    const [, match = '', verb = '', target = ''] = TARGET.exec(rule.text) ?? [];
    return target === '' ? rule : { ...rule, text: `${match}${verb} ${nameOf(target)}` };
  });
  return chain(nameOf(from.name), rules, from.cause);
}

/** None of them is in use: what was left behind has such names too, and is still asked. */
export function temporaryNames(used: Chains, names: readonly string[]): Naming {
  for (let round = 0; ; round++) {
    const name: Naming = (of) => `tortie-new-${textHash(round === 0 ? of : `${of} ${round}`).slice(0, 16)}`;
    if (names.every((one) => !used.has(name(one)))) return name;
  }
}

/** As the chains say that set them, since what was there may have been made with another mask. */
export function bitsOf(chains: Chains): Bits | undefined {
  const [accepted, passed] = [ALLOW_CHAIN, PASS_CHAIN].map((name) =>
    setBitOf(chains.get(name)?.rules[0]?.text ?? ''),
  );
  return accepted === undefined || passed === undefined ? undefined : { accepted, passed };
}

export interface BothBits {
  readonly old: Bits | undefined;
  readonly new: Bits | undefined;
}
