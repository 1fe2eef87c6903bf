import { describe, expect, it } from 'vitest';
import { type HostSketch, nodePolicy, type TierSketch } from '../../verdict/testing.ts';
import { createRenderer } from '../renderer.ts';
import type { NftRuleset } from '../ruleset.ts';

const allow: Readonly<Record<string, TierSketch>> = {
  t: { policies: { p: { ingress: [{ action: 'allow' }], egress: [{ action: 'allow' }] } } },
};
const render = (hosts: Record<string, HostSketch>, config = {}) =>
  createRenderer('nftables').render(nodePolicy({}, { hosts, config }));
const bases = (ruleset: NftRuleset) =>
  [...ruleset.chains.values()].filter((c) => c.base !== undefined).map((c) => c.name);
const texts = (ruleset: NftRuleset, chain: string) =>
  ruleset.chains.get(chain)?.rules.map((rule) => rule.text);
const all = (ruleset: NftRuleset) =>
  [...ruleset.chains.values()].flatMap((c) => c.rules.map((r) => r.text)).join('\n');

describe('base chains of host endpoints', () => {
  it('exist only when a host endpoint has a use for them', () => {
    const workloads = [
      'prerouting-reverse-path',
      'forward-from-workload',
      'forward-to-workload',
      'input-from-workload',
      'input-to-host',
    ];
    expect(bases(render({}))).toEqual(workloads);
    const plain = { eth0: { interfaceName: 'eth0' } };
    const added = (hosts: Record<string, HostSketch>, config = {}) =>
      bases(render(hosts, config)).filter((name) => !workloads.includes(name));
    const normal = ['input-host', 'output-host', 'postrouting-host'];
    expect(added(plain, { dropInvalid: false })).toEqual(normal);
    expect(added(plain)).toEqual(['forward-host-in', 'forward-host-out', ...normal]);
    const preDnat = { eth0: { interfaceName: 'eth0', lists: { preDnat: allow } } };
    expect(added(preDnat, { dropInvalid: false })).toEqual(['prerouting-pre-dnat', ...normal]);
  });

  it('have no untracked policy of `*`', () => {
    const ruleset = render({ all: { interfaceName: '*', lists: { untracked: allow } } });
    expect(all(ruleset)).not.toContain('notrack');
    expect(bases(ruleset)).not.toContain('prerouting-untracked');
  });
});

describe('the accepted bit', () => {
  const preDnat = { eth0: { interfaceName: 'eth0', lists: { preDnat: allow } } };

  it('is not in use without untracked or pre-DNAT policy', () => {
    expect(all(render({ eth0: { interfaceName: 'eth0', lists: { normal: allow } } }))).not.toContain(
      'meta mark',
    );
  });

  it('is the second bit of the mask, cleared by the first chain that a packet meets', () => {
    const { nftables } = nodePolicy({}).config;
    const ruleset = render(preDnat, { nftables: { ...nftables, markMask: 0x60 } });
    expect(texts(ruleset, 'prerouting-pre-dnat')?.[0]).toBe('meta mark set meta mark & 0xffffffbf');
    expect(texts(ruleset, 'policy-NetworkPolicy/t/p/ingress/host-pre-dnat')).toEqual([
      'meta mark set meta mark | 0x00000040 counter accept',
    ]);
    expect(texts(ruleset, 'input-host')?.[0]).toBe('meta mark & 0x00000040 != 0 counter accept');
    expect(all(ruleset)).not.toContain('0x00000020');
  });

  it('needs a mask with two bits, but only where it is used', () => {
    const { nftables } = nodePolicy({}).config;
    const config = { nftables: { ...nftables, markMask: 0x40 } };
    expect(() => render(preDnat, config)).toThrow('only one bit');
    expect(() => render({ eth0: { interfaceName: 'eth0' } }, config)).not.toThrow();
  });
});

describe('failsafes', () => {
  it('are a rule for each protocol, net and range, ask no set, and have no chain when there are none', () => {
    const config = {
      failsafeInbound: [
        { protocol: 6, port: 22 },
        { protocol: 6, port: 80 },
        { protocol: 6, port: 179, net: '10.0.0.0/8' },
        { protocol: 17, port: 68, net: 'fd00::1/128' },
      ],
      failsafeOutbound: [],
      hostNeighbourDiscovery: false,
    };
    const ruleset = render({ eth0: { interfaceName: 'eth0' } }, config);
    expect([...ruleset.sets.values()].filter((set) => set.type === 'inet_service')).toEqual([]);
    expect(texts(ruleset, 'failsafe-in')).toEqual([
      'tcp dport 22 counter accept',
      'tcp dport 80 counter accept',
      'ip saddr 10.0.0.0/8 tcp dport 179 counter accept',
      'ip6 saddr fd00::1 udp dport 68 counter accept',
    ]);
    expect(ruleset.chains.has('failsafe-out')).toBe(false);
    expect(texts(ruleset, 'host-egress/eth0')?.join()).not.toContain('failsafe');
  });
});
