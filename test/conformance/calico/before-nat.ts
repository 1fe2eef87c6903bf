// Host endpoints before DNAT and before conntrack: preDNAT policies and node ports, doNotTrack policies.
import {
  allow,
  at,
  deny,
  egress,
  from,
  gnp,
  hostEndpoint,
  ingress,
  on,
  step,
  tcp,
  tier,
  udp,
  pass,
} from './resources.ts';
import { nodePort } from './ends.ts';
import { oneOf } from './world.ts';

const HOSTS = { ...on("role == 'host'"), applyOnForward: true };
const PRE_DNAT = { ...HOSTS, preDNAT: true };
const UNTRACKED = { ...HOSTS, doNotTrack: true };
const CLOSED = hostEndpoint('h', { interfaceName: 'uplink0' });
const OPEN = hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['open'] });
const ANY = hostEndpoint('any', { interfaceName: '*', profiles: ['open'] });

const nat = oneOf('before DNAT', { nodePort: true });

export const BEFORE_DNAT = [
  nat(
    'a preDNAT policy sees the port that was asked for; what it does not speak of goes on',
    step(
      'the node port',
      [OPEN, gnp('p', { ...PRE_DNAT, ...ingress(deny(tcp(nodePort(80)))) })],
      ['deny out > nodeport TCP 80'],
    ),
    step(
      'the port of the pod',
      [gnp('p', { ...PRE_DNAT, ...ingress(deny(tcp(80))) })],
      ['deny out > all TCP 80', 'allow out > nodeport TCP 80'],
    ),
  ),
  nat(
    'a workload, and what is applied on forward, see the port that it became',
    step(
      'applyOnForward',
      [OPEN, gnp('p', { ...HOSTS, ...ingress(deny(tcp(80)), allow()) })],
      ['deny out > all TCP 80'],
    ),
    step(
      'the workload',
      [
        gnp('p', {
          ...at('xa'),
          ...ingress(deny(tcp(nodePort(80))), allow(udp(81), from({ nets: ['198.51.100.1/32'] }))),
        }),
      ],
      ['deny * > x/a', 'deny out > nodeport', 'allow out > x/a,nodeport UDP 81 IPv4'],
    ),
  ),
  nat(
    'what it allows the host is not asked about any more',
    step(
      'all else of a closed host is denied',
      [
        CLOSED,
        gnp('p', { ...PRE_DNAT, ...ingress(allow(tcp(80, nodePort(81)))) }),
        gnp('q', { ...HOSTS, ...ingress(deny()) }),
      ],
      [
        'deny out > all',
        'allow out > all TCP 80',
        'deny out > nodeport',
        'allow out > nodeport TCP 81',
        'deny host > out',
      ],
    ),
    step(
      'the workload still is',
      [gnp('r', { ...at('xa'), ...ingress(allow(tcp(80))) })],
      [
        'deny out > all',
        'allow out > all TCP 80',
        'deny * > x/a',
        'allow pods,peer > x/a TCP 80',
        'allow out > x/a TCP 80',
        'deny out > nodeport',
        'deny host > out',
      ],
    ),
  ),
  nat(
    'its tiers go on at their end',
    step(
      'allow one port in a tier of Deny',
      [OPEN, tier('t', 10, 'Deny'), gnp('t.p', { ...PRE_DNAT, ...ingress(allow(tcp(nodePort(80)))) })],
      [],
    ),
    step(
      'a later tier denies',
      [gnp('p', { ...PRE_DNAT, ...ingress(deny(tcp())) })],
      ['deny out > all TCP', 'allow out > nodeport TCP 80'],
    ),
  ),
  nat(
    'that of * is for every interface, those of workloads too',
    step(
      'TCP 80',
      [ANY, gnp('p', { ...PRE_DNAT, ...ingress(deny(tcp(80))) })],
      ['deny * > all TCP 80', 'allow out > nodeport TCP 80'],
    ),
    step(
      'a named one without such a policy leaves it to *',
      [hostEndpoint('h', { interfaceName: 'uplink0', profiles: ['open'] }, { role: 'other' })],
      ['deny * > all TCP 80', 'allow out > nodeport TCP 80'],
    ),
    step(
      'a named one with another policy does not',
      [gnp('q', { ...PRE_DNAT, ...on("role == 'other'"), ...ingress(deny(tcp(nodePort(80)))) })],
      ['deny x/*,y/*,v/*,peer > all TCP 80', 'deny out > nodeport TCP 80'],
    ),
  ),
];

const raw = oneOf('untracked', { asks: ['UDP 81 from 80'] });

export const UNTRACKED_POLICIES = [
  raw(
    'a doNotTrack policy denies before all others',
    step(
      'TCP 80 in',
      [OPEN, gnp('p', { ...UNTRACKED, ...ingress(deny(tcp(80))) })],
      ['deny out > all TCP 80'],
    ),
    step(
      'UDP 81 out: of the host alone',
      [gnp('p', { ...UNTRACKED, ...egress(deny(udp(81))) })],
      ['deny host > out UDP 81'],
    ),
  ),
  raw(
    'what it allows the host is not asked about any more; a workload is',
    step(
      'all else is denied',
      [
        CLOSED,
        gnp('p', { ...UNTRACKED, ...ingress(allow(tcp(80))) }),
        gnp('q', { ...HOSTS, ...ingress(deny()) }),
      ],
      ['deny out > all', 'allow out > all TCP 80', 'deny host > out'],
    ),
    step(
      'x/a takes UDP alone',
      [gnp('r', { ...at('xa'), ...ingress(allow(udp())) })],
      [
        'deny * > x/a',
        'allow * > x/a UDP',
        'deny out > all',
        'allow out > all TCP 80',
        'deny out > x/a TCP 80',
        'deny host > out',
      ],
    ),
  ),
  raw(
    'answers need a rule of their own, since nothing is tracked',
    step(
      'UDP 80 in, from port 80 out',
      [
        CLOSED,
        gnp('p', {
          ...UNTRACKED,
          types: ['Ingress', 'Egress'],
          ingress: [allow(udp(80))],
          egress: [allow({ protocol: 'UDP', source: { ports: [80] } })],
        }),
      ],
      ['deny out > host', 'allow out > host UDP 80', 'deny host > out', 'allow host > out UDP 81 from 80'],
    ),
  ),
  raw(
    'the end of its tiers goes on, and so does Pass',
    step(
      'nothing matches',
      [OPEN, gnp('p', { ...UNTRACKED, ...ingress(pass(tcp(80)), allow(udp(80))) })],
      [],
    ),
    step(
      'the others then decide',
      [gnp('q', { ...HOSTS, ...ingress(deny()) })],
      ['deny out > all', 'allow out > all UDP 80'],
    ),
  ),
  raw(
    '* has no such policies',
    step('ignored', [ANY, gnp('p', { ...UNTRACKED, ...ingress(deny()) })], []),
    step('of a named one', [OPEN], ['deny out > all']),
  ),
];
