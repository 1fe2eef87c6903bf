// Host endpoints: what comes to the host, what it sends, and what is forwarded past it; failsafes.
import { LONER_INTERFACE, SECOND_HOST, HOST } from './ends.ts';
import {
  allow,
  at,
  deny,
  egress,
  felix,
  gnp,
  hostEndpoint,
  ingress,
  on,
  pass,
  step,
  tcp,
  tier,
  to,
  udp,
} from './resources.ts';
import { oneOf } from './world.ts';

const one = oneOf('host endpoints');
const HOSTS = on("role == 'host'");
const ON_FORWARD = { ...HOSTS, applyOnForward: true };
const CLOSED = hostEndpoint('h', { interfaceName: 'uplink0' });
const OPEN = hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['open'] });
const ANY = hostEndpoint('any', { interfaceName: '*', profiles: ['open'] });
const SHUT = ['deny out > host', 'deny host > out'];

export const HOST_ENDPOINTS = [
  one(
    'without policy and profile the host is closed there; what is forwarded passes',
    step('none', [], []),
    step('a host endpoint', [CLOSED], SHUT),
    step('it goes', [], [], [CLOSED]),
  ),
  one(
    'a profile opens it',
    step('one of ours', [OPEN], []),
    step(
      'the one that always exists',
      [hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['projectcalico-default-allow'] })],
      [],
    ),
    step(
      'one that does not exist',
      [hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['gone'] })],
      SHUT,
    ),
  ),
  one(
    'a policy is about the host alone, and about one direction',
    step(
      'TCP 80 may enter',
      [OPEN, gnp('p', { ...HOSTS, ...ingress(allow(tcp(80))) })],
      ['deny out > host', 'allow out > host TCP 80'],
    ),
    step(
      'UDP may leave',
      [gnp('p', { ...HOSTS, ...egress(allow(udp())) })],
      ['deny host > out', 'allow host > out UDP'],
    ),
  ),
  one(
    'tiers and Pass are those of workloads',
    step(
      'Pass goes on to the profile',
      [OPEN, tier('t', 10), gnp('t.p', { ...HOSTS, ...ingress(pass(tcp()), allow(udp(80))) })],
      ['deny out > host', 'allow out > host TCP', 'allow out > host UDP 80'],
    ),
    step(
      'to the next tier first',
      [gnp('p', { ...HOSTS, ...ingress(deny(tcp(81)), pass()) })],
      ['deny out > host', 'allow out > host TCP 80', 'allow out > host UDP 80'],
    ),
  ),
  one(
    'addresses of both ends',
    step(
      'what leaves for a net',
      [
        OPEN,
        gnp('p', {
          ...HOSTS,
          ...egress(
            deny(to({ nets: ['198.51.100.0/24'] })),
            deny(tcp(80), to({ nets: ['2001:db8:9::/48'] })),
            allow(),
          ),
        }),
      ],
      ['deny host > out IPv4', 'deny host > out TCP 80 IPv6'],
    ),
  ),
  one(
    'named ports of a host endpoint',
    step(
      'api is 80',
      [
        hostEndpoint('h', {
          interfaceName: 'uplink0',
          expectedIPs: [HOST[4], HOST[6]],
          profiles: ['open'],
          ports: [{ name: 'api', protocol: 'TCP', port: 80 }],
        }),
        gnp('p', { ...HOSTS, ...ingress(allow({ protocol: 'TCP' }, to({ ports: ['api'] }))) }),
      ],
      ['deny out > host', 'allow out > host TCP 80'],
    ),
  ),
  one(
    'a host endpoint without a name is where its addresses are',
    step(
      'on the second uplink',
      [hostEndpoint('h', { expectedIPs: [SECOND_HOST[4], '192.0.2.99'], profiles: [] })],
      ['deny peer > host', 'deny host > peer'],
    ),
    step('nowhere', [hostEndpoint('h', { expectedIPs: ['192.0.2.99'], profiles: [] })], []),
  ),
  one(
    'of another node, or of the interface of a workload: nothing',
    step('of another node', [hostEndpoint('h', { node: 'node2', interfaceName: 'uplink0' })], []),
    step('of a workload', [hostEndpoint('h', { interfaceName: LONER_INTERFACE })], []),
  ),
  one(
    'of two for one interface the smaller name counts',
    step('a is open', [hostEndpoint('a', { interfaceName: 'uplink0', profiles: ['open'] }), CLOSED], []),
    step('a goes', [], SHUT, [hostEndpoint('a', {})]),
  ),
  one(
    '* is every interface of the host that has no other; not those of workloads',
    step(
      'closed',
      [hostEndpoint('any', { interfaceName: '*' }), felix({ defaultEndpointToHostAction: 'Accept' })],
      ['allow pods > host', 'deny outside > host', 'deny host > outside'],
    ),
    step('one by name beside it', [OPEN], ['allow pods > host', 'deny peer > host', 'deny host > peer']),
  ),
  one(
    'policies select by the labels of each',
    step(
      'those of *',
      [
        hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['open'] }, { kind: 'named' }),
        hostEndpoint('any', { interfaceName: '*', profiles: ['open'] }, { kind: 'any' }),
        gnp('p', { ...on("kind == 'any'"), ...ingress(deny(tcp(80)), pass()) }),
      ],
      ['deny peer > host TCP 80'],
    ),
    step(
      'those of the other',
      [gnp('p', { ...on("kind == 'named'"), ...ingress(deny(tcp(80)), pass()) })],
      ['deny out > host TCP 80'],
    ),
    step(
      'all of the host',
      [gnp('p', { ...HOSTS, ...ingress(deny(tcp(80)), pass()) })],
      ['deny outside > host TCP 80'],
    ),
  ),
  one(
    'all() selects host endpoints as well as workloads',
    step(
      'nobody takes TCP 80',
      [OPEN, gnp('p', { ...on('all()'), ...ingress(deny(tcp(80)), pass()) })],
      ['deny * > pods TCP 80', 'deny out > host TCP 80'],
    ),
    step(
      'a policy of namespaces does not',
      [gnp('p', { namespaceSelector: 'has(team)', ...ingress(deny(tcp(80)), pass()) })],
      ['deny * > x/*,y/* TCP 80'],
    ),
  ),
];

