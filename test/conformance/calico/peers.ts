// Who a policy is about and whom its rules name: selectors, namespaces, accounts, nets and network sets.
import {
  allow,
  at,
  deny,
  egress,
  from,
  gnp,
  hostEndpoint,
  ingress,
  networkSet,
  np,
  on,
  step,
  tcp,
  to,
} from './resources.ts';
import { LONER } from './ends.ts';
import { NAMESPACES, oneOf, pod, loner } from './world.ts';

const one = oneOf('selectors');
const CLOSED = 'deny * > x/a';
/** What a GlobalNetworkPolicy lets into x/a. */
const into = (...sources: object[]) =>
  gnp('p', { ...at('xa'), ...ingress(...sources.map((source) => allow(from({ ...source })))) });

export const SELECTORS = [
  one(
    'a selector of a rule names endpoints; what is outside is none',
    step('all()', [into({ selector: 'all()' })], [CLOSED, 'allow pods > x/a']),
  ),
  one(
    'a GlobalNetworkPolicy selects in all namespaces, a NetworkPolicy in its own',
    step('global', [gnp('p', { ...on("pod == 'a'"), ...ingress() })], ['deny * > x/a,y/a']),
    step('of x', [np('x/p', { ...on("pod == 'a'"), ...ingress() })], [CLOSED], [gnp('p', {})]),
  ),
  one(
    'a selector in a NetworkPolicy is about its own namespace',
    step(
      "pod == 'b'",
      [np('x/p', { ...at('xa'), ...ingress(allow(from({ selector: "pod == 'b'" }))) })],
      [CLOSED, 'allow x/b > x/a'],
    ),
    step(
      'with a namespace selector',
      [
        np('x/p', {
          ...at('xa'),
          ...ingress(allow(from({ selector: "pod == 'b'", namespaceSelector: "team == 'blue'" }))),
        }),
      ],
      [CLOSED, 'allow y/b > x/a'],
    ),
    step(
      'of all',
      [
        np('x/p', {
          ...at('xa'),
          ...ingress(allow(from({ selector: "pod == 'b'", namespaceSelector: 'all()' }))),
        }),
      ],
      [CLOSED, 'allow x/b,y/b > x/a'],
    ),
  ),
  one(
    'a namespace selector alone names the pods of those namespaces',
    step('blue', [into({ namespaceSelector: "team == 'blue'" })], [CLOSED, 'allow y/* > x/a']),
    step('x is blue', [NAMESPACES.blue('x')], [CLOSED, 'allow y/*,x/* > x/a']),
    step('y is red', [NAMESPACES.red('y')], [CLOSED, 'allow x/* > x/a']),
  ),
  one(
    'global() names what is in no namespace',
    step(
      'a GlobalNetworkSet and a NetworkSet of the same nets',
      [
        networkSet('g', ['203.0.113.0/24', '2001:db8:77::/48']),
        networkSet('x/n', ['198.51.100.0/24', '2001:db8:9::/48']),
        np('x/p', {
          ...at('xa'),
          ...ingress(allow(from({ namespaceSelector: 'global()', selector: 'has(set)' }))),
        }),
      ],
      [CLOSED, 'allow peer > x/a'],
    ),
    step(
      'without it the set of the namespace',
      [np('x/p', { ...at('xa'), ...ingress(allow(from({ selector: 'has(set)' }))) })],
      [CLOSED, 'allow out > x/a'],
    ),
  ),
  one(
    'operators of the selector language',
    step(
      'in and not in',
      [into({ selector: "id in {'xb', 'ya'} && id not in {'ya'}" })],
      [CLOSED, 'allow x/b > x/a'],
    ),
    step('or', [into({ selector: "id == 'xb' || id == 'ya'" })], [CLOSED, 'allow x/b,y/a > x/a']),
    step('not', [into({ selector: "!(pod == 'a') && has(pod)" })], [CLOSED, 'allow x/b,y/b > x/a']),
    step(
      'a label that is missing is not equal',
      [into({ selector: "pod != 'a'" })],
      [CLOSED, 'allow x/b,y/b,v/p > x/a'],
    ),
    step(
      'parts of values',
      [into({ selector: "id starts with 'y' || id contains 'p' || id ends with 'nothing'" })],
      [CLOSED, 'allow y/*,v/p > x/a'],
    ),
    step('!has', [into({ selector: '!has(pod)' })], [CLOSED, 'allow v/p > x/a']),
  ),
  one(
    'notSelector takes endpoints away, what is outside remains',
    step(
      'not those called b',
      [gnp('p', { ...at('xa'), ...ingress(allow(from({ notSelector: "pod == 'b'" }))) })],
      ['deny x/b,y/b > x/a'],
    ),
    step(
      'of those that a selector names',
      [
        gnp('p', {
          ...at('xa'),
          ...ingress(allow(from({ selector: 'has(pod)', notSelector: "pod == 'b'" }))),
        }),
      ],
      [CLOSED, 'allow y/a > x/a'],
    ),
  ),
  one(
    'labels of a pod change',
    step('nobody is a friend', [into({ selector: "friend == 'yes'" })], [CLOSED]),
    step('y/b is', [pod('y/b', { friend: 'yes' })], [CLOSED, 'allow y/b > x/a']),
    step('x/b is too', [pod('x/b', { friend: 'yes' })], [CLOSED, 'allow x/b,y/b > x/a']),
    step('y/b no longer', [pod('y/b')], [CLOSED, 'allow x/b > x/a']),
  ),
  one(
    'service accounts of a rule, by name and by label',
    step('server by name', [into({ serviceAccounts: { names: ['server'] } })], [CLOSED, 'allow y/a > x/a']),
    step(
      'client by label',
      [into({ serviceAccounts: { selector: "role == 'client'" } })],
      [CLOSED, 'allow x/b,y/b > x/a'],
    ),
    step(
      'in a NetworkPolicy: of its namespace',
      [np('x/p', { ...at('xa'), ...ingress(allow(from({ serviceAccounts: { names: ['client'] } }))) })],
      [CLOSED, 'allow x/b > x/a'],
      [gnp('p', {})],
    ),
  ),
  one(
    'a policy for pods of some namespaces, or of some accounts',
    step(
      'of blue namespaces',
      [gnp('p', { namespaceSelector: "team == 'blue'", ...ingress() })],
      ['deny * > y/*'],
    ),
    step(
      'of the account server',
      [gnp('p', { serviceAccountSelector: "role == 'server'", ...ingress() })],
      ['deny * > x/a,y/a'],
    ),
    step(
      'of both',
      [
        gnp('p', {
          namespaceSelector: "team == 'red'",
          serviceAccountSelector: "role == 'server'",
          ...ingress(),
        }),
      ],
      [CLOSED],
    ),
  ),
  one(
    'a selector at the other end of the rule is about the endpoint itself',
    step(
      'ingress with a destination selector',
      [
        gnp('p', {
          ...on("pod == 'a'"),
          ...ingress(allow(from({ selector: "id == 'xb'" }), to({ selector: "id == 'xa'" }))),
        }),
      ],
      ['deny * > x/a,y/a', 'allow x/b > x/a'],
    ),
  ),
  one(
    'a host endpoint is a peer by its expected addresses',
    step(
      'peers with role host',
      [
        hostEndpoint('h', { interfaceName: 'eth99', expectedIPs: ['203.0.113.1', '2001:db8:77::1'] }),
        into({ selector: "role == 'host'" }),
      ],
      [CLOSED, 'allow peer > x/a'],
    ),
  ),
  one(
    'egress rules name destinations',
    step(
      'to blue namespaces',
      [gnp('p', { ...at('xa'), ...egress(allow(to({ namespaceSelector: "team == 'blue'" }))) })],
      ['deny x/a > *', 'allow x/a > y/*'],
    ),
  ),
];

