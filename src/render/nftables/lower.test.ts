import { describe, expect, it } from 'vitest';
import { nodePolicy, netSet, type TierSketch } from '../../verdict/testing.ts';
import { nftNesting } from '../nesting.ts';
import { createRenderer } from '../renderer.ts';
import type { NftRuleset } from '../ruleset.ts';
import { printNft } from './print.ts';
import { everything } from './testing.ts';

const usesMark = (ruleset: NftRuleset) =>
  [...ruleset.chains.values()].some((c) => c.rules.some((r) => r.text.includes('meta mark')));
const texts = (ruleset: NftRuleset, chain: string) =>
  ruleset.chains.get(chain)?.rules.map((rule) => rule.text);
const passing = (n: number): Record<string, TierSketch> =>
  Object.fromEntries(
    Array.from({ length: n }, (_, i) => [
      `t${i}`,
      { policies: { [`p${i}`]: { ingress: [{ action: 'pass' as const }] } } },
    ]),
  );

describe('passing', () => {
  it('goes to the rest of the list through the map of its tier, without a mark', () => {
    const ruleset = createRenderer('nftables').render(nodePolicy({ a: { tiers: passing(2) } }));
    expect(usesMark(ruleset)).toBe(false);
    expect(texts(ruleset, 'policy-NetworkPolicy/t/p0/ingress')).toEqual(['counter goto pass-ingress-t0']);
    expect(texts(ruleset, 'pass-ingress-t0')).toEqual(['oifname vmap @pass-ingress-t0', 'counter drop']);
    expect([...(ruleset.maps.get('pass-ingress-t0')?.elements ?? [])]).toEqual([
      ['cali-a', 'goto to-cali-a/after/t0'],
    ]);
    expect(texts(ruleset, 'to-cali-a/after/t0')).toEqual([
      'counter jump policy-NetworkPolicy/t/p1/ingress',
      'counter drop',
    ]);
    expect(texts(ruleset, 'to-cali-a/after/t1')).toEqual(['counter drop']);
  });

  it('marks instead when the kernel would not follow deep enough', () => {
    const depths = [1, 2, 3, 4, 5, 6].map((n) => {
      const ruleset = createRenderer('nftables').render(nodePolicy({ a: { tiers: passing(n) } }));
      return [n, usesMark(ruleset), nftNesting(ruleset).depth];
    });
    expect(depths).toEqual([
      [1, false, 4],
      [2, false, 7],
      [3, false, 10],
      [4, false, 13],
      [5, true, 2],
      [6, true, 2],
    ]);
  });

  it('marks instead when an older kernel would walk too many paths', () => {
    const endpoints = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`e${i}`, { tiers: passing(3) }]),
    );
    expect(usesMark(createRenderer('nftables').render(nodePolicy(endpoints)))).toBe(true);
    const patient = createRenderer('nftables', { capabilities: { maxWalk: Infinity } });
    expect(usesMark(patient.render(nodePolicy(endpoints)))).toBe(false);
  });

  it('uses the lowest bit of the mask, and needs one', () => {
    const render = (markMask: number) => {
      const { nftables } = nodePolicy({}).config;
      const policy = nodePolicy(
        { a: { tiers: passing(1) } },
        { config: { nftables: { ...nftables, markMask } } },
      );
      return createRenderer('nftables', { capabilities: { pass: 'mark' } }).render(policy);
    };
    expect(texts(render(0x80000000), 'policy-NetworkPolicy/t/p0/ingress')).toEqual([
      'meta mark set meta mark | 0x80000000 counter return',
    ]);
    expect(texts(render(0x60), 'to-cali-a')).toContain('meta mark set meta mark & 0xffffffdf');
    expect(() => render(0)).toThrow('has no bit');
  });
});

describe('endpoint chains', () => {
  it('end at a tier that denies and does not pass: nothing gets past it', () => {
    const policy = nodePolicy({
      a: {
        tiers: {
          one: { policies: { p: { egress: [{ action: 'allow' }] } } },
          two: { policies: { q: { egress: [] } } },
        },
      },
    });
    const ruleset = createRenderer('nftables').render(policy);
    expect(texts(ruleset, 'from-cali-a')).toEqual([
      'ct state established,related counter accept',
      'ct state invalid counter drop',
      'udp dport 4789 counter drop',
      'meta l4proto 4 counter drop',
      'counter jump policy-NetworkPolicy/t/p/egress',
      'counter drop',
    ]);
    expect([...ruleset.chains.keys()]).not.toContain('policy-NetworkPolicy/t/q/egress');
  });

  it('follow the configuration', () => {
    const { nftables } = nodePolicy({}).config;
    const config = {
      dropInvalid: false,
      dropVxlanFromWorkloads: false,
      dropIpipFromWorkloads: false,
      nftables: { ...nftables, denyAction: 'reject' as const },
    };
    const ruleset = createRenderer('nftables').render(nodePolicy({ a: {} }, { config }));
    expect(texts(ruleset, 'from-cali-a')).toEqual([
      'ct state established,related counter accept',
      'counter reject',
    ]);
    expect(texts(ruleset, 'forward-to-workload')?.at(-1)).toBe('oifname "cali*" counter reject');
  });
});

