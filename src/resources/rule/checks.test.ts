import { describe, expect, it } from 'vitest';
import { faults, parsed, raw } from '../testing.ts';

type Raw = Record<string, unknown>;
type Where = 'np-in' | 'np-out' | 'gnp-in' | 'gnp-out' | 'profile-in';

function inPolicy(rule: Raw, where: Where = 'np-in'): Raw {
  const list = where.endsWith('in') ? 'ingress' : 'egress';
  const kind = { np: 'NetworkPolicy', gnp: 'GlobalNetworkPolicy', profile: 'Profile' }[
    where.split('-')[0] ?? ''
  ];
  return raw(String(kind), { [list]: [{ action: 'Allow', ...rule }] });
}

const nets = (source: string[], destination: string[] = []) => ({
  source: { nets: source },
  destination: { nets: destination },
});
const IN = 'spec.ingress[0]';
const OUT = 'spec.egress[0]';

describe('what the fields of a rule demand of each other', () => {
  const cases: [rule: Raw, expected: string[], where?: Where][] = [
    [
      { http: { methods: ['GET'] }, protocol: 'UDP' },
      [`${IN}.protocol: rules with HTTP match must have protocol TCP or unset`],
    ],
    [{ http: { methods: ['GET'] }, protocol: 'TCP' }, []],
    [{ http: { methods: ['GET'] }, protocol: 6 }, []],
    [{ http: {}, action: 'Deny' }, [`${IN}.http: HTTP match is only valid on Allow rules`]],
    [{ http: {} }, [`${OUT}.http: not allowed in egress rule`], 'np-out'],
    [{ http: {} }, [`${OUT}.http: not allowed in egress rules`], 'gnp-out'],
    [
      { protocol: 'TCP', destination: { services: { name: 's' }, ports: [1] } },
      [`${OUT}.destination.ports: ports and notPorts cannot be specified with services`],
      'np-out',
    ],
    [
      { source: { services: { name: 's' } } },
      [`${OUT}.source.services: not allowed in egress rule source`],
      'np-out',
    ],
    [
      { destination: { services: { name: 's' } } },
      [`${IN}.destination.services: not allowed in ingress rule destination`],
    ],
    [{ source: { services: { name: 's' }, ports: [1] }, protocol: 'TCP' }, []],
    [{ source: { services: { name: 's' } } }, [`${IN}.source.services: must specify a namespace`], 'gnp-in'],
    [
      { destination: { services: { name: 's' } } },
      [`${OUT}.destination.services: must specify a namespace`],
      'gnp-out',
    ],
    [{ destination: { services: { name: 's', namespace: 'n' } } }, [], 'gnp-out'],
    [{ icmp: { type: 8 } }, [`${IN}.icmp: ICMP fields require protocol to be ICMP or ICMPv6`]],
    [
      { icmp: { type: 8 }, protocol: 'TCP' },
      [`${IN}.protocol: ICMP fields require protocol to be ICMP or ICMPv6`],
    ],
    [{ icmp: { type: 8 }, protocol: 1 }, []],
    [{ icmp: { type: 128 }, protocol: 'ICMPv6' }, []],
    [{ notICMP: { type: 8 } }, []],
    [{ icmp: { code: 1 }, protocol: 'ICMP' }, [`${IN}.icmp.code: ICMP code specified without an ICMP type`]],
    [{ icmp: { type: 255 }, protocol: 'ICMP' }, [`${IN}.icmp.type: must be at most 254`]],
    [{ protocol: 'ICMP', ipVersion: 6 }, [`${IN}.ipVersion: protocol ICMP requires ipVersion 4`]],
    [{ notProtocol: 58, ipVersion: 4 }, [`${IN}.ipVersion: protocol ICMPv6 requires ipVersion 6`]],
    [{ protocol: 'ICMP', ipVersion: 4 }, []],
    [
      { source: { ports: ['http', '1:2'] } },
      [
        `${IN}.source.ports[1]: rules with numeric port or port range must set protocol to TCP or UDP or SCTP`,
      ],
    ],
    [{ destination: { ports: ['http'] } }, []],
    [
      { notProtocol: 'TCP', destination: { ports: [80] } },
      [
        `${IN}.destination.ports[0]: rules with numeric port or port range must set protocol to TCP or UDP or SCTP`,
      ],
    ],
    [
      { protocol: 'ICMP', source: { notPorts: ['http'] } },
      [`${IN}.source.notPorts: rules that specify ports must set protocol to TCP or UDP or SCTP`],
    ],
    [{ protocol: 132, destination: { ports: [80] } }, []],
    [nets(['10.0.0.1']), [`${IN}.source.nets[0]: invalid CIDR`]],
    [
      nets(['10.0.0.0/8'], ['fd00::/8']),
      [`${IN}.destination.nets[0]: rule contains both IPv4 and IPv6 CIDRs`],
    ],
    [
      { ...nets(['10.0.0.0/8']), ipVersion: 6 },
      [`${IN}.source.nets[0]: rule IP version doesn't match CIDR version`],
    ],
    [
      { source: { notNets: ['0.0.0.0/0'] } },
      [
        `${IN}.source.notNets[0]: catch-all CIDR in negation creates logical contradiction (matches no traffic)`,
      ],
    ],
    [
      { destination: { notNets: ['0:0::/0'] } },
      [
        `${IN}.destination.notNets[0]: catch-all CIDR in negation creates logical contradiction (matches no traffic)`,
      ],
    ],
    [{ source: { nets: ['0.0.0.0/0'] } }, []],
    [
      { source: { selector: 'global()' } },
      [`${IN}.source.selector: global() can only be used in an EntityRule namespaceSelector`],
    ],
    [{ source: { notSelector: 'global()' } }, []],
    [{ source: { namespaceSelector: ' global() ' } }, []],
    [
      { source: { namespaceSelector: 'global() || a == "b"' } },
      [`${IN}.source.namespaceSelector: global() cannot be combined with other selectors`],
    ],
    [
      { source: { services: { name: 's' }, namespaceSelector: 'all()', serviceAccounts: { names: ['a'] } } },
      [
        `${IN}.source.namespaceSelector: cannot specify NamespaceSelector and Services on the same rule`,
        `${IN}.source.serviceAccounts: cannot specify ServiceAccounts and Services on the same rule`,
      ],
    ],
    [
      { source: { services: { name: 's' }, notSelector: 'all()', nets: ['10.0.0.0/8'] } },
      [
        `${IN}.source.notSelector: cannot specify Selector/NotSelector and Services on the same rule`,
        `${IN}.source.nets: cannot specify Nets/NotNets and Services on the same rule`,
      ],
    ],
    [{ source: { services: { name: '' } } }, [`${IN}.source.services: services must specify a service name`]],
    [
      { http: { paths: [{ exact: '/a', prefix: '/b' }] } },
      [`${IN}.http.paths[0]: Invalid path match. Both 'exact' and 'prefix' are set`],
    ],
    [
      { http: { paths: [{}] } },
      [`${IN}.http.paths[0]: Invalid path match. Either 'exact' or 'prefix' must be set`],
    ],
    [{ http: { methods: ['GET', 'GET'] } }, [`${IN}.http.methods[1]: Invalid methods (duplicates)`]],
    [{ http: { paths: [{ exact: 'a' }] } }, [`${IN}.http.paths[0].exact: Invalid path match`]],
    [{ icmp: { type: 8 } }, [`${IN}.icmp: ICMP fields require protocol to be ICMP or ICMPv6`], 'profile-in'],
  ];
  it.each(cases)('%j', (rule, expected, where) => {
    expect(faults(inPolicy(rule, where))).toEqual(expected);
  });
});

