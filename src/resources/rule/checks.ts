// What the fields of a rule demand of each other. Every check runs whatever else failed, on values that may not have
// parsed (see schema.ts), and says nothing about a field that is wrong by itself. Calico asks part of this of policies
// only; we ask all of it of profiles too, since a rule means the same there.
import type { Path } from '../../errors/problem.ts';
import { parsePrefix } from '../../net/index.ts';
import type { Family } from '../../net/types.ts';
import { fieldsOf, isObject, listOf, textOf } from '../fields.ts';
import { type Report } from '../schema.ts';
import { decodeProtocol, hasPorts, type Protocol } from '../scalars/protocol.ts';

type Fields = Readonly<Record<string, unknown>>;

export function checkRule(value: unknown, report: Report): void {
  const rule = fieldsOf(value);
  checkHttp(rule, report);
  checkIcmp(rule, report);
  checkVersion(rule, report);
  checkPorts(rule, report);
  checkNets(rule, report);
  for (const side of ['source', 'destination']) checkServices(fieldsOf(rule[side]), side, report);
  const destination = fieldsOf(rule['destination']);
  const hasServices = destination['services'] !== undefined;
  for (const list of ['ports', 'notPorts']) {
    if (hasServices && listOf(destination[list]).length > 0) {
      report({
        message: 'ports and notPorts cannot be specified with services',
        path: ['destination', list],
      });
    }
  }
}

/** The protocol when it is valid, `undefined` when absent, `'invalid'` when it was reported already. */
function protocolOf(value: unknown): Protocol | undefined | 'invalid' {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' && typeof value !== 'string') return 'invalid';
  const decoded = decodeProtocol(value);
  return 'value' in decoded ? decoded.value : 'invalid';
}

function icmpFamily(protocol: Protocol | undefined | 'invalid'): Family | undefined {
  if (protocol === 'ICMP' || protocol === 1) return 4;
  return protocol === 'ICMPv6' || protocol === 58 ? 6 : undefined;
}

function checkHttp(rule: Fields, report: Report): void {
  if (rule['http'] === undefined) return;
  const protocol = protocolOf(rule['protocol']);
  if (protocol !== undefined && protocol !== 'invalid' && protocol !== 'TCP' && protocol !== 6) {
    report({ message: 'rules with HTTP match must have protocol TCP or unset', path: ['protocol'] });
  }
  const action = rule['action'];
  if (action === 'Deny' || action === 'Pass' || action === 'Log') {
    report({ message: 'HTTP match is only valid on Allow rules', path: ['http'] });
  }
}

function checkIcmp(rule: Fields, report: Report): void {
  for (const field of ['icmp', 'notICMP']) {
    const { type, code } = fieldsOf(rule[field]);
    if (code !== undefined && type === undefined) {
      report({ message: 'ICMP code specified without an ICMP type', path: [field, 'code'] });
    }
  }
  if (rule['icmp'] === undefined) return;
  const protocol = protocolOf(rule['protocol']);
  if (protocol !== 'invalid' && icmpFamily(protocol) === undefined) {
    const path = protocol === undefined ? ['icmp'] : ['protocol'];
    report({ message: 'ICMP fields require protocol to be ICMP or ICMPv6', path });
  }
}

function checkVersion(rule: Fields, report: Report): void {
  const version = rule['ipVersion'];
  if (version !== 4 && version !== 6) return;
  for (const field of ['protocol', 'notProtocol']) {
    const family = icmpFamily(protocolOf(rule[field]));
    if (family === undefined || family === version) continue;
    const message =
      family === 4 ? 'protocol ICMP requires ipVersion 4' : 'protocol ICMPv6 requires ipVersion 6';
    report({ message, path: ['ipVersion'] });
  }
}

const PORT_LISTS: readonly Path[] = [
  ['source', 'ports'],
  ['source', 'notPorts'],
  ['destination', 'ports'],
  ['destination', 'notPorts'],
];
const NET_LISTS: readonly Path[] = [
  ['source', 'nets'],
  ['source', 'notNets'],
  ['destination', 'nets'],
  ['destination', 'notNets'],
];

function listAt(rule: Fields, [side, list]: Path): readonly unknown[] {
  return listOf(fieldsOf(rule[String(side)])[String(list)]);
}

