import { describe, expect, it } from 'vitest';
import { netSet, nodePolicy, type PolicySketch } from '../verdict/testing.ts';
import { buildProgram } from './build-program.ts';

const allow: PolicySketch = { ingress: [{ action: 'allow' }], egress: [{ action: 'pass' }] };

describe('buildProgram', () => {
  it('gives each family its rule, 4 before 6, and only where it can match', () => {
    const both: PolicySketch = {
      ingress: [
        { action: 'allow', source: { sets: ['s:a'] } },
        { action: 'deny', source: { nets: ['fd00::/8'] } },
        { action: 'allow', never: 'http' },
      ],
    };
    const policy = nodePolicy(
      { a: { tiers: { t: { policies: { p: both } } } } },
      { ipSets: [netSet('s:b'), netSet('s:a')] },
    );
    const program = buildProgram(policy);
    const block = program.blocks.get('NetworkPolicy/t/p/ingress');
    expect(block?.rules.map((rule) => [rule.id, rule.family])).toEqual([
      ['NetworkPolicy/t/p/ingress/0', 4],
      ['NetworkPolicy/t/p/ingress/0', 6],
      ['NetworkPolicy/t/p/ingress/1', 6],
    ]);
    expect([...program.sets.keys()]).toEqual(['s:a']);
  });

  it('calls tiers with a policy in the direction, then profiles, and keeps only called blocks', () => {
    const policy = nodePolicy({
      a: {
        tiers: {
          one: { defaultAction: 'Pass', policies: { p: { ingress: [] }, q: allow } },
          two: { policies: { r: { egress: [] } } },
        },
        profiles: { k: allow },
      },
    });
    const [endpoint] = buildProgram(policy).endpoints;
    expect(endpoint?.ingress).toEqual({
      tiers: [
        { name: 'one', calls: ['NetworkPolicy/t/p/ingress', 'NetworkPolicy/t/q/ingress'], end: 'next' },
      ],
      profiles: ['Profile/k/ingress'],
    });
    expect(endpoint?.egress.tiers).toEqual([
      { name: 'one', calls: ['NetworkPolicy/t/q/egress'], end: 'next' },
      { name: 'two', calls: ['NetworkPolicy/t/r/egress'], end: 'deny' },
    ]);
    expect(buildProgram(policy).blocks.get('NetworkPolicy/t/q/egress')?.passes).toBe(true);
    expect([...buildProgram(policy).blocks.keys()]).toEqual([
      'NetworkPolicy/t/p/ingress',
      'NetworkPolicy/t/q/egress',
      'NetworkPolicy/t/q/ingress',
      'NetworkPolicy/t/r/egress',
      'Profile/k/egress',
      'Profile/k/ingress',
    ]);
  });

  it('shares equal lists, and gives the same blocks for the same policies', () => {
    const tiers = { t: { policies: { p: allow } } };
    const policy = nodePolicy({ b: { tiers }, a: { tiers }, c: {} });
    const program = buildProgram(policy);
    const [a, b, c] = program.endpoints;
    expect([a, b, c].map((e) => e?.interface)).toEqual(['cali-a', 'cali-b', 'cali-c']);
    expect(a?.egress).toBe(b?.egress);
    expect(a?.egress).not.toBe(c?.egress);
    const again = buildProgram({ ...policy, endpoints: new Map(policy.endpoints) });
    for (const [id, block] of program.blocks) expect(again.blocks.get(id)).toBe(block);
    expect(again.endpoints[0]?.ingress).toBe(a?.ingress);
  });

  it('takes the smallest id of two endpoints on one interface', () => {
    const policy = nodePolicy({ b: { interfaceName: 'cali1' }, a: { interfaceName: 'cali1' } });
    expect(buildProgram(policy).endpoints.map((e) => e.endpoint)).toEqual(['WorkloadEndpoint/t/a']);
  });

  it('expands the log prefix, and makes blocks anew when it changes', () => {
    const sketch = { a: { tiers: { sec: { policies: { p: { ingress: [{ action: 'log' as const }] } } } } } };
    const policy = nodePolicy(sketch, { config: { logPrefix: '%t/%k/%p' } });
    const prefix = (of: typeof policy) =>
      buildProgram(of).blocks.get('NetworkPolicy/t/p/ingress')?.rules[0]?.logPrefix;
    expect(prefix(policy)).toBe('sec/np/t/p');
    expect(prefix({ ...policy, config: { ...policy.config, logPrefix: 'x' } })).toBe('x');
  });
});
