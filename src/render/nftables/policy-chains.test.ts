// What a rule becomes, side by side: the documentation of the lowering.
import { describe, expect, it } from 'vitest';
import { nodePolicy, packet, type PolicySketch, type RuleSketch } from '../../verdict/testing.ts';
import { createEvaluator } from '../../verdict/index.ts';
import { createRenderer } from '../renderer.ts';
import type { NftRuleset } from '../ruleset.ts';
import { simulate } from './simulate.ts';
import { SETS } from './testing.ts';

const http = { ports: [{ first: 80, last: 80 }], namedPorts: ['n:http'] };

function rulesetOf(
  sketch: RuleSketch,
  pass: 'goto' | 'mark' = 'goto',
  as: 'policy' | 'profile' = 'policy',
): NftRuleset {
  const p: PolicySketch = { ingress: [{ ...sketch, family: 4 }] };
  const endpoint = as === 'policy' ? { tiers: { t: { policies: { p } } } } : { profiles: { p } };
  return createRenderer('nftables', { capabilities: { pass } }).render(
    nodePolicy({ a: endpoint }, { ipSets: SETS }),
  );
}

/** The chains of the rule, without base, endpoint and dispatch chains. */
function lowered(...of: Parameters<typeof rulesetOf>): Record<string, string[]> {
  const chains = [...rulesetOf(...of).chains.values()].filter((chain) =>
    /^(?:policy|profile|rule)-/.test(chain.name),
  );
  const short = (text: string) =>
    text.replace(/NetworkPolicy\/t\/p\/ingress|p\/ingress/g, 'P').replace(/@(?:set|ports)-/g, '@');
  return Object.fromEntries(
    chains.map((chain) => [short(chain.name), chain.rules.map((rule) => short(rule.text))]),
  );
}

describe('a rule in one line', () => {
  it.each<[string, RuleSketch, string]>([
    ['everything', { action: 'allow' }, 'meta nfproto ipv4 counter accept'],
    [
      'a port',
      { action: 'deny', protocol: 6, destination: { ports: [{ first: 80, last: 80 }] } },
      'meta nfproto ipv4 tcp dport 80 counter drop',
    ],
    [
      'a range, negated',
      { action: 'deny', protocol: 17, source: { notPorts: [{ first: 7, last: 9 }] } },
      'meta nfproto ipv4 udp sport != 7-9 counter drop',
    ],
    [
      'a net and a set',
      { action: 'allow', source: { nets: ['10.0.0.0/8'], sets: ['s:hosts'] } },
      'ip saddr 10.0.0.0/8 ip saddr @s-hosts-v4 counter accept',
    ],
    [
      'a set of two halves, negated',
      { action: 'allow', destination: { notSets: ['s:mixed'] } },
      'ip daddr != @s-mixed-v4 ip daddr != @s-mixed-v4-nets counter accept',
    ],
    [
      'a named port',
      { action: 'allow', source: { namedPorts: ['n:http'] } },
      'ip saddr . meta l4proto . th sport @n-http-v4 counter accept',
    ],
    [
      'a named port, negated, of a protocol',
      { action: 'allow', protocol: 6, source: { notNamedPorts: ['n:http'] } },
      'meta l4proto tcp ip saddr . meta l4proto . th sport != @n-http-v4 counter accept',
    ],
    [
      'ICMP',
      { action: 'allow', protocol: 1, icmp: { type: 8, code: 0 } },
      'icmp type 8 icmp code 0 counter accept',
    ],
    [
      'a protocol by number, negated',
      { action: 'allow', notProtocol: 253 },
      'meta nfproto ipv4 meta l4proto != 253 counter accept',
    ],
    ['a log', { action: 'log' }, 'meta nfproto ipv4 counter log prefix "calico-packet: " level info'],
    ['a pass', { action: 'pass' }, 'meta nfproto ipv4 counter goto pass-ingress-t'],
  ])('%s', (_, sketch, text) => expect(lowered(sketch)).toEqual({ 'policy-P': [text] }));

  it('is one for both families when nothing in it depends on the family', () => {
    const p: PolicySketch = {
      ingress: [
        { action: 'allow', protocol: 6 },
        { action: 'deny', source: { nets: ['10.0.0.0/8', '::/0'] } },
      ],
    };
    const ruleset = createRenderer('nftables').render(
      nodePolicy({ a: { tiers: { t: { policies: { p } } } } }),
    );
    expect(ruleset.chains.get('policy-NetworkPolicy/t/p/ingress')?.rules.map((rule) => rule.text)).toEqual([
      'meta l4proto tcp counter accept',
      'ip saddr 10.0.0.0/8 counter drop',
      'meta nfproto ipv6 counter drop',
    ]);
  });
});

