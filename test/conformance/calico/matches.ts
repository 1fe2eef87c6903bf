// What a rule says of the packet: protocols, ports by number and by name, ICMP, and the services that a rule names.
import { PORTS } from '../cluster.ts';
import { addressAt } from './ends.ts';
import {
  allow,
  at,
  deny,
  egress,
  felix,
  from,
  gnp,
  ingress,
  np,
  sctp,
  step,
  tcp,
  to,
  udp,
} from './resources.ts';
import { loner, oneOf, type Resource } from './world.ts';

const CLOSED = 'deny * > x/a';
const into = (...rules: object[]) =>
  gnp('p', { ...at('xa'), ...ingress(...rules.map((rule) => allow(rule as never))) });

const one = oneOf('ports', { asks: ['TCP 80 from 1000', 'UDP 443', 'UDPLITE 80', 'TCP 65535'] });

export const PORT_CASES = [
  one(
    'ports, ranges and lists, each for its protocol',
    step(
      'numbers',
      [into(tcp(80, 443), udp(443))],
      [CLOSED, 'allow * > x/a TCP 80', 'allow * > x/a UDP 443'],
    ),
    step(
      'ranges',
      [into(tcp('81:65535'), sctp('1:80'))],
      [CLOSED, 'allow * > x/a TCP 81', 'allow * > x/a TCP 65535', 'allow * > x/a SCTP 80'],
    ),
  ),
  one(
    'more ports than iptables takes in one match',
    step(
      'twenty',
      [
        into(
          tcp(...Array.from({ length: 19 }, (_, n) => 2 * n + 1001), 81),
          sctp(...Array.from({ length: 19 }, (_, n) => 2 * n + 1001), 80),
        ),
      ],
      [CLOSED, 'allow * > x/a TCP 81', 'allow * > x/a SCTP 80'],
    ),
    step(
      'all but twenty',
      [
        into({
          protocol: 'SCTP',
          destination: { notPorts: [...Array.from({ length: 19 }, (_, n) => 2 * n + 1001), 80] },
        }),
      ],
      [CLOSED, 'allow * > x/a SCTP 81'],
    ),
  ),
  one(
    'notPorts',
    step(
      'TCP but 80',
      [into({ protocol: 'TCP', destination: { notPorts: [80] } })],
      [CLOSED, 'allow * > x/a TCP', 'deny * > x/a TCP 80'],
    ),
  ),
  one(
    'source ports',
    step(
      'from 1000',
      [into({ protocol: 'TCP', source: { ports: [1000] } })],
      [CLOSED, 'allow * > x/a TCP 80 from 1000'],
    ),
    step(
      'not from 1000',
      [into({ protocol: 'TCP', source: { notPorts: ['1:1023'] } })],
      [CLOSED, 'allow * > x/a TCP', 'deny * > x/a TCP 80 from 1000'],
    ),
  ),
  one(
    'a named port is what the endpoint calls so, for its protocol',
    step(
      'TCP',
      [into({ protocol: 'TCP', destination: { ports: ['serve-80-tcp'] } })],
      [CLOSED, 'allow * > x/a TCP 80'],
    ),
    step(
      'UDP',
      [into({ protocol: 'UDP', destination: { ports: ['serve-81-udp'] } })],
      [CLOSED, 'allow * > x/a UDP 81'],
    ),
    step(
      'SCTP',
      [into({ protocol: 'SCTP', destination: { ports: ['serve-81-sctp'] } })],
      [CLOSED, 'allow * > x/a SCTP 81'],
    ),
    step(
      'a name of another protocol',
      [into({ protocol: 'TCP', destination: { ports: ['serve-80-udp'] } })],
      [CLOSED],
    ),
  ),
  one(
    'a named port without a protocol brings its own',
    step('of UDP', [into({ destination: { ports: ['serve-80-udp'] } })], [CLOSED, 'allow * > x/a UDP 80']),
  ),
  one(
    'names and numbers in one list',
    step(
      '80 by name, 65535',
      [into({ protocol: 'TCP', destination: { ports: ['serve-80-tcp', 65_535] } })],
      [CLOSED, 'allow * > x/a TCP 80', 'allow * > x/a TCP 65535'],
    ),
  ),
  one(
    'named notPorts',
    step(
      'TCP but what is called serve-80-tcp',
      [into({ protocol: 'TCP', destination: { notPorts: ['serve-80-tcp'] } })],
      [CLOSED, 'allow * > x/a TCP', 'deny * > x/a TCP 80'],
    ),
  ),
  one(
    'the names of another endpoint, for what leaves',
    step('web of v/p is 80', [web(80), out('web')], ['deny x/a > *', 'allow x/a > v/p TCP 80']),
    step('is 81', [web(81)], ['deny x/a > *', 'allow x/a > v/p TCP 81']),
    step('is nothing', [loner(['open'])], ['deny x/a > *']),
  ),
  one(
    'a named port with a selector of the destination',
    step(
      '80 of pods called b',
      [
        gnp('p', {
          ...at('xa'),
          ...egress(allow({ protocol: 'TCP' }, to({ selector: "pod == 'b'", ports: ['serve-80-tcp'] }))),
        }),
      ],
      ['deny x/a > *', 'allow x/a > x/b,y/b TCP 80'],
    ),
  ),
  one(
    'a named source port',
    step(
      'from serve-81-tcp, which nobody uses here',
      [into({ protocol: 'TCP', source: { ports: ['serve-81-tcp'] } })],
      [CLOSED],
    ),
    step(
      'the client has a name for 1000',
      [
        loner(['open'], { ports: [{ name: 'client', protocol: 'TCP', port: 1000 }] }),
        into({ protocol: 'TCP', source: { ports: ['client'] } }),
      ],
      [CLOSED, 'allow v/p > x/a TCP 80 from 1000'],
    ),
  ),
];

