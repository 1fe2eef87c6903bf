// Host endpoints: the four lists, the switches that choose them, expected addresses and named ports as members.
import type { Resource } from '../../../resources/index.ts';
import {
  allowFrom,
  allowTo,
  endpoint,
  globalPolicy,
  hostEndpoint,
  networkSet,
  profile,
  resource,
  tier,
} from '../resources.ts';
import { state } from './state.ts';

const eth0 = hostEndpoint('h1', { interface: 'eth0', labels: { role: 'host' } });
const web = endpoint('a/web', '10.0.0.1', { labels: { role: 'host' } });
const onHosts = { selector: "role == 'host'" };
const deny = { ingress: [{ action: 'Deny' }] };
const policy = (more: Record<string, unknown> = {}) => globalPolicy('p', { ...onHosts, ...deny, ...more });
const untrackedPolicy = policy({ doNotTrack: true, applyOnForward: true });
const preDnatPolicy = policy({ preDNAT: true, applyOnForward: true });
const forwardPolicy = policy({ applyOnForward: true });
/** One host and one workload under the same policy. */
const both = (one: Resource) => [eth0, web, one];

const fromHosts = globalPolicy('p', { selector: "role == 'web'", ingress: [allowFrom(onHosts)] });
const client = endpoint('a/web', '10.0.0.1', { labels: { role: 'web' } });
const farHost = (expected: string, labels: Record<string, string>, node = 'n2') =>
  hostEndpoint('far', { interface: 'eth0', expected, labels, node });

const toPort = globalPolicy('p', {
  selector: "role == 'web'",
  egress: [allowTo({ ...onHosts, ports: ['metrics'] }, { protocol: 'TCP' })],
});
const withPort = (port: number, node = 'n2') =>
  hostEndpoint('far', {
    expected: '192.168.0.2',
    labels: { role: 'host' },
    node,
    ports: [{ name: 'metrics', protocol: 'TCP', port }],
  });