describe('a rule with one alternation and a final action is a line for each alternative', () => {
  it.each<[string, RuleSketch, string[]]>([
    [
      'a set of two halves',
      { action: 'allow', source: { sets: ['s:mixed'] } },
      ['ip saddr @s-mixed-v4 counter accept', 'ip saddr @s-mixed-v4-nets counter accept'],
    ],
    [
      'numeric and named ports',
      { action: 'deny', protocol: 6, destination: http },
      [
        'meta nfproto ipv4 meta l4proto tcp tcp dport 80 counter drop',
        'meta l4proto tcp ip daddr . meta l4proto . th dport @n-http-v4 counter drop',
      ],
    ],
    [
      'ICMP type and code, negated',
      { action: 'allow', notIcmp: { type: 8, code: 0 } },
      ['meta l4proto icmp icmp type != 8 counter accept', 'meta l4proto icmp icmp code != 0 counter accept'],
    ],
  ])('%s', (_, sketch, lines) => expect(lowered(sketch)).toEqual({ 'policy-P': lines }));
});

describe('any other rule with alternatives is a chain of its own', () => {
  it('for a log, which must not happen twice', () => {
    expect(lowered({ action: 'log', source: { sets: ['s:mixed'] }, protocol: 6, destination: http })).toEqual(
      {
        'policy-P': ['meta nfproto ipv4 meta l4proto tcp jump rule-P/0-v4'],
        'rule-P/0-v4': [
          'ip saddr != @s-mixed-v4 ip saddr != @s-mixed-v4-nets return',
          'tcp dport 80 goto rule-P/0-v4.2',
          'ip daddr . meta l4proto . th dport @n-http-v4 goto rule-P/0-v4.2',
        ],
        'rule-P/0-v4.2': ['counter log prefix "calico-packet: " level info'],
      },
    );
  });

  it('for two alternations, without a cross product', () => {
    expect(lowered({ action: 'allow', protocol: 6, source: http, destination: http })).toEqual({
      'policy-P': ['meta nfproto ipv4 meta l4proto tcp jump rule-P/0-v4'],
      'rule-P/0-v4': [
        'tcp sport 80 goto rule-P/0-v4.2',
        'ip saddr . meta l4proto . th sport @n-http-v4 goto rule-P/0-v4.2',
      ],
      'rule-P/0-v4.2': [
        'tcp dport 80 counter accept',
        'ip daddr . meta l4proto . th dport @n-http-v4 counter accept',
      ],
    });
  });

  it('for a negated named port of any protocol, which holds for packets without ports', () => {
    expect(lowered({ action: 'deny', destination: { notNamedPorts: ['n:http'] } })).toEqual({
      'policy-P': ['meta nfproto ipv4 jump rule-P/0-v4'],
      'rule-P/0-v4': ['ip daddr . meta l4proto . th dport @n-http-v4 return', 'counter drop'],
    });
  });

  it('whose pass by mark leaves the policy too', () => {
    const sketch: RuleSketch = {
      action: 'pass',
      source: { sets: ['s:mixed'] },
      destination: { sets: ['s:mixed'] },
    };
    expect(lowered(sketch, 'mark')).toEqual({
      'policy-P': ['meta nfproto ipv4 jump rule-P/0-v4', 'meta mark & 0x00010000 != 0 return'],
      'rule-P/0-v4': [
        'ip saddr != @s-mixed-v4 ip saddr != @s-mixed-v4-nets return',
        'ip daddr != @s-mixed-v4 ip daddr != @s-mixed-v4-nets return',
        'meta mark set meta mark | 0x00010000 counter return',
      ],
    });
    expect(lowered(sketch, 'goto', 'profile')['profile-P']).toEqual([
      'meta mark set meta mark & 0xfffeffff',
      'meta nfproto ipv4 jump rule-Profile/P/0-v4',
      'meta mark & 0x00010000 != 0 return',
    ]);
  });
});

it("a profile's pass does not leave the next profile as well", () => {
  const passing = (net: string): PolicySketch => ({
    ingress: [
      { action: 'pass', source: { sets: ['s:mixed'] }, destination: { sets: ['s:mixed'], nets: [net] } },
      { action: 'deny', source: { nets: ['11.0.0.0/8'] } },
    ],
  });
  const second: PolicySketch = { ingress: [...(passing('10.1.0.0/16').ingress ?? []), { action: 'allow' }] };
  const policy = nodePolicy(
    { a: { profiles: { p1: passing('10.0.0.1/32'), p2: second } } },
    { ipSets: SETS },
  );
  const wanted = packet({ from: '10.0.0.1', to: '10.0.0.1', inInterface: 'eth0', outInterface: 'cali-a' });
  expect(createEvaluator(policy).verdict(wanted)).toBe('allow');
  expect(simulate(createRenderer('nftables').render(policy), wanted).verdict).toBe('allow');
});