describe('long lists that several endpoints have', () => {
  const CALLS = 40;
  const policies = (from: number) =>
    Object.fromEntries(
      Array.from({ length: CALLS }, (_, i) => [`p${from + i}`, { ingress: [{ action: 'allow' as const }] }]),
    );
  const sketch = (names: readonly string[], from = 0) =>
    Object.fromEntries(names.map((name) => [name, { tiers: { t: { policies: policies(from) } } }]));
  const listed = (names: readonly string[]) => {
    const ruleset = createRenderer('nftables').render(nodePolicy({ ...sketch(names), z: {} }));
    const jumps = [...ruleset.chains.values()].flatMap((c) =>
      c.rules.filter((r) => / jump policy-/.test(r.text)),
    );
    return { ruleset, jumps: jumps.length };
  };

  it('are one chain, so that the text does not grow with endpoints times policies', () => {
    expect(listed(['a']).jumps).toBe(CALLS);
    const { ruleset, jumps } = listed(['a', 'b', 'c']);
    expect(jumps).toBe(CALLS);
    const to = [...(ruleset.maps.get('to-workload')?.elements.values() ?? [])];
    expect(new Set(to).size).toBe(2);
    expect(to[0]).toMatch(/^goto list-ingress-[\w-]{16}$/);
    expect(ruleset.chains.has('to-cali-a')).toBe(false);
    expect(ruleset.chains.has('to-cali-z')).toBe(true);
  });

  it('are told apart by their content', () => {
    const both = nodePolicy({ ...sketch(['a', 'b']), ...sketch(['c', 'd'], 100) });
    const ruleset = createRenderer('nftables').render(both);
    const lists = [...ruleset.chains.keys()].filter((name) => name.startsWith('list-ingress-'));
    expect(lists).toHaveLength(2);
  });

  it('follow a policy that begins to pass', () => {
    const renderer = createRenderer('nftables');
    const before = nodePolicy(sketch(['a', 'b']));
    const [key, policy] = [...before.policies][0] ?? [];
    if (key === undefined || policy === undefined) throw new Error('no policy');
    const ingress = policy.ingress.map((rule) => ({ ...rule, action: 'pass' as const }));
    const after = { ...before, policies: new Map(before.policies).set(key, { ...policy, ingress }) };
    renderer.render(before);
    expect(printNft(renderer.render(after))).toBe(printNft(createRenderer('nftables').render(after)));
  });
});

describe('hooks', () => {
  it('drop what workloads send to the host, those outside the prefixes included', () => {
    const ruleset = createRenderer('nftables').render(nodePolicy({ tap: { interfaceName: 'tap0' } }));
    expect(texts(ruleset, 'input-to-host')?.slice(-2)).toEqual([
      'iifname "cali*" counter drop',
      'iifname @other-workloads counter drop',
    ]);
    expect(ruleset.sets.get('other-workloads')?.elements).toEqual(['tap0']);
    const open = createRenderer('nftables').render(
      nodePolicy({ tap: { interfaceName: 'tap0' } }, { config: { endpointToHostAction: 'return' } }),
    );
    expect(texts(open, 'input-to-host')).toEqual(['continue']);
  });
});

describe('rendering', () => {
  it('is the same for the same policy, whatever was rendered before', () => {
    const renderer = createRenderer('nftables');
    renderer.render(nodePolicy({ a: { tiers: passing(6) } }));
    expect(printNft(renderer.render(everything()))).toBe(
      printNft(createRenderer('nftables').render(everything())),
    );
  });

  it('gives the same chain objects for what did not change', () => {
    const tiers = passing(2);
    const renderer = createRenderer('nftables');
    const one = nodePolicy({ a: { tiers }, b: { tiers } }, { ipSets: [netSet('s:a')] });
    const two = { ...one, endpoints: new Map([...one.endpoints].slice(0, 1)) };
    const [before, after] = [renderer.render(one), renderer.render(two)];
    for (const name of ['from-cali-a', 'to-cali-a/after/t0', 'policy-NetworkPolicy/t/p0/ingress']) {
      expect(after.chains.get(name)).toBe(before.chains.get(name));
    }
    expect(after.chains.has('to-cali-b')).toBe(false);
  });

  it('follows a set that gets its first prefix, and shows members that are new', () => {
    const sketch = {
      a: {
        tiers: {
          t: { policies: { p: { ingress: [{ action: 'allow' as const, source: { sets: ['s:a'] } }] } } },
        },
      },
    };
    const renderer = createRenderer('nftables');
    const one = nodePolicy(sketch, { ipSets: [netSet('s:a', '10.0.0.1/32')] });
    const render = (...members: string[]) =>
      renderer.render({ ...one, ipSets: new Map([['s:a', netSet('s:a', ...members)]]) });
    const first = render('10.0.0.1/32');
    const more = render('10.0.0.1/32', '10.0.0.2/32');
    const chain = 'policy-NetworkPolicy/t/p/ingress';
    expect(more.chains.get(chain)).toBe(first.chains.get(chain));
    expect(more.sets.get('set-s-a-v4')?.elements).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(texts(render('10.0.0.1/32', '10.9.0.0/16'), chain)).toHaveLength(3);
  });

  it('refuses an interface that the kernel would take for a wildcard', () => {
    const policy = nodePolicy({ a: { interfaceName: 'cali*' } });
    expect(() => createRenderer('nftables').render(policy)).toThrow('cannot be the name of an interface');
  });
});
