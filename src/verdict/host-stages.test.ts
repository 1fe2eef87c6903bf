// The stages of host endpoints: every row and bullet of docs/semantics.md, "Host endpoints".
import { describe, expect, it } from 'vitest';
import type { Packet } from './packet.ts';
import { packet, said, type PolicySketch } from './testing.ts';
import {
  ALLOW,
  DENY,
  NOTHING,
  list,
  open,
  OPEN,
  toHost,
  fromHost,
  through,
  fromPod,
  toPod,
  judge,
  eth0,
  all,
  stages,
  asked,
  decided,
  icmp6,
} from './testing-hosts.ts';

describe('no host endpoint, no stage', () => {
  it.each([toHost, fromHost, through])('on other interfaces (%#)', (p) => {
    expect(judge({ h: { interfaceName: 'eth9', lists: { normal: list(DENY) } } }, p).stages).toEqual([]);
  });

  it('on an interface of a workload', () => {
    const hosts = { h: { interfaceName: 'cali-a', lists: { normal: list(DENY), forward: list(DENY) } } };
    expect(judge(hosts, fromPod, { endpoints: { a: open } }).verdict).toBe('allow');
  });
});

describe('host-ingress and host-egress', () => {
  it('ask normal policy, then profiles, and deny when none decides', () => {
    expect(said(judge(eth0({ lists: { normal: list(DENY) }, ...OPEN }), toHost))).toBe(
      'deny host-ingress NetworkPolicy/t/p/ingress/0',
    );
    expect(said(judge(eth0({ lists: { normal: list(DENY) }, ...OPEN }), fromHost))).toBe(
      'deny host-egress NetworkPolicy/t/p/egress/0',
    );
    expect(said(judge(eth0({ lists: { normal: list(NOTHING) } }), toHost))).toBe(
      'deny host-ingress t/ingress',
    );
    expect(judge(eth0(OPEN), toHost).verdict).toBe('allow');
    expect(said(judge(eth0({}), toHost))).toBe('deny host-ingress no-profile-matched');
    expect(said(judge(eth0({}), fromHost))).toBe('deny host-egress no-profile-matched');
  });

  it('name the endpoint and its interface', () => {
    expect(judge(eth0(OPEN), fromHost).stages).toMatchObject([
      { stage: 'host-egress', node: 'n1', interface: 'eth0', endpoint: 'HostEndpoint/h' },
    ]);
  });

  it('are not asked about what is forwarded, or between the host and its workloads', () => {
    const endpoints = { a: open };
    expect(asked(judge(eth0({}), through))).toEqual(['host-forward-in']);
    expect(asked(judge(all({}), packet({ outInterface: 'cali-a' }), { endpoints }))).toEqual([]);
    expect(asked(judge(all({}), packet({ inInterface: 'cali-a' }), { endpoints }))).toEqual([
      'workload-egress',
      'endpoint-to-host',
    ]);
  });

  it('ask the endpoint for all interfaces where there is none of its own', () => {
    const hosts = {
      h: { interfaceName: '*', lists: { normal: list(DENY) } },
      own: { interfaceName: 'eth0', ...OPEN },
    };
    expect(judge(hosts, toHost).verdict).toBe('allow');
    expect(said(judge(hosts, packet({ inInterface: 'eth1' })))).toMatch(/^deny host-ingress/);
    expect(said(judge(hosts, packet({ outInterface: 'eth1' })))).toMatch(/^deny host-egress/);
  });

  it('find an endpoint by its expected addresses', () => {
    const hosts = { h: { expectedAddresses: ['192.168.0.1/32'], lists: { normal: list(DENY) } } };
    const facts = { interfaces: [{ name: 'eth0', addresses: ['192.168.0.1'] }] };
    expect(judge(hosts, toHost, { facts }).verdict).toBe('deny');
    expect(judge(hosts, toHost).verdict).toBe('allow');
  });
});

