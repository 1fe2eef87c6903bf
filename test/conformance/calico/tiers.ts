// Tiers and the order of policies: who is asked first, what ends a tier, what Pass and staged policies do.
import {
  allow,
  at,
  deny,
  egress,
  gnp,
  ingress,
  log,
  np,
  on,
  pass,
  profile,
  step,
  tcp,
  tier,
  udp,
} from './resources.ts';
import { loner, oneOf } from './world.ts';

const one = oneOf('tiers');
const CLOSED = 'deny * > x/a';
const TIER = tier('t', 10);
const NEXT = tier('u', 20);
const ALL_IN = ingress(allow());
const NONE_IN = ingress(deny());

export const TIERS = [
  one(
    'a tier with a policy for an endpoint ends in Deny',
    step(
      'TCP 80 is allowed',
      [TIER, gnp('t.p', { ...at('xa'), ...ingress(allow(tcp(80))) })],
      [CLOSED, 'allow * > x/a TCP 80'],
    ),
  ),
  one(
    'a policy without rules denies, as the end of its tier does',
    step(
      'both ways',
      [TIER, gnp('t.p', { ...at('xa'), types: ['Ingress', 'Egress'] })],
      [CLOSED, 'deny x/a > *'],
    ),
  ),
  one(
    'a tier is no matter of endpoints that its policies do not select',
    step('x/a alone is selected', [TIER, gnp('t.p', { ...at('xa'), ...NONE_IN })], [CLOSED]),
    step('then y/a alone', [gnp('t.p', { ...at('ya'), ...NONE_IN })], ['deny * > y/a']),
    step('then nobody', [gnp('t.p', { ...at('nobody'), ...NONE_IN })], []),
  ),
  one(
    'each direction has tiers of its own: Egress alone leaves what enters to the profiles',
    step(
      'TCP may leave',
      [TIER, gnp('t.p', { ...at('xa'), ...egress(allow(tcp())) })],
      ['deny x/a > *', 'allow x/a > * TCP', 'deny x/a > host'],
    ),
  ),
  one(
    'rules of a direction that is not among the types say nothing',
    step(
      'types: Egress, with rules for Ingress',
      [TIER, gnp('t.p', { ...at('xa'), types: ['Egress'], ingress: [deny()], egress: [allow()] })],
      [],
    ),
  ),
  one(
    'types that are not given follow the rules',
    step(
      'egress rules alone',
      [TIER, gnp('t.p', { ...at('xa'), egress: [allow(tcp(80))] })],
      ['deny x/a > *', 'allow x/a > * TCP 80', 'deny x/a > host'],
    ),
    step(
      'rules of both',
      [gnp('t.p', { ...at('xa'), ingress: [allow()], egress: [deny()] })],
      ['deny x/a > *'],
    ),
    step('none: Ingress', [gnp('t.p', { ...at('xa') })], [CLOSED]),
  ),
  one(
    'defaultAction Pass: a tier in which nothing matches goes on',
    step(
      'Pass',
      [tier('t', 10, 'Pass'), gnp('t.p', { ...at('xa'), ...ingress(deny(tcp(80))) })],
      ['deny * > x/a TCP 80'],
    ),
    step('Deny', [tier('t', 10, 'Deny')], [CLOSED]),
  ),
  one(
    'defaultAction Pass of one tier leaves the end of the next as it is',
    step(
      'the second allows UDP',
      [
        tier('t', 10, 'Pass'),
        NEXT,
        gnp('t.p', { ...at('xa'), ...ingress(deny(udp(80))) }),
        gnp('u.p', { ...at('xa'), ...ingress(allow(udp())) }),
      ],
      [CLOSED, 'allow * > x/a UDP', 'deny * > x/a UDP 80'],
    ),
  ),
  one(
    'Pass hands on to the next tier, which decides',
    step(
      'TCP is handed on',
      [
        TIER,
        NEXT,
        gnp('t.p', { ...at('xa'), ...ingress(pass(tcp()), deny()) }),
        gnp('u.p', { ...at('xa'), ...ingress(allow(tcp(80)), deny(tcp(81))) }),
      ],
      [CLOSED, 'allow * > x/a TCP 80'],
    ),
  ),
  one(
    'Pass of one tier is not the Pass of the next, which has a Pass of its own',
    step(
      'the second hands TCP 81 on alone',
      [
        TIER,
        NEXT,
        gnp('t.p', { ...at('xa'), ...ingress(pass()) }),
        gnp('u.first', { ...at('xa'), order: 1, ...ingress(pass(tcp(81))) }),
        gnp('u.second', { ...at('xa'), order: 2, ...ingress(allow(udp(80))) }),
      ],
      [CLOSED, 'allow * > x/a TCP 81', 'allow * > x/a UDP 80'],
    ),
    step(
      'for those without a profile as well',
      [loner([]), gnp('t.p', { ...on("id in {'xa', 'vp'}"), ...ingress(pass()) })],
      [CLOSED, 'allow * > x/a TCP 81', 'allow * > x/a UDP 80', 'deny * > v/p', 'deny v/p > *'],
    ),
  ),
  one(
    'Pass skips the other policies of its tier',
    step(
      'the second would deny',
      [
        TIER,
        gnp('t.first', { ...at('xa'), order: 1, ...ingress(pass(tcp())) }),
        gnp('t.second', { ...at('xa'), order: 2, ...ingress(deny(tcp())) }),
      ],
      [CLOSED, 'allow * > x/a TCP'],
    ),
  ),
  one(
    'Pass in the last tier is up to the profiles',
    step(
      'of a pod, and of one without profiles',
      [loner([]), TIER, gnp('t.p', { ...on("id in {'xa', 'vp'}"), ...ingress(pass(tcp()), allow()) })],
      ['deny * > v/p TCP', 'deny v/p > *'],
    ),
  ),
  one(
    'Pass through three tiers',
    step(
      'each keeps one protocol back',
      [
        TIER,
        NEXT,
        tier('v', 30),
        gnp('t.p', { ...at('xa'), ...ingress(deny({ protocol: 'SCTP' }), pass()) }),
        gnp('u.p', { ...at('xa'), ...ingress(deny(udp(80)), pass()) }),
        gnp('v.p', { ...at('xa'), ...ingress(deny(tcp(81)), pass()) }),
      ],
      ['deny * > x/a SCTP', 'deny * > x/a UDP 80', 'deny * > x/a TCP 81'],
    ),
    step('the one in the middle is gone', [], ['deny * > x/a SCTP', 'deny * > x/a TCP 81'], [gnp('u.p', {})]),
  ),
  one(
    'Allow in an early tier: the later ones are not asked',
    step(
      'allow, then deny',
      [TIER, NEXT, gnp('t.p', { ...at('xa'), ...ALL_IN }), gnp('u.p', { ...at('xa'), ...NONE_IN })],
      [],
    ),
    step('the tiers change places', [tier('t', 20), tier('u', 10)], [CLOSED]),
  ),
  one(
    'a tier of equal order comes in the order of names',
    step(
      't, then u',
      [TIER, tier('u', 10), gnp('t.p', { ...at('xa'), ...ALL_IN }), gnp('u.p', { ...at('xa'), ...NONE_IN })],
      [],
    ),
    step('a tier called s', [tier('s', 10), gnp('s.p', { ...at('xa'), ...NONE_IN })], [CLOSED]),
  ),
  one(
    'the default tier comes after those with an order',
    step(
      't allows TCP, and denies the rest',
      [TIER, gnp('t.p', { ...at('xa'), ...ingress(allow(tcp())) }), gnp('p', { ...at('xa'), ...NONE_IN })],
      [CLOSED, 'allow * > x/a TCP'],
    ),
    step('t hands on', [tier('t', 10, 'Pass')], [CLOSED, 'allow * > x/a TCP']),
    step('t is empty', [], [CLOSED], [gnp('t.p', {})]),
  ),
  one(
    'policies of a tier in their order',
    step(
      'deny before allow',
      [
        gnp('a', { ...at('xa'), order: 2, ...ingress(allow(tcp())) }),
        gnp('b', { ...at('xa'), order: 1, ...ingress(deny(tcp(80))) }),
      ],
      [CLOSED, 'allow * > x/a TCP 81'],
    ),
    step(
      'the other way round',
      [gnp('b', { ...at('xa'), order: 3, ...ingress(deny(tcp(80))) })],
      [CLOSED, 'allow * > x/a TCP'],
    ),
  ),
  one(
    'policies of equal order by name; those without an order last',
    step(
      'a before b',
      [
        gnp('a', { ...at('xa'), order: 5, ...ingress(allow(tcp(80))) }),
        gnp('b', { ...at('xa'), order: 5, ...ingress(deny(tcp())) }),
      ],
      [CLOSED, 'allow * > x/a TCP 80'],
    ),
    step(
      'a has none',
      [gnp('a', { ...at('xa'), ...ingress(allow(tcp(80)), allow(udp(80))) })],
      [CLOSED, 'allow * > x/a UDP 80'],
    ),
  ),
  one(
    'the first rule that matches decides; Log does not',
    step(
      'log, allow, deny',
      [gnp('p', { ...at('xa'), ...ingress(log(), allow(tcp(80)), log(tcp()), deny(tcp()), allow()) })],
      ['deny * > x/a TCP 81'],
    ),
  ),
  one(
    'policies add up: what either allows is allowed',
    step(
      'two',
      [
        gnp('p', { ...at('xa'), ...ingress(allow(tcp(80))) }),
        np('x/q', { ...at('xa'), ...ingress(allow(udp(81))) }),
      ],
      [CLOSED, 'allow * > x/a TCP 80', 'allow * > x/a UDP 81'],
    ),
    step('one is deleted', [], [CLOSED, 'allow * > x/a UDP 81'], [gnp('p', {})]),
    step('and the other', [], [], [np('x/q', {})]),
  ),
  one(
    "Calico's policies among those of Kubernetes, which have order 1000",
    step(
      'a Kubernetes policy allows TCP',
      [kubernetes([{ ports: [{ protocol: 'TCP' }] }])],
      [CLOSED, 'allow * > x/a TCP'],
    ),
    step(
      'order 500 denies port 80 first',
      [np('x/p', { ...at('xa'), order: 500, ...ingress(deny(tcp(80))) })],
      [CLOSED, 'allow * > x/a TCP 81'],
    ),
    step(
      'order 1500 comes too late',
      [np('x/p', { ...at('xa'), order: 1500, ...ingress(deny(tcp(80)), allow(udp(80))) })],
      [CLOSED, 'allow * > x/a TCP', 'allow * > x/a UDP 80'],
    ),
  ),
  one(
    'a tier of order 500 comes before kube-admin, one of 5000 after it',
    step(
      'kube-admin denies port 80 of TCP',
      [
        {
          apiVersion: 'policy.networking.k8s.io/v1alpha2',
          kind: 'ClusterNetworkPolicy',
          metadata: { name: 'admin' },
          spec: {
            tier: 'Admin',
            priority: 10,
            subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { id: 'xa' } } } },
            ingress: [
              {
                action: 'Deny',
                from: [{ namespaces: {} }],
                protocols: [{ tcp: { destinationPort: { number: 80 } } }],
              },
            ],
          },
        },
        tier('t', 500, 'Pass'),
        gnp('t.p', { ...at('xa'), ...ingress(allow(tcp(80))) }),
      ],
      [],
    ),
    step('after it', [tier('t', 5000, 'Pass')], ['deny pods > x/a TCP 80']),
  ),
];

