import { describe, expect, it } from 'vitest';
import { checkReferences } from './references.ts';
import type { ChainText, IptablesRuleset, NftChain, NftRuleset, RuleLine } from './ruleset.ts';

const rules = (...texts: string[]): RuleLine[] => texts.map((text) => ({ text }));
const codes = (ruleset: NftRuleset | IptablesRuleset) => checkReferences(ruleset).map((p) => p.code);

function nft(
  chains: Record<string, string[]>,
  maps: Record<string, string> = {},
  sets: string[] = [],
): NftRuleset {
  const chain = (name: string, texts: string[]): NftChain => ({
    name,
    hash: 'h'.repeat(16),
    rules: rules(...texts),
    ...(name === 'base' && { base: { type: 'filter' as const, hook: 'forward', priority: 0 } }),
  });
  return {
    dialect: 'nftables',
    chains: new Map(Object.entries(chains).map(([name, texts]) => [name, chain(name, texts)])),
    maps: new Map(
      Object.entries(maps).map(([name, to]) => [
        name,
        { name, type: 'ifname', elements: new Map([['cali1', to]]) },
      ]),
    ),
    sets: new Map(sets.map((name) => [name, { name, type: 'ipv4_addr', interval: false, elements: [] }])),
  };
}

function iptables(chains: Record<string, string[]>, hooks: string[], ipsets: string[] = []): IptablesRuleset {
  const chain = (name: string, texts: string[]): ChainText => ({
    name,
    hash: 'h'.repeat(16),
    rules: rules(...texts),
  });
  const table = {
    chains: new Map(Object.entries(chains).map(([name, texts]) => [name, chain(name, texts)])),
    hooks: hooks.map((text) => ({ chain: 'FORWARD', position: 'insert' as const, rule: { text } })),
  };
  const set = (name: string) => ({
    name,
    type: 'hash:net' as const,
    family: 4 as const,
    options: '',
    members: [],
    use: 'loosens' as const,
  });
  return {
    dialect: 'iptables',
    tables: { 4: new Map([['filter', table]]), 6: new Map() },
    ipsets: new Map(ipsets.map((name) => [name, set(name)])),
  };
}

/** base → c1 → … → c<n>. */
const line = (n: number, verb = 'jump') =>
  Object.fromEntries(
    ['base', ...Array.from({ length: n }, (_, i) => `c${i + 1}`)].map((name, i) => [
      name,
      i < n ? [`${verb} c${i + 1}`] : [],
    ]),
  );

describe('checkReferences of nftables', () => {
  it('is content with what is defined', () => {
    expect(
      codes(
        nft({ base: ['iifname vmap @m', 'ip saddr != @s log prefix "jump x @y "'], a: [] }, { m: 'goto a' }, [
          's',
        ]),
      ),
    ).toEqual([]);
  });

  it.each([
    ['jump', nft({ base: ['counter jump a comment'] }), 'render/undefined-chain'],
    ['goto', nft({ base: ['goto a'] }), 'render/undefined-chain'],
    ['map', nft({ base: ['iifname vmap @m'] }), 'render/undefined-map'],
    ['map edge', nft({ base: ['iifname vmap @m'] }, { m: 'goto a' }), 'render/undefined-chain'],
    ['set', nft({ base: ['ip saddr . th dport @s accept'] }), 'render/undefined-set'],
    ['long name', nft({ base: [], ['x'.repeat(256)]: [] }), 'render/name-too-long'],
  ])('names an undefined %s', (_, ruleset, code) => expect(codes(ruleset)).toEqual([code]));

  it('counts the hash to the first comment', () => {
    const ruleset = nft({ base: [] });
    const withComment = (length: number): NftRuleset => {
      const chain = {
        ...ruleset.chains.get('base')!,
        rules: [{ text: 'accept', comment: 'x'.repeat(length) }],
      };
      return { ...ruleset, chains: new Map([['base', chain]]) };
    };
    expect(codes(withComment(109))).toEqual([]);
    expect(codes(withComment(110))).toEqual(['render/comment-too-long']);
  });

  it('follows jumps, gotos and map edges 15 deep, and no circle', () => {
    expect(codes(nft(line(15)))).toEqual([]);
    expect(codes(nft(line(16)))).toEqual(['render/nesting']);
    expect(codes(nft(line(16, 'goto')))).toEqual(['render/nesting']);
    expect(codes(nft({ ...line(15), c15: ['iifname vmap @m'], end: [] }, { m: 'goto end' }))).toEqual([
      'render/nesting',
    ]);
    expect(codes(nft({ base: ['jump a'], a: ['jump a'] }))).toEqual(['render/nesting']);
  });
});

describe('checkReferences of iptables', () => {
  it('is content with what is defined, and with targets of the tools', () => {
    const chains = {
      'tortie-a': ['-m set --match-set tortie-s src -j ACCEPT', '-j LOG --log-prefix "-j tortie-x"'],
    };
    expect(codes(iptables(chains, ['-j tortie-a'], ['tortie-s']))).toEqual([]);
  });

  it.each([
    ['hook', iptables({}, ['-j tortie-a']), 'render/undefined-chain'],
    ['goto', iptables({ 'tortie-a': ['-p tcp -g tortie-b'] }, []), 'render/undefined-chain'],
    [
      'set',
      iptables({ 'tortie-a': ['-m set ! --match-set tortie-s src -j DROP'] }, []),
      'render/undefined-set',
    ],
    ['long chain name', iptables({ [`tortie-${'x'.repeat(22)}`]: [] }, []), 'render/name-too-long'],
    ['long set name', iptables({}, [], [`tortie-${'x'.repeat(25)}`]), 'render/name-too-long'],
  ])('names an undefined %s', (_, ruleset, code) => expect(codes(ruleset)).toEqual([code]));
});
