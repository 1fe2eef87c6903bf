// The stages of a packet: every row of docs/semantics.md down to tiers and profiles (judge-stage.test.ts).
import { describe, expect, it } from 'vitest';
import { createEvaluator } from './evaluate.ts';
import type { Packet } from './packet.ts';
import { type EndpointSketch, nodePolicy, packet, type RuleSketch, said } from './testing.ts';
import type { Judgement } from './trail.ts';

const ALLOW: RuleSketch = { action: 'allow' };
const DENY: RuleSketch = { action: 'deny' };
const OPEN = { ingress: [ALLOW], egress: [ALLOW] };
/** Lets everything through, in both directions. */
const open: EndpointSketch = { profiles: { open: OPEN } };

const aToB = packet({ inInterface: 'cali-a', outInterface: 'cali-b' });
const outToB = packet({ inInterface: 'eth0', outInterface: 'cali-b' });
const aToHost = packet({ inInterface: 'cali-a' });

type More = Parameters<typeof nodePolicy>[1];
function judge(endpoints: Record<string, EndpointSketch>, p: Packet, more?: More): Judgement {
  return createEvaluator(nodePolicy(endpoints, more)).judge(p);
}
const stagesOf = (j: Judgement) => j.stages.map((s) => s.stage);

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