function kubernetes(rules: readonly object[]) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'x', name: 'k' },
    spec: { podSelector: { matchLabels: { id: 'xa' } }, policyTypes: ['Ingress'], ingress: rules },
  };
}

const staged = oneOf('staged');
const STAGED = ['StagedGlobalNetworkPolicy', 'StagedNetworkPolicy', 'StagedKubernetesNetworkPolicy'];

export const STAGED_POLICIES = [
  staged(
    'staged policies of every kind have no effect',
    step(
      'all deny',
      [
        gnp('g', { ...at('xa'), ...NONE_IN }, STAGED[0]),
        np('x/n', { ...at('xa'), ...NONE_IN }, STAGED[1]),
        {
          apiVersion: 'projectcalico.org/v3',
          kind: 'StagedKubernetesNetworkPolicy',
          metadata: { namespace: 'x', name: 'k' },
          spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
        },
      ],
      [],
    ),
  ),
  staged(
    'a tier of staged policies alone ends in nothing',
    step('staged', [TIER, gnp('t.p', { ...at('xa'), ...ingress(allow(tcp(80))) }, STAGED[0])], []),
    step(
      'enforced',
      [gnp('t.p', { ...at('xa'), ...ingress(allow(tcp(80))) })],
      [CLOSED, 'allow * > x/a TCP 80'],
    ),
    step('staged again', [], [], [gnp('t.p', {})]),
  ),
  staged(
    'a staged policy between two that are enforced',
    step(
      'allow TCP 80, staged deny, allow UDP 80',
      [
        gnp('a', { ...at('xa'), order: 1, ...ingress(allow(tcp(80))) }),
        gnp('b', { ...at('xa'), order: 2, ...NONE_IN }, STAGED[0]),
        gnp('c', { ...at('xa'), order: 3, ...ingress(allow(udp(80))) }),
      ],
      [CLOSED, 'allow * > x/a TCP 80', 'allow * > x/a UDP 80'],
    ),
  ),
];

