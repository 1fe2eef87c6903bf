// Masks over addresses as unsigned integers; shared by this room's files, not part of its public face.
import type { Family } from './types.ts';

export const WIDTH = { 4: 32, 6: 128 } as const;

const HOST_MASKS: Record<Family, readonly bigint[]> = { 4: hostMasks(32), 6: hostMasks(128) };

function hostMasks(width: number): bigint[] {
  return Array.from({ length: width + 1 }, (_, length) => (1n << BigInt(width - length)) - 1n);
}

/** The bits behind a prefix of this length, all set. */
export function hostMask(family: Family, length: number): bigint {
  const mask = HOST_MASKS[family][length];
  if (mask === undefined) throw new RangeError(`no prefix length ${length} in IPv${family}`);
  return mask;
}

/** `bits` with everything behind the prefix cleared. */
export function maskBits(family: Family, bits: bigint, length: number): bigint {
  return bits - (bits & hostMask(family, length));
}
