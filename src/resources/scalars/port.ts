// Ports of rules: a number, a range `a:b`, or the name of an endpoint's port. Decoded once, here.
import * as z from 'zod';
import { type Decoded, numberOrText, textThat } from '../schema.ts';

export type Port =
  | { readonly kind: 'range'; readonly first: number; readonly last: number }
  | { readonly kind: 'name'; readonly name: string };

const OUT_OF_RANGE = 'port range invalid, port number must be between 1 and 65535';

export function decodePort(raw: number | string): Decoded<Port> {
  if (typeof raw === 'number') return decodeRange(raw, raw);
  if (/^\d+$/.test(raw)) return decodeRange(Number(raw), Number(raw));
  const range = /^(\d*):(\d*)$/.exec(raw);
  if (range) return decodeBounds(raw, range[1] ?? '', range[2] ?? '');
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(raw)) {
    return { fault: { message: `invalid name for named port (${raw})` } };
  }
  if (isPortName(raw)) return { value: { kind: 'name', name: raw } };
  return { fault: { message: `invalid name for named port (${raw})`, hint: PORT_NAME_RULE } };
}

function decodeBounds(raw: string, first: string, last: string): Decoded<Port> {
  const bad = (which: string): Decoded<Port> => ({
    fault: {
      message: `invalid ${which} port number in range (${raw})`,
      hint: 'a range is written "1000:2000"',
    },
  });
  if (first === '' || Number(first) > 65535) return bad('minimum');
  if (last === '' || Number(last) > 65535) return bad('maximum');
  if (Number(first) > Number(last)) {
    const message = `minimum port number (${Number(first)}) is greater than maximum port number (${Number(last)}) in port range`;
    return { fault: { message } };
  }
  return decodeRange(Number(first), Number(last));
}

function decodeRange(first: number, last: number): Decoded<Port> {
  const valid = Number.isInteger(first) && first >= 1 && last <= 65535;
  return valid ? { value: { kind: 'range', first, last } } : { fault: { message: OUT_OF_RANGE } };
}

export const PORT_NAME_RULE =
  "a port name has at most 15 characters of a-z, 0-9 and '-', at least one letter, and no '-' at an end or doubled";

/** A Kubernetes service port name. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}

export const rulePort = numberOrText(decodePort);
/** Where no endpoint's port can be meant. */
export const portRange = numberOrText((raw): Decoded<Extract<Port, { kind: 'range' }>> => {
  const decoded = decodePort(raw);
  if ('fault' in decoded) return decoded;
  const { value } = decoded;
  return value.kind === 'range'
    ? { value }
    : { fault: { message: `not a port or a range of ports (${raw})` } };
});
export const portName = textThat(isPortName, 'invalid port name', PORT_NAME_RULE);
export const portNumber = z.int().min(1, OUT_OF_RANGE).max(65535, OUT_OF_RANGE);
