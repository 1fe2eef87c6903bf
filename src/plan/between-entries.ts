// What stands around the judge in the entries of a state in between: what follows from *accepted* in raw, and how mangle
// POSTROUTING knows its packets.
import { type Bits, clearBits, setBit, unlessJust, whenSet } from '../render/iptables/bits.ts';
import type { ChainText, RuleLine } from '../render/ruleset.ts';

export function afterRaw(bits: Bits | undefined): RuleLine[] {
  if (bits === undefined) return [];
  const accepted = whenSet(bits.accepted);
  return [{ text: `${accepted} -j CT --notrack` }, { text: `${accepted} -j ACCEPT` }, ...forgetPassed(bits)];
}

export function forgetPassed(bits: Bits | undefined): RuleLine[] {
  return bits === undefined ? [] : [{ text: clearBits(bits.passed) }];
}

const JUST = /-m mark (?:! )?--mark (0x[0-9a-f]+)\/(0x[0-9a-f]+) -j (?:RETURN|MARK)/;

/**
 * Only the packets that OUTPUT marked to be judged here. Each mark that either entry knows, since OUTPUT changes with
 * another table; made the one that the last of them knows.
 */
export function handedOn(old: ChainText | undefined, fresh: ChainText | undefined): RuleLine[] {
  const marks = new Map<string, { readonly bits: number; readonly among: number }>();
  for (const { text } of [...(old?.rules ?? []), ...(fresh?.rules ?? [])]) {
    const [found, bits, among] = JUST.exec(text) ?? [];
    if (found !== undefined) marks.set(`${bits}/${among}`, { bits: Number(bits), among: Number(among) });
  }
  const all = [...marks.values()];
  const last = all.at(-1);
  if (last === undefined) return [];
  const changed = all.slice(0, -1).map(({ bits, among }): RuleLine => {
    return { text: `${whenSet(bits, among)} ${setBit(last.bits, (among | last.among) >>> 0)}` };
  });
  return [...changed, { text: `${unlessJust(last.bits, last.among)} -j RETURN` }];
}