function web(port: number): Resource {
  return loner(['open'], { ports: [{ name: 'web', protocol: 'TCP', port }] });
}

function out(name: string): Resource {
  return gnp('p', { ...at('xa'), ...egress(allow({ protocol: 'TCP' }, to({ ports: [name] }))) });
}

const protocols = oneOf('protocols', {
  asks: ['ping', 'ICMP 13 0', 'ICMP6 139 0', 'protocol 47', 'UDPLITE 80'],
});

export const PROTOCOL_CASES = [
  protocols(
    'protocols by name',
    step('UDP', [into(udp())], [CLOSED, 'allow * > x/a UDP']),
    step(
      'SCTP and UDPLite',
      [into(sctp(), { protocol: 'UDPLite' })],
      [CLOSED, 'allow * > x/a SCTP', 'allow * > x/a UDPLITE'],
    ),
  ),
  protocols(
    'protocols by number',
    step('GRE', [into({ protocol: 47 })], [CLOSED, 'allow * > x/a protocol 47']),
    step('17 is UDP', [into({ protocol: 17 })], [CLOSED, 'allow * > x/a UDP']),
  ),
  protocols(
    'notProtocol',
    step('all but TCP', [into({ notProtocol: 'TCP' })], ['deny * > x/a TCP']),
    step('all but GRE', [into({ notProtocol: 47 })], ['deny * > x/a protocol 47']),
  ),
  protocols(
    'ICMP of each family is a protocol of its own',
    step('ICMP', [into({ protocol: 'ICMP' })], [CLOSED, 'allow * > x/a ping IPv4', 'allow * > x/a ICMP 13']),
    step(
      'ICMPv6',
      [into({ protocol: 'ICMPv6' })],
      [CLOSED, 'allow * > x/a ping IPv6', 'allow * > x/a ICMP6 139'],
    ),
    step('not ICMP', [into({ notProtocol: 'ICMP' })], ['deny * > x/a ping IPv4', 'deny * > x/a ICMP']),
  ),
  protocols(
    'ICMP by type, and by type and code',
    step(
      'echo requests',
      [into({ protocol: 'ICMP', icmp: { type: 8 } }, { protocol: 'ICMPv6', icmp: { type: 128 } })],
      [CLOSED, 'allow * > x/a ping'],
    ),
    step(
      'with the right code',
      [into({ protocol: 'ICMP', icmp: { type: 8, code: 0 } })],
      [CLOSED, 'allow * > x/a ping IPv4'],
    ),
    step('with another code', [into({ protocol: 'ICMP', icmp: { type: 8, code: 1 } })], [CLOSED]),
  ),
  protocols(
    'notICMP leaves the other types',
    step(
      'not echo',
      [into({ protocol: 'ICMP', notICMP: { type: 8 } }, { protocol: 'ICMPv6', notICMP: { type: 128 } })],
      [CLOSED, 'allow * > x/a ICMP 13', 'allow * > x/a ICMP6 139'],
    ),
    step(
      'not echo of code 0',
      [into({ protocol: 'ICMP', notICMP: { type: 8, code: 0 } })],
      [CLOSED, 'allow * > x/a ICMP 13'],
    ),
  ),
  protocols(
    'a rule without anything is about every protocol',
    step(
      'allow, but GRE',
      [gnp('p', { ...at('xa'), ...ingress(deny({ protocol: 47 }), allow()) })],
      ['deny * > x/a protocol 47'],
    ),
    step(
      'what leaves',
      [gnp('p', { ...at('xa'), ...egress(deny({ protocol: 'UDPLite' }), allow()) })],
      ['deny x/a > * UDPLITE'],
    ),
  ),
];