const forward = oneOf('apply on forward');

export const APPLY_ON_FORWARD = [
  forward(
    'applyOnForward: also what is forwarded in by this interface',
    step(
      'TCP 80 is denied',
      [OPEN, gnp('p', { ...ON_FORWARD, ...ingress(deny(tcp(80)), allow()) })],
      ['deny out > all TCP 80'],
    ),
    step(
      'no longer on forward',
      [gnp('p', { ...HOSTS, ...ingress(deny(tcp(80)), allow()) })],
      ['deny out > host TCP 80'],
    ),
  ),
  forward(
    'and what is forwarded out by it',
    step(
      'TCP 80 is denied',
      [OPEN, gnp('p', { ...ON_FORWARD, ...egress(deny(tcp(80)), allow()) })],
      ['deny all > out TCP 80'],
    ),
  ),
  forward(
    'a tier with such a policy ends in Deny; the direction without one stays open',
    step(
      'TCP 80 alone',
      [OPEN, gnp('p', { ...ON_FORWARD, ...ingress(allow(tcp(80))) })],
      ['deny out > all', 'allow out > all TCP 80'],
    ),
  ),
  forward(
    'Pass at the end of all tiers lets forwarded traffic through; profiles are not asked',
    step(
      'a closed host endpoint',
      [CLOSED, gnp('p', { ...ON_FORWARD, ...ingress(deny(tcp(80)), pass()) })],
      ['deny out > all TCP 80', ...SHUT],
    ),
  ),
  forward(
    'a workload behind it has its own say',
    step(
      'the host allows TCP, x/a port 80',
      [
        OPEN,
        gnp('p', { ...ON_FORWARD, ...ingress(allow(tcp())) }),
        gnp('q', { ...at('xa'), ...ingress(allow({ protocol: 'UDP' }), allow(tcp(80))) }),
      ],
      [
        'deny * > x/a',
        'allow * > x/a UDP',
        'allow * > x/a TCP 80',
        'deny out > all',
        'allow out > all TCP',
        'deny out > x/a TCP 81',
      ],
    ),
  ),
  forward(
    '* is asked about what workloads send too',
    step(
      'TCP 80 in',
      [ANY, gnp('p', { ...ON_FORWARD, ...ingress(deny(tcp(80)), pass()) })],
      ['deny * > * TCP 80', 'deny outside > host TCP 80'],
    ),
    step(
      'TCP 81 out',
      [gnp('p', { ...ON_FORWARD, ...egress(deny(tcp(81)), pass()) })],
      ['deny * > * TCP 81', 'deny host > outside TCP 81'],
    ),
  ),
  forward(
    'policies of both kinds in one tier, in their order',
    step(
      'the one for the host alone comes first',
      [
        OPEN,
        gnp('a', { ...HOSTS, order: 1, ...ingress(deny(tcp(80)), allow(tcp(81))) }),
        gnp('b', { ...ON_FORWARD, order: 2, ...ingress(allow(tcp(80))) }),
      ],
      ['deny out > *', 'allow out > * TCP 80', 'deny out > host', 'allow out > host TCP 81'],
    ),
  ),
];