const profiles = oneOf('profiles');
const IN = 'deny * > v/p';

export const PROFILES = [
  profiles(
    'without profile and policy an endpoint is closed both ways',
    step('none', [loner([])], [IN, 'deny v/p > *']),
    step('one that allows', [loner(['open'])], []),
  ),
  profiles(
    'a profile that does not exist denies',
    step('gone', [loner(['gone'])], [IN, 'deny v/p > *']),
    step('open before it', [loner(['open', 'gone'])], []),
    step(
      'it is created',
      [loner(['gone']), profile('gone', { ingress: [allow(tcp(80))], egress: [allow()] })],
      [IN, 'allow * > v/p TCP 80'],
    ),
  ),
  profiles(
    'profiles are asked in the order of the endpoint',
    step(
      'the first denies TCP 80',
      [profile('first', { ingress: [deny(tcp(80))] }), loner(['first', 'open'])],
      ['deny * > v/p TCP 80'],
    ),
    step('the other way round', [loner(['open', 'first'])], []),
  ),
  profiles(
    'Pass in a profile goes on with the next one',
    step(
      'TCP is handed on',
      [profile('first', { ingress: [pass(tcp()), deny()], egress: [allow()] }), loner(['first', 'open'])],
      [IN, 'allow * > v/p TCP'],
    ),
    step('to nobody', [loner(['first'])], [IN]),
  ),
  profiles(
    'a policy that applies leaves nothing to the profiles',
    step('TCP alone', [gnp('p', { ...at('vp'), ...ingress(allow(tcp())) })], [IN, 'allow * > v/p TCP']),
    step(
      'a profile is not asked first either',
      [profile('closed', { ingress: [deny()], egress: [deny()] }), loner(['closed'])],
      [IN, 'allow * > v/p TCP', 'deny v/p > *'],
    ),
  ),
  profiles(
    'an endpoint has the labels of its profiles, its own come first',
    step(
      'by labels of the profile',
      [
        profile('kind', { labelsToApply: { kind: 'db', id: 'profile' } }),
        loner(['kind', 'open']),
        gnp('p', { ...on("kind == 'db'"), ...ingress(allow(tcp(80))) }),
        gnp('q', { ...on("id == 'profile'"), ...egress(deny()) }),
      ],
      [IN, 'allow * > v/p TCP 80'],
    ),
    step('they change', [profile('kind', { labelsToApply: { kind: 'web' } })], []),
  ),
];