const slices = oneOf('services');

/** What `db` leads to: port 80 of TCP and 81 of UDP at these ends. */
function slicesOf(...ends: readonly ('x/b' | 'y/a' | 'out')[]): Resource[] {
  return ([4, 6] as const).map((family) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'y', name: `db-${family}`, labels: { 'kubernetes.io/service-name': 'db' } },
    addressType: `IPv${family}`,
    endpoints: ends.map((end, n) => ({
      addresses: [addressAt(end, 'x/a', family)],
      conditions: { ready: n === 0 },
    })),
    ports: [
      { name: 'tcp', protocol: 'TCP', port: PORTS[0] },
      { name: 'udp', protocol: 'UDP', port: PORTS[1] },
    ],
  }));
}

const TO_DB = gnp('p', { ...at('xa'), ...egress(allow(to({ services: { name: 'db', namespace: 'y' } }))) });
const NOTHING = 'deny x/a > *';

export const SERVICES = [
  slices(
    'a service as destination: its addresses and ports, ready or not',
    step(
      'two endpoints',
      [...slicesOf('y/a', 'x/b'), TO_DB],
      [NOTHING, 'allow x/a > y/a,x/b TCP 80', 'allow x/a > y/a,x/b UDP 81'],
    ),
    step('one goes', slicesOf('x/b'), [NOTHING, 'allow x/a > x/b TCP 80', 'allow x/a > x/b UDP 81']),
    step('one that is no pod comes', slicesOf('x/b', 'out'), [
      NOTHING,
      'allow x/a > x/b,out TCP 80',
      'allow x/a > x/b,out UDP 81',
    ]),
    step(
      'the slice of IPv6 goes',
      [],
      [NOTHING, 'allow x/a > x/b,out TCP 80 IPv4', 'allow x/a > x/b,out UDP 81 IPv4'],
      slicesOf().slice(1),
    ),
  ),
  slices(
    'a service as source: its addresses alone',
    step(
      'from db',
      [
        ...slicesOf('y/a', 'x/b'),
        gnp('p', { ...at('xa'), ...ingress(allow(from({ services: { name: 'db', namespace: 'y' } }))) }),
      ],
      [CLOSED, 'allow y/a,x/b > x/a'],
    ),
    step(
      'with a port',
      [
        gnp('p', {
          ...at('xa'),
          ...ingress(allow(tcp(81), from({ services: { name: 'db', namespace: 'y' } }))),
        }),
      ],
      [CLOSED, 'allow y/a,x/b > x/a TCP 81'],
    ),
  ),
  slices(
    'a service that has no slices matches nothing, and then what it gets',
    step('none', [TO_DB], [NOTHING]),
    step('y/a', slicesOf('y/a'), [NOTHING, 'allow x/a > y/a TCP 80', 'allow x/a > y/a UDP 81']),
  ),
  slices(
    "a service without a namespace is of the policy's own",
    step(
      'db of x is none',
      [...slicesOf('y/a'), np('x/p', { ...at('xa'), ...egress(allow(to({ services: { name: 'db' } }))) })],
      [NOTHING],
    ),
    step(
      'db of y',
      [np('y/p', { ...at('yb'), ...egress(allow(to({ services: { name: 'db' } }))) })],
      [NOTHING, 'deny y/b > *', 'allow y/b > y/a TCP 80', 'allow y/b > y/a UDP 81'],
    ),
  ),
];

