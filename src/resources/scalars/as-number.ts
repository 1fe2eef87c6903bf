// AS numbers: 0..4294967295, as a number, as digits, or as `high.low`.
import type { Decoded } from '../schema.ts';

/** For the schema of a field that Calico's CRD keeps as a number; the API server takes all 32 bits nonetheless. */
export const AS_NUMBER = { 'x-crd': { type: 'integer', format: 'int32' } };

export function decodeAsNumber(raw: number | string): Decoded<number> {
  const value = typeof raw === 'number' ? raw : fromText(raw);
  const valid = Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
  return valid ? { value } : { fault: { message: 'invalid AS number' } };
}

function fromText(text: string): number {
  const dotted = /^(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (!dotted) return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  const high = Number(dotted[1]);
  const low = Number(dotted[2]);
  return high <= 0xffff && low <= 0xffff ? high * 65536 + low : Number.NaN;
}