describe('protocols and ports', () => {
  const of = (protocol: unknown, ports: unknown[]) => inPolicy({ protocol, destination: { ports } });

  it('decodes numbers, ranges and names', () => {
    const policy = parsed(of('TCP', [80, '1000:2000', 'http', '443']), 'NetworkPolicy');
    expect(policy.spec.ingress[0]?.destination.ports).toEqual([
      { kind: 'range', first: 80, last: 80 },
      { kind: 'range', first: 1000, last: 2000 },
      { kind: 'name', name: 'http' },
      { kind: 'range', first: 443, last: 443 },
    ]);
    expect(parsed(of('6', []), 'NetworkPolicy').spec.ingress[0]?.protocol).toBe(6);
    expect(parsed(of('SCTP', []), 'NetworkPolicy').spec.ingress[0]?.protocol).toBe('SCTP');
  });

  const port = `${IN}.destination.ports[0]`;
  it.each<[unknown, unknown[], string]>([
    ['tcp', [80], `${IN}.protocol: protocol name invalid`],
    [0, [], `${IN}.protocol: protocol number invalid`],
    ['0', [], `${IN}.protocol: protocol number invalid`],
    [256, [], `${IN}.protocol: protocol number invalid`],
    ['256', [], `${IN}.protocol: protocol name invalid`],
    [1.5, [], `${IN}.protocol: protocol number invalid`],
    ['TCP', [0], `${port}: port range invalid, port number must be between 1 and 65535`],
    ['TCP', ['0:5'], `${port}: port range invalid, port number must be between 1 and 65535`],
    [
      'TCP',
      ['20:10'],
      `${port}: minimum port number (20) is greater than maximum port number (10) in port range`,
    ],
    ['TCP', ['1:65536'], `${port}: invalid maximum port number in range (1:65536)`],
    ['TCP', [':5'], `${port}: invalid minimum port number in range (:5)`],
    ['TCP', ['Http'], `${port}: invalid name for named port (Http)`],
    ['TCP', ['a b'], `${port}: invalid name for named port (a b)`],
    ['TCP', ['65536'], `${port}: port range invalid, port number must be between 1 and 65535`],
    ['TCP', [true], `${port}: expected a number or a string, got the boolean true`],
  ])('refuses %j with ports %j', (protocol, ports, expected) => {
    expect(faults(of(protocol, ports))).toEqual([expected]);
  });

  it('limits lists', () => {
    expect(
      faults(
        of(
          'TCP',
          Array.from({ length: 51 }, (_, i) => i + 1),
        ),
      ),
    ).toEqual([`${IN}.destination.ports: at most 50 entries are allowed`]);
  });
});
