// DSCP: a number 0..63, or a class name in any case.
import type { Decoded } from '../schema.ts';

const CLASSES = new Set(
  'DF EF CS0 CS1 CS2 CS3 CS4 CS5 CS6 AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43'.split(' '),
);

export function decodeDscp(raw: number | string): Decoded<number | string> {
  const value = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw;
  if (typeof value === 'string') {
    if (CLASSES.has(value.toUpperCase())) return { value };
    return { fault: { message: `${value} is not a valid DSCP value` } };
  }
  const valid = Number.isInteger(value) && value >= 0 && value <= 63;
  return valid ? { value } : { fault: { message: 'DSCP must be between 0 and 63' } };
}
