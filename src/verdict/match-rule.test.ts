import { describe, expect, it } from 'vitest';
import type { IpSet } from '../policy/index.ts';
import { compileConditions, firstFailed } from './match-rule.ts';
import type { Packet } from './packet.ts';
import { netSet, packet, portSet, rule, type RuleSketch } from './testing.ts';

const SETS: readonly IpSet[] = [
  netSet('web', '10.0.0.2/32', '10.1.0.0/16', 'fd00::2/128'),
  netSet('db', '10.0.0.3/32', '10.1.2.0/24'),
  netSet('empty'),
  portSet('http', '10.0.0.2,tcp:80', '10.0.0.2,udp:53', 'fd00::2,tcp:80', '10.0.0.1,tcp:40000'),
];

function failed(sketch: Omit<RuleSketch, 'action'>, p: Packet): string | undefined {
  const sets = new Map(SETS.map((set) => [set.id, set]));
  return firstFailed(compileConditions(rule({ action: 'allow', ...sketch }), sets), p)?.name;
}

const v4 = packet();
const v6 = packet({ from: 'fd00::1', to: 'fd00::2' });
const ping = packet({ protocol: 1, icmpType: 8, icmpCode: 0 });
const ping6 = packet({ protocol: 58, icmpType: 128, icmpCode: 0, from: 'fd00::1', to: 'fd00::2' });
const udp = packet({ protocol: 17, sourcePort: 40_000, destinationPort: 80 });
const range = (first: number, last = first) => ({ first, last });

