// The two bits of the packet mark that lowering needs: *accepted*, the stage allowed the packet, and *passed*, a rule
// passed it to the next tier. They are the two lowest bits of the configured mask; no other bit is ever changed.
import { problem, TortieError } from '../../errors/problem.ts';

/** Texts of the mark match and of the MARK target, made once. */
export interface Bits {
  readonly accepted: number;
  readonly passed: number;
}

export function markBits(mask: number): Bits {
  const accepted = lowestBit(mask);
  const passed = lowestBit(mask & ~accepted);
  if (passed === 0) {
    throw new TortieError([
      problem('render/mark-mask', `the mark mask ${hex(mask)} has fewer than two bits`, {
        hint: 'iptables needs two bits; give iptablesMarkMask of FelixConfiguration more, e.g. 0xffff0000',
      }),
    ]);
  }
  return { accepted, passed };
}

function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** With `among`: and when all others of those are clear. */
export function whenSet(bit: number, among = bit): string {
  return `-m mark --mark ${hex(bit)}/${hex(among)}`;
}

/** Of several bits: when all are clear. */
export function whenClear(bits: number): string {
  return `-m mark --mark 0x0/${hex(bits)}`;
}

/** When, of the bits in `among`, those in `bits` are not set or others are. */
export function unlessJust(bits: number, among: number): string {
  return `-m mark ! --mark ${hex(bits)}/${hex(among)}`;
}

/** With `among`: and clears all others of those. */
export function setBit(bit: number, among = bit): string {
  return `-j MARK --set-mark ${hex(bit)}/${hex(among)}`;
}

export function clearBits(bits: number): string {
  return `-j MARK --set-mark 0x0/${hex(bits)}`;
}

/** The bit that `setBit` made this text for; iptables-save spells it otherwise, and may have a comment before it. */
export function setBitOf(text: string): number | undefined {
  const [, value] = /(?:^| )-j MARK --set-x?mark (0x[0-9a-f]+)\/\1$/.exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}
