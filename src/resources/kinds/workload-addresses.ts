// The addresses of a workload endpoint: each one is single, and each NAT maps one of them within a family.
import type { Path } from '../../errors/problem.ts';
import { parsePrefix } from '../../net/index.ts';
import type { Prefix } from '../../net/types.ts';
import { fieldsOf, listOf } from '../fields.ts';
import { type Report } from '../schema.ts';

/** The address, when the text is one address with or without its full length. */
function single(text: string): Prefix | 'many' | undefined {
  const prefix = parsePrefix(text)?.prefix;
  return prefix && prefix.length !== (prefix.family === 4 ? 32 : 128) ? 'many' : prefix;
}

export function checkAddresses(value: unknown, report: Report): void {
  const { ipNetworks, ipNATs } = fieldsOf(value);
  const addresses: Prefix[] = [];
  listOf(ipNetworks).forEach((text, index) => {
    if (typeof text !== 'string') return;
    const found = single(text);
    if (typeof found === 'object') addresses.push(found);
    else {
      const message = found === 'many' ? 'IP network contains multiple addresses' : 'invalid CIDR';
      report({ message, path: ['ipNetworks', index] });
    }
  });
  const nats = listOf(ipNATs);
  if (nats.length === 0) return;
  const own = new Set(addresses.map(keyOf));
  nats.forEach((nat, index) => checkNat(fieldsOf(nat), own, ['ipNATs', index], report));
}

const keyOf = ({ family, bits }: Prefix): string => `${family}/${bits}`;

function checkNat(
  { internalIP, externalIP }: Readonly<Record<string, unknown>>,
  own: ReadonlySet<string>,
  path: Path,
  report: Report,
): void {
  if (typeof internalIP !== 'string' || typeof externalIP !== 'string') return;
  const inner = single(internalIP);
  const outer = single(externalIP);
  if (typeof inner !== 'object') report({ message: 'invalid IP address', path: [...path, 'internalIP'] });
  if (typeof outer !== 'object') report({ message: 'invalid IP address', path: [...path, 'externalIP'] });
  if (typeof inner !== 'object') return;
  if (typeof outer === 'object' && inner.family !== outer.family) {
    report({ message: 'mismatched IP versions', path });
  }
  if (!own.has(keyOf(inner))) {
    report({ message: 'NAT is not in the endpoint networks', path: [...path, 'internalIP'] });
  }
}