describe('forwarded traffic', () => {
  const forward = eth0({ lists: { forward: list(DENY) } });

  it('is judged at the interface where it comes in, and where it goes out', () => {
    expect(said(judge(forward, through))).toBe('deny host-forward-in NetworkPolicy/t/p/ingress/0');
    const back = packet({ inInterface: 'eth1', outInterface: 'eth0' });
    expect(said(judge(forward, back))).toBe('deny host-forward-out NetworkPolicy/t/p/egress/0');
  });

  it('has the order host, workload, workload, host', () => {
    const j = judge(
      all({ lists: { forward: list(ALLOW) } }),
      packet({ inInterface: 'cali-a', outInterface: 'cali-a' }),
      {
        endpoints: { a: open },
      },
    );
    expect(stages(j)).toEqual([
      'host-forward-in allow',
      'workload-egress allow',
      'workload-ingress allow',
      'host-forward-out allow',
    ]);
  });

  it('is allowed by an endpoint without forward policy, and asks no profiles', () => {
    const j = judge(eth0({ lists: { normal: list(DENY) }, profiles: { shut: DENY } }), through);
    expect([j.verdict, ...decided(j)]).toEqual(['allow', 'end-of-tiers']);
  });

  it('is allowed in a direction in which no tier has a policy, and by a pass in the last tier', () => {
    expect(judge(eth0({ lists: { forward: list({ egress: [{ action: 'deny' }] }) } }), through).verdict).toBe(
      'allow',
    );
    expect(
      judge(eth0({ lists: { forward: list({ ingress: [{ action: 'pass' }] }) } }), through).verdict,
    ).toBe('allow');
    expect(judge(eth0({ lists: { forward: list(NOTHING) } }), through).verdict).toBe('deny');
  });

  it('of a workload is judged by the endpoint for all interfaces at both ends', () => {
    const endpoints = { a: open };
    const hosts = all({ lists: { forward: list(DENY) } });
    expect(said(judge(hosts, fromPod, { endpoints }))).toMatch(/^deny host-forward-in/);
    const out = all({ lists: { forward: list({ egress: [{ action: 'deny' }] }) } });
    expect(said(judge(out, toPod, { endpoints }))).toMatch(/^deny host-forward-out/);
  });

  it('has no failsafes and no neighbour discovery', () => {
    expect(judge(forward, { ...through, destinationPort: 22 }).verdict).toBe('deny');
    const solicitation = packet({ ...icmp6(135), inInterface: 'eth0', outInterface: 'eth1' });
    expect(judge(forward, solicitation).verdict).toBe('deny');
  });
});

describe('untracked policy', () => {
  it('is asked first where the packet comes in and where the host sends it', () => {
    const hosts = eth0({ lists: { untracked: list(DENY) }, ...OPEN });
    expect(said(judge(hosts, toHost))).toBe('deny host-untracked NetworkPolicy/t/p/ingress/0');
    expect(said(judge(hosts, through))).toMatch(/^deny host-untracked /);
    expect(said(judge(hosts, fromHost))).toBe('deny host-untracked-out NetworkPolicy/t/p/egress/0');
    expect(asked(judge(hosts, packet({ inInterface: 'eth1', outInterface: 'eth0' })))).toEqual([
      'host-forward-out',
    ]);
  });

  it('does not depend on conntrack', () => {
    const hosts = eth0({ lists: { untracked: list(DENY) }, ...OPEN });
    expect(judge(hosts, { ...toHost, state: 'established' }).verdict).toBe('deny');
    const allows = eth0({ lists: { untracked: list(ALLOW) } });
    expect(judge(allows, { ...toHost, state: 'invalid' }).verdict).toBe('allow');
  });

  it('that allows spares the packet all later host stages but the one going out', () => {
    const shut = {
      preDnat: list(DENY, 'd'),
      forward: list(DENY, 'f'),
      normal: list(DENY, 'n'),
    };
    const hosts = eth0({ lists: { untracked: list(ALLOW), ...shut } });
    expect(stages(judge(hosts, toHost))).toEqual(['host-untracked allow']);
    expect(stages(judge(hosts, fromHost))).toEqual(['host-untracked-out allow']);
    expect(stages(judge(hosts, { ...through, outInterface: 'eth0' }))).toEqual([
      'host-untracked allow',
      'host-forward-out deny',
    ]);
  });

  it('that allows leaves workloads their say, who see an untracked packet', () => {
    const hosts = eth0({ lists: { untracked: list(ALLOW) } });
    const p: Packet = { ...toPod, state: 'established' };
    expect(said(judge(hosts, p, { endpoints: { a: {} } }))).toBe('deny workload-ingress no-profile-matched');
    expect(said(judge({}, p, { endpoints: { a: {} } }))).toBe('allow');
  });

  it('that decides nothing goes on to the other lists', () => {
    const hosts = eth0({ lists: { untracked: list(NOTHING), normal: list(DENY, 'n') } });
    expect(stages(judge(hosts, toHost))).toEqual(['host-untracked allow', 'host-ingress deny']);
    expect(stages(judge(hosts, fromHost))).toEqual(['host-untracked-out allow', 'host-egress deny']);
  });

  it('of the endpoint for all interfaces has no effect', () => {
    const hosts = all({ lists: { untracked: list(DENY) }, ...OPEN });
    expect(asked(judge(hosts, toHost))).toEqual(['host-ingress']);
    expect(asked(judge(hosts, fromHost))).toEqual(['host-egress']);
  });
});