const state = oneOf('connections', {
  asks: [
    'TCP 80 established',
    'UDP 80 established',
    'ICMP 3 1 related',
    'ICMP6 1 0 related',
    'TCP 80 invalid',
  ],
});
const BELONGS = ['TCP 80 established', 'UDP 80 established', 'ICMP 3 1 related', 'ICMP6 1 0 related'];
const belonging = (from: string, to: string) => BELONGS.map((traffic) => `allow ${from} > ${to} ${traffic}`);

export const CONNECTIONS = [
  state(
    'what belongs to a connection passes, also to the host; what is invalid does not',
    step(
      'nothing new may enter',
      [gnp('p', { ...at('xa'), ...ingress() })],
      [
        'deny * > pods TCP 80 invalid',
        'deny pods > * TCP 80 invalid',
        CLOSED,
        ...belonging('*', 'x/a'),
        ...belonging('pods', 'host'),
      ],
    ),
    step(
      'disableConntrackInvalidCheck',
      [felix({ disableConntrackInvalidCheck: true })],
      [CLOSED, ...belonging('*', 'x/a'), ...belonging('pods', 'host')],
    ),
  ),
];

const toHost = oneOf('endpoint to host', { asks: ['ping', 'ICMP6 135 0'] });
const DISCOVERY = 'allow pods > host ICMP6 135';

export const ENDPOINT_TO_HOST = [
  toHost(
    'what workloads send to their host: the action is Drop',
    step('by default', [], [DISCOVERY]),
    step('also what policy allows', [gnp('p', { ...at('xa'), ...egress(allow()) })], [DISCOVERY]),
  ),
  toHost(
    'Accept and Return: what policy allows',
    step('Accept', [felix({ defaultEndpointToHostAction: 'Accept' })], ['allow pods > host']),
    step(
      'policy comes first',
      [gnp('p', { ...at('xa'), ...egress(allow(tcp(80))) })],
      ['allow pods > host', 'deny x/a > *', 'deny x/a > host', 'allow x/a > *,host TCP 80', DISCOVERY],
    ),
    step(
      'Return',
      [felix({ defaultEndpointToHostAction: 'Return' })],
      ['allow pods > host', 'deny x/a > *', 'deny x/a > host', 'allow x/a > *,host TCP 80', DISCOVERY],
    ),
    step(
      'Drop',
      [felix({ defaultEndpointToHostAction: 'Drop' })],
      ['deny x/a > *', 'allow x/a > * TCP 80', 'deny pods > host', DISCOVERY],
    ),
  ),
  toHost(
    'what the host sends to its workloads is never judged',
    step('all are closed', [gnp('p', { ...at('xa'), ...ingress() })], ['deny * > x/a', DISCOVERY]),
  ),
];

const tunnels = oneOf('tunnels', { asks: ['UDP 4789', 'protocol 4'] });

export const TUNNELS = [
  tunnels(
    'workloads send no VXLAN and no IPIP, whatever policy allows, unless they may',
    step(
      'by default',
      [gnp('p', { ...at('xa'), ...egress(allow()) })],
      ['deny pods > * UDP 4789', 'deny pods > * protocol 4'],
    ),
    step('VXLAN is allowed', [felix({ allowVXLANPacketsFromWorkloads: true })], ['deny pods > * protocol 4']),
    step(
      'IPIP too',
      [felix({ allowVXLANPacketsFromWorkloads: true, allowIPIPPacketsFromWorkloads: true })],
      [],
    ),
    step(
      'VXLAN has another port',
      [felix({ vxlanPort: 81 })],
      ['deny pods > * UDP 81', 'deny pods > * protocol 4'],
    ),
  ),
];
