// Every row of docs/semantics.md, and Calico's known traps as far as they concern workloads.
import { describe, expect, it } from 'vitest';
import { createEvaluator } from './evaluate.ts';
import type { Packet } from './packet.ts';
import { type EndpointSketch, nodePolicy, packet, type RuleSketch } from './testing.ts';
import type { Decider, Judgement } from './trail.ts';

const ALLOW: RuleSketch = { action: 'allow' };
const DENY: RuleSketch = { action: 'deny' };
const PASS: RuleSketch = { action: 'pass' };
const LOG: RuleSketch = { action: 'log' };
const OPEN = { ingress: [ALLOW], egress: [ALLOW] };
/** Lets everything through, in both directions. */
const open: EndpointSketch = { profiles: { open: OPEN } };

const aToB = packet({ inInterface: 'cali-a', outInterface: 'cali-b' });
const outToB = packet({ inInterface: 'eth0', outInterface: 'cali-b' });
const aToOut = packet({ inInterface: 'cali-a', outInterface: 'eth0' });
const aToHost = packet({ inInterface: 'cali-a' });

type More = Parameters<typeof nodePolicy>[1];
function judge(endpoints: Record<string, EndpointSketch>, p: Packet, more?: More): Judgement {
  return createEvaluator(nodePolicy(endpoints, more)).judge(p);
}
/** `allow`, or `deny` with the stage and what decided there. */
function said({ verdict, stages }: Judgement): string {
  return verdict === 'allow' ? 'allow' : `deny ${stages.at(-1)?.stage} ${decider(stages.at(-1)?.decidedBy)}`;
}
function decider(by: Decider | undefined): string {
  switch (by?.kind) {
    case 'rule':
      return by.rule;
    case 'tier-default':
      return `${by.tier}/${by.direction}`;
    case 'built-in':
      return by.what;
    default:
      return by?.kind ?? 'nothing';
  }
}
const stagesOf = (j: Judgement) => j.stages.map((s) => s.stage);

/** What workload `b` with these tiers and profiles says to a packet from outside. */
function ingress(b: EndpointSketch, p: Packet = outToB): string {
  return said(judge({ b }, p));
}

describe('stages', () => {
  it('asks the source then the destination on one node', () => {
    const judgement = judge({ a: open, b: open }, aToB);
    expect(judgement.verdict).toBe('allow');
    expect(judgement.stages.map((s) => [s.stage, s.endpoint, s.interface])).toEqual([
      ['workload-egress', 'WorkloadEndpoint/t/a', 'cali-a'],
      ['workload-ingress', 'WorkloadEndpoint/t/b', 'cali-b'],
    ]);
  });

  it('stops at the first stage that denies', () => {
    const judgement = judge({ a: { profiles: { shut: { egress: [DENY] } } }, b: open }, aToB);
    expect(said(judgement)).toBe('deny workload-egress Profile/shut/egress/0');
    expect(stagesOf(judgement)).toEqual(['workload-egress']);
  });

  it('needs every stage to allow', () => {
    expect(said(judge({ a: open, b: {} }, aToB))).toBe('deny workload-ingress no-profile-matched');
  });

  it('does not judge what neither comes from nor goes to a workload', () => {
    const judgement = judge({ a: {} }, packet({ inInterface: 'eth0', outInterface: 'eth1' }));
    expect(judgement).toEqual({ verdict: 'allow', stages: [] });
  });

  it('does not judge what the host itself sends to a workload', () => {
    expect(judge({ b: {} }, packet({ outInterface: 'cali-b' }))).toEqual({ verdict: 'allow', stages: [] });
    expect(judge({}, packet({ outInterface: 'cali-unknown' }))).toEqual({ verdict: 'allow', stages: [] });
  });

  it('judges the same interface both ways when a workload talks to itself through the node', () => {
    const j = judge({ a: open }, packet({ inInterface: 'cali-a', outInterface: 'cali-a' }));
    expect(stagesOf(j)).toEqual(['workload-egress', 'workload-ingress']);
  });
});