/** Decoded, or not decoded because it is wrong by itself. */
function isNumericPort(port: unknown): boolean {
  return isObject(port) ? port['kind'] === 'range' : typeof port === 'number';
}

function checkPorts(rule: Fields, report: Report): void {
  const protocol = protocolOf(rule['protocol']);
  if (protocol === 'invalid' || (protocol !== undefined && hasPorts(protocol))) return;
  for (const path of PORT_LISTS) {
    const ports = listAt(rule, path);
    if (protocol !== undefined && ports.length > 0) {
      report({ message: 'rules that specify ports must set protocol to TCP or UDP or SCTP', path });
    }
    const numeric = ports.findIndex(isNumericPort);
    if (protocol === undefined && numeric >= 0) {
      const message = 'rules with numeric port or port range must set protocol to TCP or UDP or SCTP';
      report({ message, path: [...path, numeric] });
    }
  }
}

function checkNets(rule: Fields, report: Report): void {
  const version = rule['ipVersion'];
  let first: Family | undefined;
  let mixed = false;
  let wrongVersion = false;
  for (const list of NET_LISTS) {
    listAt(rule, list).forEach((text, index) => {
      const prefix = typeof text === 'string' ? parsePrefix(text)?.prefix : undefined;
      if (!prefix) return;
      const path = [...list, index];
      first ??= prefix.family;
      if (prefix.family !== first && !mixed) {
        mixed = true;
        report({ message: 'rule contains both IPv4 and IPv6 CIDRs', path });
      }
      if ((version === 4 || version === 6) && prefix.family !== version && !wrongVersion) {
        wrongVersion = true;
        report({ message: "rule IP version doesn't match CIDR version", path });
      }
      if (prefix.length === 0 && list[1] === 'notNets') {
        const message = 'catch-all CIDR in negation creates logical contradiction (matches no traffic)';
        report({ message, path });
      }
    });
  }
}

function checkServices(entity: Fields, side: string, report: Report): void {
  if (entity['services'] === undefined) return;
  const complain = (message: string, field: string) => report({ message, path: [side, field] });
  const has = (field: string) => {
    const value = entity[field];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
  };
  if (has('namespaceSelector')) {
    complain('cannot specify NamespaceSelector and Services on the same rule', 'namespaceSelector');
  }
  if (has('serviceAccounts')) {
    complain('cannot specify ServiceAccounts and Services on the same rule', 'serviceAccounts');
  }
  for (const field of ['selector', 'notSelector']) {
    if (has(field)) complain('cannot specify Selector/NotSelector and Services on the same rule', field);
  }
  for (const field of ['nets', 'notNets']) {
    if (has(field)) complain('cannot specify Nets/NotNets and Services on the same rule', field);
  }
  if (textOf(fieldsOf(entity['services'])['name']) === undefined) {
    complain('services must specify a service name', 'services');
  }
}

/** What a rule may say depends on its direction, and for services on the kind of policy. */
export function checkDirections(global: boolean) {
  return (value: unknown, report: Report): void => {
    const spec = fieldsOf(value);
    const needsNamespace = (services: unknown, path: Path) => {
      if (global && services !== undefined && textOf(fieldsOf(services)['namespace']) === undefined) {
        report({ message: 'must specify a namespace', path });
      }
    };
    listOf(spec['ingress']).forEach((rule, index) => {
      const { source, destination } = fieldsOf(rule);
      if (fieldsOf(destination)['services'] !== undefined) {
        const path = ['ingress', index, 'destination', 'services'];
        report({ message: 'not allowed in ingress rule destination', path });
      }
      needsNamespace(fieldsOf(source)['services'], ['ingress', index, 'source', 'services']);
    });
    listOf(spec['egress']).forEach((rule, index) => {
      const { source, destination, http } = fieldsOf(rule);
      if (fieldsOf(source)['services'] !== undefined) {
        report({
          message: 'not allowed in egress rule source',
          path: ['egress', index, 'source', 'services'],
        });
      }
      if (http !== undefined) {
        const message = global ? 'not allowed in egress rules' : 'not allowed in egress rule';
        report({ message, path: ['egress', index, 'http'] });
      }
      needsNamespace(fieldsOf(destination)['services'], ['egress', index, 'destination', 'services']);
    });
  };
}
