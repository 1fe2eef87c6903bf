// Failsafes and neighbour discovery of host endpoints, stage by stage.
import { describe, expect, it } from 'vitest';
import type { Packet } from './packet.ts';
import { packet } from './testing.ts';
import { DENY, list, OPEN, toHost, fromHost, judge, eth0, decided, icmp6 } from './testing-hosts.ts';

describe('failsafes', () => {
  const udp = (p: Packet, more: Partial<Packet>): Packet => ({ ...p, protocol: 17, ...more });

  it.each([
    [{ ...toHost, destinationPort: 22 }, 'allow'],
    [{ ...toHost, destinationPort: 6443 }, 'allow'],
    [udp(toHost, { destinationPort: 68 }), 'allow'],
    [udp(toHost, { destinationPort: 22 }), 'deny'],
    [udp(toHost, { destinationPort: 53 }), 'deny'],
    [{ ...toHost, sourcePort: 22 }, 'deny'],
    [udp(fromHost, { destinationPort: 53 }), 'allow'],
    [{ ...fromHost, destinationPort: 179 }, 'allow'],
    [{ ...fromHost, destinationPort: 22 }, 'deny'],
    [udp(fromHost, { sourcePort: 68, destinationPort: 1 }), 'deny'],
  ] as const)('are Calico’s unless configured (%#)', (p, verdict) => {
    const j = judge(eth0({ lists: { normal: list(DENY) } }), p);
    expect([j.verdict, ...decided(j)]).toEqual([verdict, verdict === 'allow' ? 'failsafe' : 'rule']);
  });

  it('may be none, or demand the net at the far end', () => {
    const config = {
      failsafeInbound: [{ protocol: 6, port: 80, net: '10.0.0.1/32' }],
      failsafeOutbound: [{ protocol: 6, port: 80, net: '10.0.0.2/32' }],
    };
    expect(judge(eth0({}), toHost, { config }).verdict).toBe('allow');
    expect(judge(eth0({}), { ...toHost, source: 0n }, { config }).verdict).toBe('deny');
    expect(judge(eth0({}), fromHost, { config }).verdict).toBe('allow');
    expect(judge(eth0({}), { ...fromHost, destination: 0n }, { config }).verdict).toBe('deny');
    const v6 = packet({ inInterface: 'eth0', from: '::a00:1', to: 'fd00::2' });
    expect(judge(eth0({}), v6, { config }).verdict).toBe('deny');
    const none = { failsafeInbound: [], failsafeOutbound: [] };
    expect(judge(eth0({}), { ...toHost, destinationPort: 22 }, { config: none }).verdict).toBe('deny');
  });

  it('set nothing: what a failsafe lets past untracked policy is asked again', () => {
    const hosts = eth0({
      lists: { untracked: list(DENY), preDnat: list(DENY, 'd'), normal: list(DENY, 'n') },
    });
    expect(decided(judge(hosts, { ...toHost, destinationPort: 22 }))).toEqual([
      'failsafe',
      'failsafe',
      'failsafe',
    ]);
  });

  it('know replies by their source port where there is no conntrack, and there alone', () => {
    const untracked = eth0({ lists: { untracked: list(DENY) }, ...OPEN });
    const reply = udp(toHost, { sourcePort: 53, destinationPort: 40_000 });
    const answer = { ...fromHost, sourcePort: 22, destinationPort: 40_000 };
    expect(judge(untracked, reply).verdict).toBe('allow');
    expect(judge(untracked, answer).verdict).toBe('allow');
    expect(judge(untracked, { ...toHost, sourcePort: 22 }).verdict).toBe('deny');
    expect(judge(eth0({ lists: { preDnat: list(DENY) }, ...OPEN }), reply).verdict).toBe('deny');
    const config = { failsafeOutbound: [{ protocol: 17, port: 53, net: '10.0.0.1/32' }] };
    expect(judge(untracked, reply, { config }).verdict).toBe('allow');
    expect(judge(untracked, { ...reply, source: 0n }, { config }).verdict).toBe('deny');
  });
});

describe('neighbour discovery', () => {
  it.each([132, 133, 134, 135, 136, 137])('ICMPv6 type %i', (type) => {
    const wanted = type >= 133 && type <= 136 ? 'allow' : 'deny';
    for (const way of [{ inInterface: 'eth0' }, { outInterface: 'eth0' }]) {
      const p = packet({ ...icmp6(type), ...way });
      for (const name of ['normal', 'untracked'] as const)
        expect(judge(eth0({ lists: { [name]: list(DENY) }, ...OPEN }), p).verdict).toBe(wanted);
      expect(judge(eth0({}), p, { config: { hostNeighbourDiscovery: false } }).verdict).toBe('deny');
    }
    const v4 = packet({ inInterface: 'eth0', protocol: 1, icmpType: type, icmpCode: 0 });
    expect(judge(eth0({}), v4).verdict).toBe('deny');
  });
});