describe('interfaces', () => {
  it('denies an interface with a workload prefix and no endpoint, established traffic included', () => {
    const stray = packet({ inInterface: 'cali-stray', outInterface: 'eth0' });
    expect(said(judge({ a: open }, stray))).toBe('deny workload-egress unknown-interface');
    expect(said(judge({ a: open }, { ...stray, state: 'established' }))).toBe(
      'deny workload-egress unknown-interface',
    );
    const toStray = packet({ inInterface: 'eth0', outInterface: 'cali-stray', state: 'established' });
    expect(said(judge({ a: open }, toStray))).toBe('deny workload-ingress unknown-interface');
  });

  it('judges an interface that an endpoint names, although it has no workload prefix', () => {
    const b = { interfaceName: 'veth7' };
    expect(said(judge({ b }, packet({ inInterface: 'eth0', outInterface: 'veth7' })))).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });

  it('takes prefixes from the configuration', () => {
    const p = packet({ inInterface: 'tap0', outInterface: 'eth0' });
    expect(said(judge({}, p, { config: { interfacePrefixes: ['cali', 'tap'] } }))).toBe(
      'deny workload-egress unknown-interface',
    );
    expect(said(judge({}, p))).toBe('allow');
  });

  it('lets the smallest id win when two endpoints share an interface', () => {
    const shut = { interfaceName: 'cali-x', profiles: { shut: { ingress: [DENY] } } };
    const p = packet({ inInterface: 'eth0', outInterface: 'cali-x' });
    expect(said(judge({ z: { ...open, interfaceName: 'cali-x' }, a: shut }, p))).toBe(
      'deny workload-ingress Profile/shut/ingress/0',
    );
    expect(said(judge({ a: { ...open, interfaceName: 'cali-x' }, z: shut }, p))).toBe('allow');
  });
});

describe('a workload and its own host', () => {
  it.each([
    ['drop', 'deny endpoint-to-host endpoint-to-host'],
    ['accept', 'allow'],
    ['return', 'allow'],
  ] as const)('defaultEndpointToHostAction %s', (endpointToHostAction, expected) => {
    const judgement = judge({ a: open }, aToHost, { config: { endpointToHostAction } });
    expect(said(judgement)).toBe(expected);
    expect(stagesOf(judgement)).toEqual(['workload-egress', 'endpoint-to-host']);
  });

  it('asks egress policy first', () => {
    const judgement = judge({ a: {} }, aToHost, { config: { endpointToHostAction: 'accept' } });
    expect(said(judgement)).toBe('deny workload-egress no-profile-matched');
  });

  it('lets established traffic through although the action is drop', () => {
    expect(said(judge({ a: {} }, { ...aToHost, state: 'established' }))).toBe('allow');
  });

  const icmp6 = (icmpType: number, more: Partial<Packet> = {}) => ({
    ...packet({ inInterface: 'cali-a', protocol: 58, icmpType, icmpCode: 0, from: 'fe80::1', to: 'ff02::1' }),
    ...more,
  });

  it.each([130, 131, 132, 133, 135, 136])(
    'accepts ICMPv6 type %i to the host before anything else',
    (type) => {
      const judgement = judge({ a: {} }, icmp6(type));
      expect(judgement).toMatchObject({
        verdict: 'allow',
        stages: [{ decidedBy: { kind: 'built-in', what: 'neighbour-discovery' } }],
      });
      expect(said(judge({}, icmp6(type, { state: 'invalid' })))).toBe('allow');
    },
  );

  it.each([128, 129, 134, 137, 143])('judges ICMPv6 type %i to the host', (type) => {
    expect(said(judge({ a: {} }, icmp6(type)))).toBe('deny workload-egress no-profile-matched');
  });

  it('judges neighbour discovery that is forwarded, and the same numbers in IPv4', () => {
    expect(said(judge({ a: {} }, icmp6(135, { outInterface: 'eth0' })))).toMatch(/^deny/);
    expect(said(judge({ a: {} }, packet({ inInterface: 'cali-a', protocol: 1, icmpType: 135 })))).toMatch(
      /^deny/,
    );
  });
});

