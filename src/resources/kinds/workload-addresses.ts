// The addresses of a workload endpoint: each one is single, and each NAT maps one of them within a family.
import { parsePrefix } from '../../net/index.ts';
import { fieldsOf, listOf } from '../fields.ts';
import { type Report } from '../schema.ts';

/** The address as its bits and family, when the text is one address with or without its full length. */
function single(text: string): { key: string; family: 4 | 6 } | 'many' | undefined {
  const parsed = parsePrefix(text);
  if (!parsed) return undefined;
  const { family, bits, length } = parsed.prefix;
  return length === (family === 4 ? 32 : 128) ? { key: `${family}/${bits}`, family } : 'many';
}

export function checkAddresses(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  const own = new Set<string>();
  listOf(spec['ipNetworks']).forEach((text, index) => {
    if (typeof text !== 'string') return;
    const found = single(text);
    const path = ['ipNetworks', index];
    if (found === undefined) report({ message: 'invalid CIDR', path });
    else if (found === 'many') report({ message: 'IP network contains multiple addresses', path });
    else own.add(found.key);
  });
  listOf(spec['ipNATs']).forEach((nat, index) => {
    const { internalIP, externalIP } = fieldsOf(nat);
    if (typeof internalIP !== 'string' || typeof externalIP !== 'string') return;
    const inner = single(internalIP);
    const outer = single(externalIP);
    const path = ['ipNATs', index];
    if (typeof inner !== 'object') report({ message: 'invalid IP address', path: [...path, 'internalIP'] });
    if (typeof outer !== 'object') report({ message: 'invalid IP address', path: [...path, 'externalIP'] });
    if (typeof inner !== 'object') return;
    if (typeof outer === 'object' && inner.family !== outer.family) {
      report({ message: 'mismatched IP versions', path });
    }
    if (!own.has(inner.key)) {
      report({ message: 'NAT is not in the endpoint networks', path: [...path, 'internalIP'] });
    }
  });
}
