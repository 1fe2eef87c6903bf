// The check of sources and the masquerade of what leaves IP pools, in text.
import { describe, expect, it } from 'vitest';
import { nodePolicy } from '../../verdict/testing.ts';
import { createRenderer } from '../renderer.ts';
import type { NftRuleset } from '../ruleset.ts';

const render = (...policy: Parameters<typeof nodePolicy>) =>
  createRenderer('nftables').render(nodePolicy(...policy));
const texts = (ruleset: NftRuleset, chain: string) =>
  ruleset.chains.get(chain)?.rules.map((rule) => rule.text);
const SPOOFED = 'fib saddr . mark . iif oif 0 goto spoofed';

describe('sources of workloads', () => {
  it('are checked on every interface that belongs to one, before conntrack', () => {
    const ruleset = render({ a: {}, tap: { interfaceName: 'tap0' } });
    expect(ruleset.chains.get('prerouting-reverse-path')?.base).toEqual({
      type: 'filter',
      hook: 'prerouting',
      priority: -300,
    });
    expect(texts(ruleset, 'prerouting-reverse-path')).toEqual([
      `iifname "cali*" ${SPOOFED}`,
      `iifname @other-workloads ${SPOOFED}`,
    ]);
    expect(texts(ruleset, 'spoofed')).toEqual(['ip6 saddr :: counter accept', 'counter drop']);
    expect(ruleset.maps.has('may-spoof')).toBe(false);
  });

  it('may be what an endpoint may spoof, if the node allows it at all', () => {
    const endpoints = { a: { spoofable: ['10.0.0.1/32', '10.1.0.0/16', 'fd00::/8'] }, b: {} };
    const ruleset = render(endpoints, { config: { allowSpoofing: true } });
    expect(texts(ruleset, 'prerouting-reverse-path')?.[0]).toBe('iifname vmap @may-spoof');
    expect([...(ruleset.maps.get('may-spoof')?.elements ?? [])]).toEqual([
      ['cali-a', 'goto may-spoof-cali-a'],
    ]);
    expect(texts(ruleset, 'may-spoof-cali-a')).toEqual([
      'ip saddr 10.0.0.1 counter accept',
      'ip saddr 10.1.0.0/16 counter accept',
      'ip6 saddr fd00::/8 counter accept',
      SPOOFED,
    ]);
    expect(render(endpoints).maps.has('may-spoof')).toBe(false);
  });
});

describe('masquerade', () => {
  const masquerade = {
    sources: ['10.0.0.0/16', 'fd00::/64'],
    exceptions: ['10.0.0.0/16', '10.1.0.0/16', 'fd00::/64'],
  };
  const chain = 'postrouting-masquerade';

  it('has no chain unless some pool asks for it', () => {
    expect(render({ a: {} }).chains.has(chain)).toBe(false);
    expect(
      render({ a: {} }, { masquerade: { sources: [], exceptions: ['10.0.0.0/8'] } }).chains.has(chain),
    ).toBe(false);
  });

  it('translates each family behind the chains of services', () => {
    const ruleset = render({ a: {} }, { masquerade });
    expect(ruleset.chains.get(chain)?.base).toEqual({ type: 'nat', hook: 'postrouting', priority: 101 });
    const [set] = [...ruleset.sets.values()].filter(({ interval }) => interval);
    expect(set?.elements).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
    expect(texts(ruleset, chain)).toEqual([
      `ip saddr 10.0.0.0/16 ip daddr != @${set?.name} counter masquerade fully-random`,
      'ip6 saddr fd00::/64 ip6 daddr != fd00::/64 counter masquerade fully-random',
    ]);
  });

  it('uses ports, address and interface as configured, the address for IPv4 alone', () => {
    const config = { outInterface: 'eth+', ports: { first: 1000, last: 2000 }, address: '192.0.2.7' };
    const six = { sources: ['10.0.0.0/16', 'fd00::/64'], exceptions: [] };
    const ruleset = render({ a: {} }, { masquerade: six, config: { masquerade: config } });
    const [from4, from6] = ['ip saddr 10.0.0.0/16', 'ip6 saddr fd00::/64'];
    const to = 'oifname "eth*" counter';
    expect(texts(ruleset, chain)).toEqual([
      `meta l4proto tcp ${from4} ${to} snat ip to 192.0.2.7:1000-2000 fully-random`,
      `meta l4proto udp ${from4} ${to} snat ip to 192.0.2.7:1000-2000 fully-random`,
      `${from4} ${to} snat ip to 192.0.2.7 fully-random`,
      `meta l4proto tcp ${from6} ${to} masquerade to :1000-2000 fully-random`,
      `meta l4proto udp ${from6} ${to} masquerade to :1000-2000 fully-random`,
      `${from6} ${to} masquerade fully-random`,
    ]);
  });

  it('names the family where no address does, and leaves out what nothing can match', () => {
    const all = { sources: ['0.0.0.0/0', 'fd00::/8'], exceptions: ['10.0.0.0/8', '::/0'] };
    expect(texts(render({ a: {} }, { masquerade: { ...all, exceptions: [] } }), chain)?.[0]).toBe(
      'meta nfproto ipv4 counter masquerade fully-random',
    );
    expect(texts(render({ a: {} }, { masquerade: all }), chain)).toEqual([
      'ip daddr != 10.0.0.0/8 counter masquerade fully-random',
    ]);
  });
});