describe('conntrack', () => {
  it.each(['established', 'related'] as const)('%s is allowed at every stage', (state) => {
    expect(said(judge({ a: {}, b: {} }, { ...aToB, state }))).toBe('allow');
  });

  it('invalid is denied, although policy would allow', () => {
    expect(said(judge({ a: open, b: open }, { ...aToB, state: 'invalid' }))).toBe(
      'deny workload-egress conntrack',
    );
    expect(said(judge({ b: open }, { ...outToB, state: 'invalid' }))).toBe('deny workload-ingress conntrack');
  });

  it('invalid is judged by policy when the check is disabled', () => {
    const config = { dropInvalid: false };
    expect(said(judge({ a: open, b: open }, { ...aToB, state: 'invalid' }, { config }))).toBe('allow');
    expect(said(judge({ a: {}, b: open }, { ...aToB, state: 'invalid' }, { config }))).toBe(
      'deny workload-egress no-profile-matched',
    );
  });

  it.each(['new', 'untracked'] as const)('%s is judged by policy', (state) => {
    expect(said(judge({ a: open, b: {} }, { ...aToB, state }))).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });
});

describe('tunnels from workloads', () => {
  const vxlan = packet({
    inInterface: 'cali-a',
    outInterface: 'cali-b',
    protocol: 17,
    sourcePort: 1,
    destinationPort: 4789,
  });
  const ipip = packet({ inInterface: 'cali-a', outInterface: 'cali-b', protocol: 4 });

  it('denies VXLAN and IPIP unless they are allowed', () => {
    expect(said(judge({ a: open, b: open }, vxlan))).toBe('deny workload-egress vxlan-from-workload');
    expect(said(judge({ a: open, b: open }, ipip))).toBe('deny workload-egress ipip-from-workload');
    expect(said(judge({ a: open, b: open }, vxlan, { config: { dropVxlanFromWorkloads: false } }))).toBe(
      'allow',
    );
    expect(said(judge({ a: open, b: open }, ipip, { config: { dropIpipFromWorkloads: false } }))).toBe(
      'allow',
    );
  });

  it('knows the configured port, and means UDP to it', () => {
    const other = { config: { vxlanPort: 8472 } };
    expect(said(judge({ a: open, b: open }, vxlan, other))).toBe('allow');
    expect(said(judge({ a: open, b: open }, { ...vxlan, destinationPort: 8472 }, other))).toMatch(/vxlan/);
    expect(said(judge({ a: open, b: open }, { ...vxlan, protocol: 6 }))).toBe('allow');
    expect(said(judge({ a: open, b: open }, { ...vxlan, sourcePort: 4789, destinationPort: 1 }))).toBe(
      'allow',
    );
  });

  it('leaves what enters a workload alone, and established traffic too', () => {
    expect(said(judge({ b: open }, { ...vxlan, inInterface: 'eth0' }))).toBe('allow');
    expect(said(judge({ a: open, b: open }, { ...vxlan, state: 'established' }))).toBe('allow');
  });
});