const failsafe = oneOf('failsafes', {
  asks: ['TCP 22', 'UDP 68', 'TCP 6443', 'UDP 53', 'UDP 81 from 53', 'ICMP6 135 0'],
});
const DISCOVERY = 'allow pods > host ICMP6 135';
const ALWAYS_IN = ['allow out > host TCP 22', 'allow out > host UDP 68', 'allow out > host TCP 6443'];
const ALWAYS_OUT = ['allow host > out UDP 53', 'allow host > out TCP 6443'];
// Ours: where Calico's failsafes are no use over IPv6 without neighbour discovery.
const FOUND = [DISCOVERY, 'allow out > host ICMP6 135', 'allow host > out ICMP6 135'];

export const FAILSAFES = [
  failsafe(
    'the ports by which a host is reached and reaches stay open',
    step('closed', [CLOSED], [...SHUT, ...ALWAYS_IN, ...ALWAYS_OUT, ...FOUND]),
    step(
      'also when a policy denies',
      [gnp('p', { ...HOSTS, types: ['Ingress', 'Egress'], ingress: [deny()], egress: [deny()] })],
      [...SHUT, ...ALWAYS_IN, ...ALWAYS_OUT, ...FOUND],
    ),
  ),
  failsafe(
    'those of the configuration',
    step(
      'TCP 80 in, nothing out',
      [
        CLOSED,
        felix({ failsafeInboundHostPorts: [{ protocol: 'TCP', port: 80 }], failsafeOutboundHostPorts: [] }),
      ],
      [...SHUT, 'allow out > host TCP 80', ...FOUND],
    ),
    step(
      'for a net',
      [
        felix({
          failsafeInboundHostPorts: [{ protocol: 'UDP', port: 80, net: '198.51.100.0/25' }],
          failsafeOutboundHostPorts: [{ protocol: 'SCTP', port: 81, net: '2001:db8:9::/64' }],
        }),
      ],
      [...SHUT, 'allow out > host UDP 80 IPv4', 'allow host > out SCTP 81 IPv6', ...FOUND],
    ),
    step(
      'none',
      [felix({ failsafeInboundHostPorts: [], failsafeOutboundHostPorts: [] })],
      [...SHUT, ...FOUND],
    ),
  ),
  failsafe(
    'they are for the host, not for what is forwarded',
    step(
      'all that comes in is denied',
      [OPEN, gnp('p', { ...ON_FORWARD, ...ingress(deny()) })],
      ['deny out > all', ...ALWAYS_IN, DISCOVERY, 'allow out > host ICMP6 135'],
    ),
  ),
  failsafe(
    'before conntrack they are for all that comes in, and for replies',
    step(
      'an untracked policy denies all',
      [OPEN, gnp('p', { ...ON_FORWARD, doNotTrack: true, ...ingress(deny()) })],
      [
        'deny out > all',
        ...['TCP 22', 'UDP 68', 'TCP 6443', 'UDP 81 from 53', 'ICMP6 135'].map(
          (traffic) => `allow out > all ${traffic}`,
        ),
        DISCOVERY,
      ],
    ),
  ),
];