describe('pre-DNAT policy', () => {
  const shut = { preDnat: list(DENY) };

  it('is asked about everything that comes in, and nothing that goes out', () => {
    expect(said(judge(eth0({ lists: shut, ...OPEN }), toHost))).toBe(
      'deny host-pre-dnat NetworkPolicy/t/p/ingress/0',
    );
    expect(said(judge(eth0({ lists: shut, ...OPEN }), through))).toMatch(/^deny host-pre-dnat/);
    expect(judge(eth0({ lists: shut, ...OPEN }), fromHost).verdict).toBe('allow');
  });

  it('of all interfaces is asked where the own endpoint has none, and about workloads too', () => {
    const hosts = { h: { interfaceName: '*', lists: shut }, own: { interfaceName: 'eth0', ...OPEN } };
    expect(judge(hosts, toHost).stages).toMatchObject([
      { stage: 'host-pre-dnat', endpoint: 'HostEndpoint/h' },
    ]);
    expect(said(judge(hosts, fromPod, { endpoints: { a: open } }))).toMatch(/^deny host-pre-dnat/);
    const own = { ...hosts, own: { ...hosts.own, lists: { preDnat: list(ALLOW, 'q') } } };
    expect(stages(judge(own, toHost))).toEqual(['host-pre-dnat allow']);
  });

  it('comes before the discovery that workloads are always granted', () => {
    const solicitation = packet({ ...icmp6(130), inInterface: 'cali-a' });
    const more = { endpoints: { a: {} } };
    expect(said(judge(all({ lists: shut }), solicitation, more))).toMatch(/^deny host-pre-dnat/);
    expect(judge({}, solicitation, more).verdict).toBe('allow');
  });

  it('that allows spares the packet host-ingress and host-forward-in, not workloads', () => {
    const hosts = eth0({
      lists: { preDnat: list(ALLOW), forward: list(DENY, 'f'), normal: list(DENY, 'n') },
    });
    expect(stages(judge(hosts, toHost))).toEqual(['host-pre-dnat allow']);
    expect(stages(judge(hosts, toPod, { endpoints: { a: {} } }))).toEqual([
      'host-pre-dnat allow',
      'workload-ingress deny',
    ]);
  });

  it('allows at its end without sparing anything', () => {
    const hosts = eth0({ lists: { preDnat: list(NOTHING), normal: list(DENY, 'n') } });
    expect(stages(judge(hosts, toHost))).toEqual(['host-pre-dnat allow', 'host-ingress deny']);
  });

  it('asks conntrack first, and that spares nothing either', () => {
    const hosts = eth0({ lists: { preDnat: list(DENY), normal: list(DENY, 'n') } });
    expect(decided(judge(hosts, { ...toHost, state: 'established' }))).toEqual(['conntrack', 'conntrack']);
    expect(stages(judge(hosts, { ...toHost, state: 'invalid' }))).toEqual(['host-pre-dnat deny']);
  });
});