describe('tiers and policies', () => {
  it('the first rule that matches decides, over policies and rules in order', () => {
    const policies = {
      p: { ingress: [{ action: 'deny', protocol: 17 } as const, ALLOW] },
      q: { ingress: [DENY] },
    };
    expect(ingress({ tiers: { one: { policies } } })).toBe('allow');
    const swapped = { q: policies.q, p: policies.p };
    expect(ingress({ tiers: { one: { policies: swapped } } })).toBe(
      'deny workload-ingress NetworkPolicy/t/q/ingress/0',
    );
  });

  it('allow in a tier ends the stage: later tiers and profiles are not asked', () => {
    const tiers = {
      one: { policies: { p: { ingress: [ALLOW] } } },
      two: { policies: { q: { ingress: [DENY] } } },
    };
    expect(ingress({ tiers, profiles: { shut: { ingress: [DENY] } } })).toBe('allow');
  });

  it('pass skips the rest of the tier', () => {
    const tiers = {
      one: { policies: { p: { ingress: [PASS, DENY] }, q: { ingress: [DENY] } } },
      two: { policies: { r: { ingress: [ALLOW] } } },
    };
    expect(ingress({ tiers })).toBe('allow');
  });

  it('no match meets the default action of the tier', () => {
    const none = { p: { ingress: [{ action: 'allow', protocol: 17 } as const] } };
    expect(ingress({ tiers: { one: { policies: none } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
    expect(ingress({ tiers: { one: { defaultAction: 'Pass', policies: none } }, ...open })).toBe('allow');
    expect(ingress({ tiers: { one: { defaultAction: 'Pass', policies: none } } })).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });

  it('a policy without rules still brings the end of its tier', () => {
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [] } } } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
  });

  it('log never decides', () => {
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [LOG, DENY] } } } }, ...open })).toBe(
      'deny workload-ingress NetworkPolicy/t/p/ingress/1',
    );
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [LOG] } } } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
    expect(ingress({ profiles: { p: { ingress: [LOG] } } })).toBe('deny workload-ingress no-profile-matched');
  });

  it('an allow with an http match lets nothing through', () => {
    const policies = { p: { ingress: [{ action: 'allow', never: 'http' } as const] } };
    expect(ingress({ tiers: { one: { policies } }, ...open })).toBe('deny workload-ingress one/ingress');
  });

  it('a tier without policies in this direction is transparent', () => {
    const tiers = { one: { policies: { p: { egress: [DENY] } } } };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(said(judge({ a: { tiers, ...open } }, aToOut))).toBe(
      'deny workload-egress NetworkPolicy/t/p/egress/0',
    );
  });

  it('only egress policies: ingress goes straight to the profiles', () => {
    const tiers = { default: { policies: { p: { egress: [ALLOW] } } } };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(ingress({ tiers })).toBe('deny workload-ingress no-profile-matched');
  });

  it('all tiers pass: the profiles decide; pass in the last tier without profiles drops', () => {
    const tiers = {
      one: { policies: { p: { ingress: [PASS] } } },
      two: { policies: { q: { ingress: [PASS] } } },
    };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(ingress({ tiers })).toBe('deny workload-ingress no-profile-matched');
  });

  it('staged policies decide nothing, and a tier of only staged ones is transparent', () => {
    const staged = { policies: { s: { staged: true, ingress: [DENY] } } };
    expect(ingress({ tiers: { one: staged }, ...open })).toBe('allow');
    const mixed = { policies: { ...staged.policies, p: { ingress: [ALLOW] } } };
    expect(ingress({ tiers: { one: mixed } })).toBe('allow');
  });

  it('nets of one family on one side and of the other on the other match neither', () => {
    const match = { source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } };
    const tiers = {
      one: { defaultAction: 'Pass', policies: { p: { ingress: [{ action: 'deny', ...match }] } } },
    } as const;
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(
      ingress(
        { tiers, ...open },
        packet({ inInterface: 'eth0', outInterface: 'cali-b', from: 'fd00::1', to: 'fd00::2' }),
      ),
    ).toBe('allow');
  });
});

describe('profiles', () => {
  it('are asked in order; allow and deny decide', () => {
    expect(
      ingress({ profiles: { p: { ingress: [] }, q: { ingress: [ALLOW] }, r: { ingress: [DENY] } } }),
    ).toBe('allow');
    expect(ingress({ profiles: { r: { ingress: [DENY] }, q: { ingress: [ALLOW] } } })).toBe(
      'deny workload-ingress Profile/r/ingress/0',
    );
  });

  it('pass skips to the next profile', () => {
    expect(ingress({ profiles: { p: { ingress: [PASS, DENY] }, q: { ingress: [ALLOW] } } })).toBe('allow');
    expect(ingress({ profiles: { p: { ingress: [PASS, ALLOW] } } })).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });

  it('nothing decided: deny', () => {
    expect(ingress({})).toBe('deny workload-ingress no-profile-matched');
  });
});

it('refuses a NodePolicy that lists what it does not hold', () => {
  const policy = nodePolicy({ b: { tiers: { one: { policies: { p: { ingress: [DENY] } } } }, ...open } });
  expect(() => createEvaluator({ ...policy, policies: new Map() }).verdict(outToB)).toThrow(
    /NetworkPolicy\/t\/p/,
  );
  expect(() => createEvaluator({ ...policy, profiles: new Map() }).verdict(outToB)).toThrow(/profile open/);
});
