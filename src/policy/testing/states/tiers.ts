// Tiers: order, end, and tiers that do not exist. Staged policy.
import { allowFrom, endpoint, globalPolicy, networkPolicy, resource, tier } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' } });
const policy = (name: string, tierName: string, more = {}) =>
  globalPolicy(name, { tier: tierName, ingress: [allowFrom({ selector: "app == 'web'" })], ...more });
const one = policy('p1', 'one');
const two = policy('p2', 'two');
const three = policy('p3', 'three');
const staged = (name: string, spec: Record<string, unknown>) =>
  resource('StagedGlobalNetworkPolicy', name, spec);

export const tiers = {
  order123: state(
    'tiers 1 2 3',
    [web, one, two, three, tier('one', 1), tier('two', 2), tier('three', 3)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, in p1
      tier two Deny, in p2
      tier three Deny, in p3
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p3
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  order321: state(
    'tiers 3 2 1',
    [web, one, two, three, tier('one', 3), tier('two', 2), tier('three', 1)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier three Deny, in p3
      tier two Deny, in p2
      tier one Deny, in p1
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p3
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  orderSame: state(
    'tiers of one order',
    [web, one, two, three, tier('one', 1), tier('two', 1), tier('three', 1)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, in p1
      tier three Deny, in p3
      tier two Deny, in p2
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p3
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  withDefault: state(
    'beside the default tier',
    [web, one, tier('one', 1), policy('d', 'default')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, in p1
      tier default Deny, in d
    policy GlobalNetworkPolicy/d
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  passes: state(
    'a tier that passes at its end',
    [web, one, tier('one', 1, 'Pass'), policy('d', 'default')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Pass, in p1
      tier default Deny, in d
    policy GlobalNetworkPolicy/d
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  unknown: state(
    'a tier that does not exist',
    [web, one, two, tier('two', 2)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier two Deny, in p2
      tier one Deny, in p1
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  unknownTwo: state(
    'two tiers that do not exist',
    [web, one, two, policy('d', 'default')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in d
      tier one Deny, in p1
      tier two Deny, in p2
    policy GlobalNetworkPolicy/d
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  builtin: state(
    'a built-in tier',
    [web, policy('p', 'kube-admin'), policy('q', 'kube-baseline')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier kube-admin Pass, in p
      tier kube-baseline Pass, in q
    policy GlobalNetworkPolicy/p
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/q
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  moved: state(
    'a policy in another tier',
    [web, policy('p1', 'two'), two, tier('one', 1), tier('two', 2)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier two Deny, in p1 p2
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    policy GlobalNetworkPolicy/p2
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  oneWay: state(
    'a tier of egress policy only',
    [web, policy('p1', 'one', { ingress: [], types: ['Egress'] }), tier('one', 1)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, out p1
    policy GlobalNetworkPolicy/p1
  `,
  ),
  staged: state(
    'staged policy stands beside',
    [
      web,
      one,
      tier('one', 1),
      staged('p0', { tier: 'one', ingress: [allowFrom({ selector: "app == 'db'" })] }),
      resource('StagedNetworkPolicy', 'a/s', { egress: [{ action: 'Deny' }] }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, in p1
      staged tier one Deny, in p0
      staged tier default Deny, out a/s
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    staged StagedGlobalNetworkPolicy/p0
      in allow from [app == "db"]
    staged StagedNetworkPolicy/a/s
      out deny
    set [app == "db"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  stagedOnly: state(
    'a tier of staged policy only',
    [web, tier('one', 1), staged('p1', { tier: 'one' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      staged tier one Deny, in p1
    staged StagedGlobalNetworkPolicy/p1
  `,
  ),
  stagedDelete: state(
    'a staged deletion',
    [web, one, tier('one', 1), staged('p1', { tier: 'one', stagedAction: 'Delete' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier one Deny, in p1
    policy GlobalNetworkPolicy/p1
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  sameName: state(
    'the same name staged and enforced',
    [
      web,
      networkPolicy('a/s', { ingress: [] }),
      resource('StagedNetworkPolicy', 'a/s', { ingress: [{ action: 'Deny' }] }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in a/s
      staged tier default Deny, in a/s
    policy NetworkPolicy/a/s
    staged StagedNetworkPolicy/a/s
      in deny
  `,
  ),
};