describe('before and after DNAT', () => {
  const to = (net: string, port: number): PolicySketch => ({
    ingress: [
      { action: 'deny', protocol: 6, destination: { nets: [net], ports: [{ first: port, last: port }] } },
    ],
    egress: [
      { action: 'deny', protocol: 6, destination: { nets: [net], ports: [{ first: port, last: port }] } },
    ],
  });
  /** To 10.0.0.9 port 30080, which became 10.0.0.2 port 80. */
  const dnat = { originalDestination: 0x0a00_0009n, originalDestinationPort: 30_080 };
  const first = to('10.0.0.9/32', 30_080);
  const second = to('10.0.0.2/32', 80);

  it.each(['untracked', 'preDnat'] as const)('%s policy sees the first destination', (name) => {
    expect(judge(eth0({ lists: { [name]: list(first) }, ...OPEN }), { ...toHost, ...dnat }).verdict).toBe(
      'deny',
    );
    expect(judge(eth0({ lists: { [name]: list(second) }, ...OPEN }), { ...toHost, ...dnat }).verdict).toBe(
      'allow',
    );
  });

  it('the port may be the same before and after', () => {
    const p = { ...toHost, originalDestination: 0x0a00_0009n };
    expect(judge(eth0({ lists: { preDnat: list(to('10.0.0.9/32', 80)) }, ...OPEN }), p).verdict).toBe('deny');
  });

  it('all other stages see the last one', () => {
    const stage = (name: 'normal' | 'forward', policy: PolicySketch, p: Packet) =>
      judge(eth0({ lists: { [name]: list(policy) }, ...OPEN }), { ...p, ...dnat }).verdict;
    const pass = (policy: PolicySketch): PolicySketch => ({
      ingress: [...(policy.ingress ?? []), { action: 'allow' }],
      egress: [...(policy.egress ?? []), { action: 'allow' }],
    });
    for (const [name, p] of [
      ['normal', toHost],
      ['normal', fromHost],
      ['forward', through],
    ] as const) {
      expect(stage(name, pass(second), p)).toBe('deny');
      expect(stage(name, pass(first), p)).toBe('allow');
    }
  });

  it('failsafes of pre-DNAT policy look at the first port', () => {
    const p = { ...toHost, originalDestination: 0x0a00_0009n, originalDestinationPort: 22 };
    expect(decided(judge(eth0({ lists: { preDnat: list(DENY) }, ...OPEN }), p))).toEqual([
      'failsafe',
      'rule',
    ]);
  });
});

describe('conntrack', () => {
  it.each([toHost, fromHost, through])('allows what is known and denies what is invalid (%#)', (p) => {
    const hosts = eth0({ lists: { normal: list(DENY), forward: list(DENY) } });
    expect(decided(judge(hosts, { ...p, state: 'established' }))).toEqual(['conntrack']);
    expect(decided(judge(hosts, { ...p, state: 'related' }))).toEqual(['conntrack']);
    const invalid: Packet = { ...p, state: 'invalid' };
    expect(said(judge(eth0({ lists: {}, ...OPEN }), invalid))).toMatch(/conntrack$/);
    expect(judge(eth0({ lists: {}, ...OPEN }), invalid, { config: { dropInvalid: false } }).verdict).toBe(
      'allow',
    );
  });

  it('denies invalid packets to failsafe ports', () => {
    expect(judge(eth0({}), { ...toHost, destinationPort: 22, state: 'invalid' }).verdict).toBe('deny');
  });
});

it('staged policies are shown in the stage of their list', () => {
  const hosts = eth0({ lists: { forward: list({ ...DENY, staged: true }) }, ...OPEN });
  const shown = (p: Packet) =>
    judge(hosts, p).stages.flatMap((s) =>
      s.steps.flatMap((step) => (step.kind === 'policy' ? step.policy : [])),
    );
  expect(shown(through)).toEqual(['StagedNetworkPolicy/t/p']);
  expect(shown(toHost)).toEqual([]);
});
