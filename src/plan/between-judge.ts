// The chain that judges for two policies at once: it denies what either denies, and leaves *accepted* set only where both
// do. It is asked as the judge of one policy is, so that it may be one of the two itself: a state in between that was left
// behind is a policy like others.
//
//   both:      ask old; accepted: go to `accepted`; clear; ask new; clear
//   accepted:  clear; ask new
//
// What raw accepts is not tracked, and what it does not accept is: then filter lets through what belongs to an established
// connection, unless it comes from or goes to an unknown workload. So a packet that one policy leaves untracked and denies
// later on, and that the other one tracks and denies as one of an unknown workload, would pass between. Where the known
// interfaces change too, raw therefore drops meanwhile what only one side accepts; and all that any side accepts where nobody
// can say what both would accept, since they use different bits or one is not made as ours are now.
import { type Bits, whenClear, whenSet } from '../render/iptables/bits.ts';
import { chain } from '../render/iptables/chain.ts';
import type { ChainText, RuleLine } from '../render/ruleset.ts';
import type { BothBits } from './between-chains.ts';

/** What an entry from a kernel's chain asks. */
export interface Side {
  /** The chains that judge, in their order: one, or none without the entry. */
  readonly judges: readonly string[];
  /** *accepted* behind the judge is what the entry goes by. */
  readonly plain: boolean;
}

/** A jump that is always taken. The comment is part of the text where that is as iptables-save prints it. */
const ASKS = /^(?:-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) )?-j (tortie-\S+)$/;
const CLEARS = /-j MARK --set-x?mark 0x0\/(0x[0-9a-f]+)$/;

export function sideOf(entry: ChainText | undefined): Side {
  const judges = entry?.rules.flatMap(({ text }) => ASKS.exec(text)?.[1] ?? []) ?? [];
  const mask = Number(CLEARS.exec(entry?.rules.at(-1)?.text ?? '')?.[1] ?? 0);
  // Every entry of ours forgets one bit in the end, *passed*, or none. Former versions left some that forgot both.
  const forgets = mask.toString(2).replaceAll('0', '').length > 1;
  return { judges, plain: judges.length < 2 && !forgets };
}

export interface Judging {
  readonly old: Side;
  readonly new: Side;
  readonly bits: BothBits;
  /** Clears every bit that any chain of either side sets. */
  readonly clear: RuleLine;
  /** What is accepted here is not tracked, and asked later on. */
  readonly untracks: boolean;
  readonly sameInterfaces: boolean;
  readonly names: { readonly both: string; readonly accepted: string };
}

/** The judge's name, and the chains to be made for it. */
export function judgeChains(the: Judging): { readonly name: string; readonly chains: readonly ChainText[] } {
  const { bits, clear, names, untracks } = the;
  const jump = (name: string): RuleLine => ({ text: `-j ${name}` });
  const [old, fresh] = [the.old.judges, the.new.judges];
  const same = bits.old?.accepted === bits.new?.accepted && bits.old?.passed === bits.new?.passed;
  if (same && bits.new && the.old.plain && the.new.plain && old[0] && fresh[0]) {
    if (old[0] === fresh[0]) return { name: old[0], chains: [] };
    const accepted = whenSet(bits.new.accepted);
    const drops = untracks && !the.sameInterfaces;
    const first = [jump(old[0]), { text: `${accepted} -g ${names.accepted}` }, clear, jump(fresh[0])];
    const only = (when: string): RuleLine[] => (drops ? [{ text: `${when} -j DROP` }] : []);
    return {
      name: names.both,
      chains: [
        chain(names.both, [...first, ...only(accepted), clear]),
        chain(names.accepted, [clear, jump(fresh[0]), ...only(whenClear(bits.new.accepted))]),
      ],
    };
  }
  // A side that asks nothing accepts nothing.
  const drops = untracks && ((old.length > 0 && fresh.length > 0) || !the.sameInterfaces);
  const asked = (judges: readonly string[], own: Bits | undefined): RuleLine[] =>
    judges.flatMap((judge) => {
      const dropped = drops && own ? [{ text: `${whenSet(own.accepted)} -j DROP` }] : [];
      return [jump(judge), ...dropped, clear];
    });
  return {
    name: names.both,
    chains: [chain(names.both, [...asked(old, bits.old), ...asked(fresh, bits.new)])],
  };
}