const nets = oneOf('nets');
const V4 = ['10.65.2.0/24', '198.51.100.1/32'];

export const NETS = [
  nets(
    'nets of one family match nothing of the other',
    step('IPv4', [into({ nets: V4 })], [CLOSED, 'allow y/*,out > x/a IPv4']),
    step(
      'both, in two rules',
      [into({ nets: V4 }, { nets: ['fd65::2:0/112'] })],
      [CLOSED, 'allow y/*,out > x/a IPv4', 'allow y/* > x/a IPv6'],
    ),
  ),
  nets(
    'notNets take away',
    step(
      'all but y',
      [into({ notNets: ['10.65.2.0/24'] }, { notNets: ['fd65::2:0/112'] })],
      ['deny y/* > x/a'],
    ),
    step(
      'a net but a part of it',
      [into({ nets: ['10.0.0.0/8'], notNets: ['10.65.2.1/32'] })],
      [CLOSED, 'allow pods > x/a IPv4', 'deny y/a > x/a'],
    ),
  ),
  nets(
    'everything, and everything of one family',
    step('0.0.0.0/0', [into({ nets: ['0.0.0.0/0'] })], [CLOSED, 'allow * > x/a IPv4']),
    step('and ::/0', [into({ nets: ['0.0.0.0/0'] }, { nets: ['::/0'] })], []),
  ),
  nets(
    'ipVersion',
    step(
      '6',
      [gnp('p', { ...at('xa'), ...ingress(allow({ ipVersion: 6 })) })],
      [CLOSED, 'allow * > x/a IPv6'],
    ),
    step(
      '4, denied',
      [gnp('p', { ...at('xa'), ...ingress(deny({ ipVersion: 4 }), allow()) })],
      ['deny * > x/a IPv4'],
    ),
  ),
  nets(
    'a network set grows, shrinks, and is deleted',
    step(
      'out',
      [networkSet('s', ['198.51.100.0/24', '2001:db8:9::/48']), into({ selector: "set == 's'" })],
      [CLOSED, 'allow out > x/a'],
    ),
    step(
      'and peer',
      [networkSet('s', ['198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'])],
      [CLOSED, 'allow outside > x/a'],
    ),
    step('peer alone, of IPv4', [networkSet('s', ['203.0.113.0/24'])], [CLOSED, 'allow peer > x/a IPv4']),
    step('deleted', [], [CLOSED], [networkSet('s', [])]),
  ),
  nets(
    'overlapping nets of two sets: what one still holds remains',
    step(
      'all of 10/8, and y',
      [
        networkSet('s', ['10.0.0.0/8', 'fd65::/16']),
        networkSet('t', ['10.65.2.0/24', 'fd65::2:0/112']),
        into({ selector: 'has(set)' }),
      ],
      [CLOSED, 'allow pods > x/a'],
    ),
    step('y alone', [], [CLOSED, 'allow y/* > x/a'], [networkSet('s', [])]),
  ),
  nets(
    'a network set of everything',
    step(
      '0.0.0.0/0',
      [networkSet('s', ['0.0.0.0/0']), into({ selector: "set == 's'" })],
      [CLOSED, 'allow * > x/a IPv4'],
    ),
    step('and ::/0', [networkSet('s', ['0.0.0.0/0', '::/0'])], []),
  ),
  nets(
    'a NetworkSet is of its namespace',
    step(
      'of y: not in a policy of x',
      [
        networkSet('y/s', ['198.51.100.0/24', '2001:db8:9::/48']),
        np('x/p', { ...at('xa'), ...ingress(allow(from({ selector: "set == 's'" }))) }),
      ],
      [CLOSED],
    ),
    step(
      'unless its namespaces are selected',
      [
        np('x/p', {
          ...at('xa'),
          ...ingress(allow(from({ selector: "set == 's'", namespaceSelector: "team == 'blue'" }))),
        }),
      ],
      [CLOSED, 'allow out > x/a'],
    ),
  ),
  nets(
    'a selector and nets must both hold',
    step(
      'pods of y in 10/8',
      [into({ selector: "pod == 'b'", nets: ['10.65.2.0/24'] })],
      [CLOSED, 'allow y/b > x/a IPv4'],
    ),
  ),
  nets(
    'an endpoint loses an address, and gets it back',
    step('by its labels', [into({ selector: "id == 'vp'" })], [CLOSED, 'allow v/p > x/a']),
    step(
      'of IPv4 alone',
      [loner(['open'], { ipNetworks: [`${LONER[4]}/32`] })],
      [CLOSED, 'allow v/p > x/a IPv4'],
    ),
    step('again both', [loner(['open'])], [CLOSED, 'allow v/p > x/a']),
  ),
  nets(
    'nets and ports of both ends in one rule',
    step(
      'y to x, TCP 80',
      [
        gnp('p', {
          ...on("pod == 'a'"),
          ...ingress(allow(tcp(80), from({ nets: ['10.65.2.0/24'] }), to({ nets: ['10.65.1.0/24'] }))),
        }),
      ],
      ['deny * > x/a,y/a', 'allow y/* > x/a TCP 80 IPv4'],
    ),
  ),
];