export const hosts = {
  bare: state(
    'a host endpoint without policy',
    [eth0],
    `
    host h1 eth0
  `,
  ),
  untracked: state(
    'doNotTrack, never for the workload',
    both(untrackedPolicy),
    `
    endpoint a/web caliweb 10.0.0.1/32
    host h1 eth0
      untracked tier default Pass, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  preDnat: state(
    'preDNAT, never for the workload',
    both(preDnatPolicy),
    `
    endpoint a/web caliweb 10.0.0.1/32
    host h1 eth0
      preDnat tier default Pass, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  forward: state(
    'applyOnForward is in two lists',
    both(forwardPolicy),
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    host h1 eth0
      forward tier default Deny, in p
      normal tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  normal: state(
    'none of the three',
    both(policy()),
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    host h1 eth0
      normal tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  workloadOnly: state(
    'untracked policy with no host to select',
    [web, untrackedPolicy],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  hostOnly: state(
    'a policy that only a host needs',
    [eth0, client, policy()],
    `
    endpoint a/web caliweb 10.0.0.1/32
    host h1 eth0
      normal tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  bothWays: state(
    'untracked policy in both directions and two tiers',
    [
      eth0,
      tier('first', 1, 'Deny'),
      globalPolicy('p', {
        ...onHosts,
        tier: 'first',
        doNotTrack: true,
        applyOnForward: true,
        egress: [{ action: 'Allow' }],
      }),
      globalPolicy('q', { ...onHosts, ...deny, doNotTrack: true, applyOnForward: true }),
      globalPolicy('r', { ...onHosts, tier: 'first', applyOnForward: true, types: ['Egress'] }),
    ],
    `
    host h1 eth0
      untracked tier first Pass, out p
      untracked tier default Pass, in q
      forward tier first Deny, out r
      normal tier first Deny, out r
    policy GlobalNetworkPolicy/p
      out allow
    policy GlobalNetworkPolicy/q
      in deny
    policy GlobalNetworkPolicy/r
  `,
  ),
  elsewhere: state(
    'the host endpoint of another node',
    [hostEndpoint('h1', { interface: 'eth0', labels: { role: 'host' }, node: 'n2' }), web, policy()],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  all: state(
    'all interfaces, with profiles',
    [
      hostEndpoint('h1', { interface: '*', labels: { role: 'host' }, profiles: ['open', 'none'] }),
      profile('open', { colour: 'red' }, { ingress: [{ action: 'Allow' }] }),
      globalPolicy('p', { selector: "colour == 'red'", ...deny }),
    ],
    `
    host h1 * profiles open none
      normal tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
    profile none missing
      in deny
      out deny
    profile open
      in allow
  `,
  ),
  expected: state(
    'found by its addresses',
    [hostEndpoint('h1', { expected: '192.168.0.2 10.0.0.9 fd00::9', labels: { role: 'host' } }), policy()],
    `
    host h1 - 10.0.0.9/32 192.168.0.2/32 fd00::9/128
      normal tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in deny
  `,
  ),
  staged: state(
    'staged policy stands in its list',
    [
      eth0,
      resource('StagedGlobalNetworkPolicy', 'p', {
        ...onHosts,
        ...deny,
        preDNAT: true,
        applyOnForward: true,
      }),
      resource('StagedGlobalNetworkPolicy', 'q', { ...onHosts, ...deny, applyOnForward: true }),
    ],
    `
    host h1 eth0
      staged preDnat tier default Pass, in p
      staged forward tier default Deny, in q
      staged normal tier default Deny, in q
    staged StagedGlobalNetworkPolicy/p
      in deny
    staged StagedGlobalNetworkPolicy/q
      in deny
  `,
  ),
  member: state(
    'expected addresses are members, those of other nodes too',
    [client, fromHosts, farHost('192.168.0.2 fd00::2', { role: 'host' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [role == "host"]
    set [role == "host"] 192.168.0.2/32 fd00::2/128
  `,
  ),
  memberMoved: state(
    'its addresses change, and it is local',
    [client, fromHosts, farHost('192.168.0.3', { role: 'host' }, 'n1')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    host far eth0 192.168.0.3/32
    policy GlobalNetworkPolicy/p
      in allow from [role == "host"]
    set [role == "host"] 192.168.0.3/32
  `,
  ),
  memberSet: state(
    'beside a network set',
    [
      client,
      fromHosts,
      farHost('192.168.0.2', { role: 'other' }),
      networkSet('s', '192.168.0.2/32', { role: 'host' }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [role == "host"]
    set [role == "host"] 192.168.0.2/32
  `,
  ),
  memberless: state(
    'without expected addresses it is no member',
    [client, fromHosts, eth0],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    host h1 eth0
    policy GlobalNetworkPolicy/p
      in allow from [role == "host"]
    set [role == "host"]
  `,
  ),
  port: state(
    'a named port',
    [client, toPort, withPort(9100)],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[role == "host" tcp metrics]
    set [role == "host" tcp metrics] 192.168.0.2,tcp:9100
  `,
  ),
  portLocal: state(
    'a named port, on this node',
    [client, toPort, withPort(9101, 'n1')],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, out p
    host far - 192.168.0.2/32
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[role == "host" tcp metrics]
    set [role == "host" tcp metrics] 192.168.0.2,tcp:9101
  `,
  ),
  rulesFromHost: state(
    'a host policy refers to workloads',
    [
      eth0,
      client,
      globalPolicy('p', {
        ...onHosts,
        doNotTrack: true,
        applyOnForward: true,
        ingress: [allowFrom({ selector: "role == 'web'" })],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
    host h1 eth0
      untracked tier default Pass, in p
    policy GlobalNetworkPolicy/p
      in allow from [role == "web"]
    set [role == "web"] 10.0.0.1/32
  `,
  ),
};
