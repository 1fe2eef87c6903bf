// What the fields of an IPPool demand of each other.
import { parsePrefix, prefixCovers } from '../../net/index.ts';
import type { Prefix } from '../../net/types.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import { type Report } from '../schema.ts';

type Fields = Readonly<Record<string, unknown>>;

export function checkPool(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  const prefix = checkCidr(spec['cidr'], report);
  if (prefix) checkSizes(spec, prefix, report);
  checkEncapsulation(spec, prefix, report);
  checkUses(spec, report);
}

function isOn(mode: unknown): boolean {
  return mode === 'Always' || mode === 'CrossSubnet';
}

function checkCidr(cidr: unknown, report: Report): Prefix | undefined {
  if (typeof cidr !== 'string') return undefined;
  const path = ['cidr'];
  if (cidr === '') report({ message: 'IPPool CIDR must be specified', path });
  const parsed = cidr.includes('/') ? parsePrefix(cidr) : undefined;
  if (cidr !== '' && !parsed) report({ message: 'IPPool CIDR must be a valid subnet', path });
  if (!parsed) return undefined;
  if (parsed.hostBits) report({ message: 'IPPool CIDR is not strictly masked', path });
  for (const [text, range] of LINK_LOCAL) {
    if (range.family === parsed.prefix.family && overlap(range, parsed.prefix)) {
      const ip = range.family === 4 ? 'IPv4' : 'IPv6';
      report({ message: `IPPool CIDR overlaps with ${ip} link local range ${text}`, path });
    }
  }
  return parsed.prefix;
}

const LINK_LOCAL: readonly (readonly [string, Prefix])[] = [
  ['169.254.0.0/16', { family: 4, bits: 0xa9fe_0000n, length: 16 }],
  ['fe80::/10', { family: 6, bits: 0xfe80n << 112n, length: 10 }],
];

function overlap(a: Prefix, b: Prefix): boolean {
  return prefixCovers(a, b) || prefixCovers(b, a);
}

function checkSizes(spec: Fields, prefix: Prefix, report: Report): void {
  const given = spec['blockSize'];
  const four = prefix.family === 4;
  const size = typeof given === 'number' && given !== 0 ? given : four ? 26 : 122;
  if (size < (four ? 20 : 116) || size > (four ? 32 : 128)) {
    const message =
      'blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools';
    report({ message, path: ['blockSize'] });
  } else if (spec['disabled'] !== true && prefix.length > size) {
    const message =
      'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.';
    report({ message, path: ['cidr'] });
  }
}

function checkEncapsulation(spec: Fields, prefix: Prefix | undefined, report: Report): void {
  if (isOn(spec['ipipMode']) && isOn(spec['vxlanMode'])) {
    report({ message: 'ipipMode and vxlanMode cannot both be enabled', path: ['vxlanMode'] });
  }
  if (isOn(spec['ipipMode']) && prefix?.family === 6) {
    report({ message: 'IPIP is not supported on IPv6 pools', path: ['ipipMode'] });
  }
}

function checkUses(spec: Fields, report: Report): void {
  const uses = listOf(spec['allowedUses']);
  const path = ['allowedUses'];
  if (uses.includes('Tunnel') && textOf(spec['namespaceSelector']) !== undefined) {
    const message = 'IP Pool with AllowedUse Tunnel cannot have namespaceSelector';
    report({ message, path: ['namespaceSelector'] });
  }
  if (!uses.includes('LoadBalancer')) return;
  if (isOn(spec['ipipMode']) || isOn(spec['vxlanMode'])) {
    report({ message: 'LoadBalancer IP pool cannot have IPIP or VXLAN enabled', path });
  }
  if (uses.includes('Workload') || uses.includes('Tunnel')) {
    report({ message: 'LoadBalancer cannot be combined with Workload or Tunnel allowed uses', path });
  }
  if (spec['disableBGPExport'] === true) {
    report({ message: 'LoadBalancer IP pools cannot disable BGP export', path: ['disableBGPExport'] });
  }
  const nodes = spec['nodeSelector'];
  if (typeof nodes === 'string' && nodes !== 'all()') {
    const message = 'IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()';
    report({ message, path: ['nodeSelector'] });
  }
}
