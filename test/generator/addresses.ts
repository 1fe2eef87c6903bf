// Random addresses: those of the world's endpoints and outside hosts, and those at and beside the ends of networks.
import type { Family } from '../../src/net/index.ts';
import { block } from '../oracle/addresses.ts';
import type { Random } from './random.ts';
import { bitsOf, NETS, OUTSIDE, SLOTS } from './universe.ts';

export const POOL: Readonly<Record<Family, readonly bigint[]>> = { 4: pool(4), 6: pool(6) };
function pool(family: Family): bigint[] {
  return [
    ...SLOTS.flatMap((slot) => [...slot.addresses[family], ...slot.addresses[family]]),
    ...OUTSIDE[family],
    ...OUTSIDE[family],
    ...OUTSIDE[family],
  ].map(bitsOf);
}

/** Addresses at and beside the ends of a network. */
function nearNet(rand: Random, text: string): bigint {
  const net = block(text);
  if (!net) throw new Error(text);
  const last = net.bits + (1n << net.shift) - 1n;
  return rand.pick([net.bits + 1n, net.bits + 2n, last - 1n, last, net.bits, net.bits - 1n, last + 1n]);
}

/** Linux forwards nothing that comes from or goes to these: the kernel would answer a question nobody asked. */
export function isPlain(family: Family, bits: bigint): boolean {
  if (family === 4) {
    const first = Number(bits >> 24n);
    return first > 0 && first < 224 && first !== 127 && first !== 169;
  }
  if (bits <= 0n || bits >> 128n !== 0n) return false;
  const first = Number(bits >> 120n);
  return first !== 0 && first !== 0xff && first !== 0xfe;
}

/** An address that a packet of a rule with these networks may have. */
export function address(rand: Random, family: Family, nets: readonly string[]): bigint {
  for (let tries = 0; tries < 10; tries += 1) {
    const mine = nets.filter((net) => net.includes(':') === (family === 6));
    const bits =
      mine.length > 0 && rand.chance(0.7)
        ? nearNet(rand, rand.pick(mine))
        : rand.chance(0.8)
          ? rand.pick(POOL[family])
          : nearNet(rand, rand.pick(NETS[family]));
    if (isPlain(family, bits)) return bits;
  }
  return rand.pick(POOL[family]);
}
