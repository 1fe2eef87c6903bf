// Short hands for the tests of host endpoints: one on eth0 or on all interfaces, packets to, from and through the host.
import type { HostFacts } from '../policy/index.ts';
import { createEvaluator } from './evaluate.ts';
import type { Packet } from './packet.ts';
import { type EndpointSketch, type HostSketch, nodePolicy, packet, type PolicySketch } from './testing.ts';
import type { Judgement } from './trail.ts';

export const ALLOW: PolicySketch = { ingress: [{ action: 'allow' }], egress: [{ action: 'allow' }] };
export const DENY: PolicySketch = { ingress: [{ action: 'deny' }], egress: [{ action: 'deny' }] };
export const NOTHING: PolicySketch = { ingress: [], egress: [] };
export const list = (policy: PolicySketch, name = 'p') => ({ t: { policies: { [name]: policy } } });
export const open: EndpointSketch = { profiles: { open: ALLOW } };
export const OPEN = { profiles: { open: ALLOW } };

/** To the host, from it, and through it; to a port that is no failsafe. */
export const toHost = packet({ inInterface: 'eth0' });
export const fromHost = packet({ outInterface: 'eth0' });
export const through = packet({ inInterface: 'eth0', outInterface: 'eth1' });
export const fromPod = packet({ inInterface: 'cali-a', outInterface: 'eth0' });
export const toPod = packet({ inInterface: 'eth0', outInterface: 'cali-a' });

export type More = NonNullable<Parameters<typeof nodePolicy>[1]>;
export function judge(
  hosts: Record<string, HostSketch>,
  p: Packet,
  more: More & { endpoints?: Record<string, EndpointSketch>; facts?: HostFacts } = {},
): Judgement {
  const { endpoints = {}, facts, ...rest } = more;
  return createEvaluator(nodePolicy(endpoints, { ...rest, hosts }), facts).judge(p);
}
export const eth0 = (sketch: HostSketch): Record<string, HostSketch> => ({
  h: { interfaceName: 'eth0', ...sketch },
});
export const all = (sketch: HostSketch): Record<string, HostSketch> => ({
  h: { interfaceName: '*', ...sketch },
});
export const stages = (j: Judgement) => j.stages.map((s) => `${s.stage} ${s.verdict}`);
export const asked = (j: Judgement) => j.stages.map((s) => s.stage);
export const decided = (j: Judgement) =>
  j.stages.map((s) => ('what' in s.decidedBy ? s.decidedBy.what : s.decidedBy.kind));

export const icmp6 = (icmpType: number) => ({
  protocol: 58,
  icmpType,
  icmpCode: 0,
  from: 'fe80::1',
  to: 'ff02::1',
});
