// Policies: selectors, directions, order, rules.
import {
  allowFrom,
  allowTo,
  endpoint,
  globalPolicy,
  namespaceProfile,
  networkPolicy,
  profile,
} from '../resources.ts';
import { state } from './state.ts';

const nsA = namespaceProfile('a', { env: 'prod' });
const nsB = namespaceProfile('b', { env: 'dev' });
const account = profile('ksa.a.builder', { 'pcsa.team': 'ci', 'pcsa.projectcalico.org/name': 'builder' });
const web = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' }, profiles: ['kns.a'] });
const api = endpoint('b/api', '10.0.0.2', { labels: { app: 'api', role: 'x' }, profiles: ['kns.b'] });
const build = endpoint('a/build', '10.0.0.3', {
  labels: { app: 'build', 'projectcalico.org/serviceaccount': 'builder' },
  profiles: ['kns.a', 'ksa.a.builder'],
});
const base = [nsA, nsB, web, api];
const from = (selector: string) => allowFrom({ selector });
const policy = (name: string, order: number | undefined, selector = 'all()') =>
  globalPolicy(name, { selector, ...(order !== undefined && { order }), ingress: [from("app == 'api'")] });

export const policies = {
  namespaced: state(
    'a namespaced policy',
    [...base, networkPolicy('a/p', { ingress: [from("app == 'api'")] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from [(projectcalico.org/namespace == "a" && app == "api")]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [(projectcalico.org/namespace == "a" && app == "api")]
  `,
  ),
  namespacedSelector: state(
    'a namespaced policy with selectors',
    [
      ...base,
      networkPolicy('a/p', {
        selector: "app == 'web'",
        ingress: [allowFrom({ notSelector: "app == 'api'" })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from [(projectcalico.org/namespace == "a" && !app == "api")]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [(projectcalico.org/namespace == "a" && !app == "api")] 10.0.0.1/32
  `,
  ),
  netsOnly: state(
    'a peer of nets only is not restricted to the namespace',
    [
      ...base,
      networkPolicy('a/p', {
        ingress: [allowFrom({ nets: ['10.1.0.0/16'], notNets: ['10.1.2.0/24'] })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from 10.1.0.0/16 !10.1.2.0/24
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  otherNamespace: state(
    'a peer of another namespace',
    [
      ...base,
      networkPolicy('a/p', {
        ingress: [allowFrom({ namespaceSelector: "env == 'dev'", selector: "role == 'x'" })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from [(pcns.env == "dev" && role == "x")]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [(pcns.env == "dev" && role == "x")] 10.0.0.2/32
  `,
  ),
  allNamespaces: state(
    'peers of all namespaces, and of none',
    [
      ...base,
      networkPolicy('a/p', {
        ingress: [allowFrom({ namespaceSelector: 'all()' }), allowFrom({ namespaceSelector: 'global()' })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from [has(projectcalico.org/namespace)]
      in allow from [!has(projectcalico.org/namespace)]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [!has(projectcalico.org/namespace)]
    set [has(projectcalico.org/namespace)] 10.0.0.1/32 10.0.0.2/32
  `,
  ),
  serviceAccounts: state(
    'service accounts as peers',
    [
      ...base,
      account,
      build,
      networkPolicy('a/p', {
        ingress: [
          allowFrom({ serviceAccounts: { names: ['builder'] } }),
          allowFrom({ serviceAccounts: { selector: "team == 'ci'" }, selector: "app == 'build'" }),
          allowFrom({ serviceAccounts: { names: ['x', 'builder'], selector: "team == 'ci'" } }),
        ],
      }),
    ],
    `
    endpoint a/build calibuild 10.0.0.3/32 profiles kns.a ksa.a.builder
      tier default Deny, in a/p
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy NetworkPolicy/a/p
      in allow from [(projectcalico.org/namespace == "a" && projectcalico.org/serviceaccount in {"builder"})]
      in allow from [(projectcalico.org/namespace == "a" && (pcsa.team == "ci" && app == "build"))]
      in allow from [(projectcalico.org/namespace == "a" && (pcsa.team == "ci" && projectcalico.org/serviceaccount in {"builder", "x"}))]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    profile ksa.a.builder
    set [(projectcalico.org/namespace == "a" && (pcsa.team == "ci" && app == "build"))] 10.0.0.3/32
    set [(projectcalico.org/namespace == "a" && (pcsa.team == "ci" && projectcalico.org/serviceaccount in {"builder", "x"}))] 10.0.0.3/32
    set [(projectcalico.org/namespace == "a" && projectcalico.org/serviceaccount in {"builder"})] 10.0.0.3/32
  `,
  ),
  serviceAccountSelector: state(
    'a policy for a service account',
    [
      ...base,
      account,
      build,
      networkPolicy('a/p', { serviceAccountSelector: "team == 'ci'" }),
      globalPolicy('g', { namespaceSelector: "env == 'prod'", serviceAccountSelector: 'all()' }),
    ],
    `
    endpoint a/build calibuild 10.0.0.3/32 profiles kns.a ksa.a.builder
      tier default Deny, in g a/p
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy GlobalNetworkPolicy/g
    policy NetworkPolicy/a/p
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    profile ksa.a.builder
  `,
  ),
  namespaceSelector: state(
    'a global policy for some namespaces',
    [...base, globalPolicy('g', { selector: 'all()', namespaceSelector: "env == 'prod'" })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in g
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy GlobalNetworkPolicy/g
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  inactive: state(
    'a policy that selects nothing',
    [...base, policy('p', 1, "app == 'none'")],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  negatedSelector: state(
    'a policy for all but one',
    [...base, policy('p', 1, "app != 'web'")],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [app == "api"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "api"] 10.0.0.2/32
  `,
  ),
  merged: state(
    'selector and notSelector merge',
    [
      ...base,
      globalPolicy('p', {
        ingress: [allowFrom({ selector: 'has(app)', notSelector: "app == 'web' || has(role)" })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [(has(app) && !(app == "web" || has(role)))]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [(has(app) && !(app == "web" || has(role)))]
  `,
  ),
  notSelector: state(
    'only notSelector, in a global policy',
    [...base, globalPolicy('p', { ingress: [allowFrom({ notSelector: "app == 'web'" })] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from ![app == "web"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  ingressOnly: state(
    'egress rules of a policy for ingress',
    [...base, globalPolicy('p', { types: ['Ingress'], egress: [allowTo({ selector: "app == 'web'" })] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      out allow to [app == "web"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  egressOnly: state(
    'a policy for egress',
    [...base, globalPolicy('p', { egress: [allowTo({ nets: ['10.0.0.0/8'] })] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, out p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow to 10.0.0.0/8
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  bothWays: state(
    'a policy for both',
    [...base, globalPolicy('p', { types: ['Ingress', 'Egress'] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p, out p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in p, out p
    policy GlobalNetworkPolicy/p
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  order123: state(
    'orders 1 2 3',
    [...base, policy('a', 1), policy('b', 2), policy('c', 3)],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a b c
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in a b c
    policy GlobalNetworkPolicy/a
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/b
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/c
      in allow from [app == "api"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "api"] 10.0.0.2/32
  `,
  ),
  order321: state(
    'orders 3 2 1',
    [...base, policy('a', 3), policy('b', 2), policy('c', 1)],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in c b a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in c b a
    policy GlobalNetworkPolicy/a
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/b
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/c
      in allow from [app == "api"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "api"] 10.0.0.2/32
  `,
  ),
  orderSame: state(
    'equal orders',
    [...base, policy('a', 5), policy('b', 5), policy('c', 5)],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in a b c
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in a b c
    policy GlobalNetworkPolicy/a
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/b
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/c
      in allow from [app == "api"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "api"] 10.0.0.2/32
  `,
  ),
  orderNone: state(
    'no order comes last',
    [...base, policy('a', undefined), policy('b', 7)],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in b a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in b a
    policy GlobalNetworkPolicy/a
      in allow from [app == "api"]
    policy GlobalNetworkPolicy/b
      in allow from [app == "api"]
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
    set [app == "api"] 10.0.0.2/32
  `,
  ),
  tieNames: state(
    'equal names in several namespaces and kinds',
    [
      ...base,
      endpoint('a/web', '10.0.0.1', { labels: { app: 'web' } }),
      networkPolicy('a/p', { order: 1 }),
      globalPolicy('p', { order: 1 }),
      globalPolicy('o', { order: 1 }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in o p a/p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
      tier default Deny, in o p
    policy GlobalNetworkPolicy/o
    policy GlobalNetworkPolicy/p
    policy NetworkPolicy/a/p
    profile kns.b
      in allow
      out allow
  `,
  ),
  rules: state(
    'every kind of condition',
    [
      ...base,
      globalPolicy('p', {
        selector: "app == 'web'",
        ingress: [
          { action: 'Log', protocol: 'ICMP', icmp: { type: 8, code: 0 } },
          { action: 'Deny', protocol: 'ICMPv6', icmp: { type: 128 } },
          { action: 'Pass', notICMP: { type: 3 }, ipVersion: 6 },
          { action: 'Allow', protocol: 1, metadata: { annotations: { zeta: '1', alpha: '2' } } },
          { action: 'Allow', notProtocol: 'UDPLite' },
          {
            action: 'Allow',
            protocol: 'TCP',
            source: {
              nets: ['10.0.0.0/8', '192.168.0.0/16'],
              notNets: ['10.1.0.0/16'],
              notPorts: ['1:1023'],
            },
            destination: { ports: [80, 81, '8000:8080', '8081:9000', 443] },
          },
        ],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy GlobalNetworkPolicy/p
      in log v4 proto 1 icmp 8/0
      in deny v6 proto 58 icmp 128
      in pass v6 not-icmp 3
      in allow proto 1 alpha=2 zeta=1
      in allow not-proto 136
      in allow proto 6 from 10.0.0.0/8 192.168.0.0/16 !10.1.0.0/16 !:1:1023 to :80:81 :443 :8000:9000
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  http: state(
    'a rule that no kernel can match',
    [
      ...base,
      globalPolicy('p', {
        selector: "app == 'web'",
        ingress: [{ action: 'Allow', http: { methods: ['GET'] } }],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in p
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy GlobalNetworkPolicy/p
      in allow never(http)
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  hostOnly: state(
    'untracked and pre-DNAT policy is not for workloads',
    [
      ...base,
      globalPolicy('p', { doNotTrack: true, applyOnForward: true }),
      globalPolicy('q', { preDNAT: true, applyOnForward: true }),
      globalPolicy('r', { applyOnForward: true, selector: "app == 'web'" }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
      tier default Deny, in r
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    policy GlobalNetworkPolicy/r
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
  hint: state(
    'a performance hint has no effect on one node',
    [
      ...base,
      globalPolicy('p', { selector: "app == 'none'", performanceHints: ['AssumeNeededOnEveryNode'] }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles kns.a
    endpoint b/api caliapi 10.0.0.2/32 profiles kns.b
    profile kns.a
      in allow
      out allow
    profile kns.b
      in allow
      out allow
  `,
  ),
};