// Each row: a rule, a packet, and the condition that fails (or undefined: it matches).
const ROWS: [string, Omit<RuleSketch, 'action'>, Packet, string | undefined][] = [
  ['nothing asked', {}, v4, undefined],
  ['family', { family: 4 }, v4, undefined],
  ['other family', { family: 4 }, v6, 'ipVersion'],
  ['protocol', { protocol: 6 }, v4, undefined],
  ['other protocol', { protocol: 17 }, v4, 'protocol'],
  ['not this protocol', { notProtocol: 6 }, v4, 'notProtocol'],
  ['not another protocol', { notProtocol: 17 }, v4, undefined],
  ['http never matches', { never: 'http' }, v4, 'http'],

  ['a net', { destination: { nets: ['10.0.0.0/24'] } }, v4, undefined],
  ['any of the nets', { destination: { nets: ['192.168.0.0/16', '10.0.0.2/32'] } }, v4, undefined],
  ['none of the nets', { destination: { nets: ['10.0.0.3/32'] } }, v4, 'destination.nets'],
  ['source net', { source: { nets: ['10.0.0.2/32'] } }, v4, 'source.nets'],
  ['nets of both families, IPv6', { destination: { nets: ['10.0.0.2/32', 'fd00::/8'] } }, v6, undefined],
  ['nets of the other family only', { destination: { nets: ['10.0.0.0/8'] } }, v6, 'destination.nets'],
  ['everything', { destination: { nets: ['0.0.0.0/0'] } }, v4, undefined],
  [
    'source v4 only and destination v6 only',
    { source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } },
    v4,
    'destination.nets',
  ],
  [
    'source v4 only and destination v6 only, IPv6',
    { source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } },
    v6,
    'source.nets',
  ],
  ['in notNets', { destination: { notNets: ['10.0.0.0/24'] } }, v4, 'destination.notNets'],
  [
    'in the second of notNets',
    { destination: { notNets: ['10.9.0.0/24', '10.0.0.0/24'] } },
    v4,
    'destination.notNets',
  ],
  ['outside notNets', { destination: { notNets: ['10.9.0.0/24'] } }, v4, undefined],
  ['notNets of the other family only', { destination: { notNets: ['fd00::/8'] } }, v4, 'destination.notNets'],
  ['notNets of everything', { source: { notNets: ['0.0.0.0/0'] } }, v4, 'source.notNets'],
  [
    'nets minus notNets',
    { destination: { nets: ['10.0.0.0/8'], notNets: ['10.0.0.0/24'] } },
    v4,
    'destination.notNets',
  ],

  ['address in a set', { destination: { sets: ['web'] } }, v4, undefined],
  ['prefix in a set', { destination: { sets: ['web'] } }, packet({ to: '10.1.9.9' }), undefined],
  ['IPv6 in a set', { destination: { sets: ['web'] } }, v6, undefined],
  ['not in the set', { destination: { sets: ['db'] } }, v4, 'destination.selector'],
  ['in both sets', { destination: { sets: ['web', 'db'] } }, packet({ to: '10.1.2.3' }), undefined],
  ['in one of two sets', { destination: { sets: ['web', 'db'] } }, v4, 'destination.selector'],
  ['nothing is in an empty set', { source: { sets: ['empty'] } }, v4, 'source.selector'],
  ['not in an empty set', { source: { notSets: ['empty'] } }, v4, undefined],
  ['in a negated set', { destination: { notSets: ['db', 'web'] } }, v4, 'destination.notSelector'],
  ['a family that a negated set lacks', { destination: { notSets: ['db'] } }, v6, undefined],
  ['net of one family and set', { destination: { nets: ['10.0.0.0/24'], sets: ['web'] } }, v4, undefined],

  ['first port of a range', { protocol: 6, destination: { ports: [range(80, 90)] } }, v4, undefined],
  ['last port of a range', { protocol: 6, destination: { ports: [range(70, 80)] } }, v4, undefined],
  ['one below', { protocol: 6, destination: { ports: [range(81, 90)] } }, v4, 'destination.ports'],
  ['one above', { protocol: 6, destination: { ports: [range(70, 79)] } }, v4, 'destination.ports'],
  ['source port', { protocol: 6, source: { ports: [range(40_000)] } }, v4, undefined],
  ['other source port', { protocol: 6, source: { ports: [range(80)] } }, v4, 'source.ports'],
  ['port of another protocol', { protocol: 6, destination: { ports: [range(80)] } }, udp, 'protocol'],
  [
    'in notPorts',
    { protocol: 6, destination: { notPorts: [range(22), range(80)] } },
    v4,
    'destination.notPorts',
  ],
  ['outside notPorts', { protocol: 6, destination: { notPorts: [range(81)] } }, v4, undefined],
  ['no ports, in a range', { destination: { ports: [range(0, 65_535)] } }, ping, 'destination.ports'],
  ['no ports, outside a range', { destination: { notPorts: [range(0, 65_535)] } }, ping, undefined],

  ['named port', { protocol: 6, destination: { namedPorts: ['http'] } }, v4, undefined],
  ['named port of IPv6', { protocol: 6, destination: { namedPorts: ['http'] } }, v6, undefined],
  [
    'named port, other port',
    { protocol: 6, destination: { namedPorts: ['http'] } },
    packet({ destinationPort: 53 }),
    'destination.ports',
  ],
  [
    'named port, other protocol',
    { protocol: 17, destination: { namedPorts: ['http'] } },
    udp,
    'destination.ports',
  ],
  [
    'named port, other address',
    { protocol: 6, destination: { namedPorts: ['http'] } },
    packet({ to: '10.0.0.9' }),
    'destination.ports',
  ],
  ['named source port', { protocol: 6, source: { namedPorts: ['http'] } }, v4, undefined],
  [
    'number or name: number',
    { protocol: 6, destination: { ports: [range(443)], namedPorts: ['http'] } },
    packet({ to: '10.9.9.9', destinationPort: 443 }),
    undefined,
  ],
  [
    'number or name: name',
    { protocol: 6, destination: { ports: [range(443)], namedPorts: ['http'] } },
    v4,
    undefined,
  ],
  [
    'number or name: neither',
    { protocol: 6, destination: { ports: [range(443)], namedPorts: ['http'] } },
    packet({ destinationPort: 81 }),
    'destination.ports',
  ],
  [
    'not number nor name: name',
    { protocol: 6, destination: { notPorts: [range(443)], notNamedPorts: ['http'] } },
    v4,
    'destination.notPorts',
  ],
  [
    'not number nor name: neither',
    { protocol: 6, destination: { notPorts: [range(443)], notNamedPorts: ['http'] } },
    packet({ destinationPort: 81 }),
    undefined,
  ],
  ['no ports, not in a port set', { destination: { notNamedPorts: ['http'] } }, ping, undefined],
  ['no ports, in a port set', { destination: { namedPorts: ['http'] } }, ping, 'destination.ports'],

  ['icmp type', { icmp: { type: 8 } }, ping, undefined],
  ['icmp type and code', { icmp: { type: 8, code: 0 } }, ping, undefined],
  ['icmp other code', { icmp: { type: 8, code: 1 } }, ping, 'icmp'],
  ['icmp other type', { icmp: { type: 0 } }, ping, 'icmp'],
  ['icmp of the packet family', { icmp: { type: 128 } }, ping6, undefined],
  ['icmp demands the protocol', { icmp: { type: 8 } }, v4, 'icmp'],
  [
    'ICMPv4 in an IPv6 packet is not the ICMP of the family',
    { icmp: { type: 8 } },
    { ...ping6, protocol: 1, icmpType: 8 },
    'icmp',
  ],
  ['notICMP of another type', { notIcmp: { type: 0 } }, ping, undefined],
  ['notICMP of this type', { notIcmp: { type: 8 } }, ping, 'notICMP'],
  ['notICMP of this type and another code', { notIcmp: { type: 8, code: 1 } }, ping, undefined],
  ['notICMP of this type and code', { notIcmp: { type: 8, code: 0 } }, ping, 'notICMP'],
  ['notICMP demands the protocol', { notIcmp: { type: 0 } }, v4, 'notICMP'],

  ['the first of two that fail', { protocol: 17, destination: { nets: ['10.9.0.0/16'] } }, v4, 'protocol'],
];

describe('a rule matches when every condition holds', () => {
  it.each(ROWS)('%s', (_name, sketch, p, expected) => {
    expect(failed(sketch, p)).toBe(expected);
  });

  it('refuses a rule whose set is missing instead of judging without it', () => {
    expect(() => failed({ source: { notSets: ['gone'] } }, v4)).toThrow(/gone/);
  });
});
