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

  it('gives hosts their lists, sorted by interface and all interfaces last, and shares blocks and call lists', () => {
    const list = { t: { policies: { p: allow } } };
    const policy = nodePolicy(
      { a: { tiers: list, profiles: { k: allow } } },
      {
        hosts: {
          one: { interfaceName: 'eth1', lists: { normal: list, forward: list }, profiles: { k: allow } },
          any: { interfaceName: '*', lists: { untracked: list, preDnat: list } },
          two: { expectedAddresses: ['192.168.0.1/32'], lists: { untracked: list } },
          gone: { expectedAddresses: ['192.168.0.9/32'] },
        },
      },
    );
    const facts = { interfaces: [{ name: 'eth0', addresses: ['192.168.0.1'] }] };
    const { hosts, endpoints, blocks } = buildProgram(policy, facts);
    expect(hosts.map((host) => [host.interface, host.endpoint, Object.keys(host).slice(2)])).toEqual([
      ['eth0', 'HostEndpoint/two', ['untracked', 'forward', 'normal']],
      ['eth1', 'HostEndpoint/one', ['forward', 'normal']],
      ['*', 'HostEndpoint/any', ['preDnat', 'forward', 'normal']],
    ]);
    const [two, one, any] = hosts;
    expect(one?.normal.ingress).toBe(endpoints[0]?.ingress);
    expect(one?.forward.ingress).toMatchObject({ tiers: [{ end: 'deny' }], profiles: [] });
    expect(two?.normal).toEqual({
      ingress: { tiers: [], profiles: [] },
      egress: { tiers: [], profiles: [] },
    });
    expect(two?.untracked?.egress.tiers).toMatchObject([
      { calls: ['NetworkPolicy/t/p/egress'], end: 'next' },
    ]);
    expect(any?.preDnat).toEqual({ ingress: two?.untracked?.ingress });
    expect([...blocks.keys()]).toEqual([
      'NetworkPolicy/t/p/egress',
      'NetworkPolicy/t/p/ingress',
      'Profile/k/egress',
      'Profile/k/ingress',
    ]);
    expect(buildProgram(policy).hosts.map((host) => host.interface)).toEqual(['eth1', '*']);
  });

  it('keeps blocks that only a host calls, and makes the same blocks again', () => {
    const lists = { preDnat: { t: { policies: { p: allow } } } };
    const policy = nodePolicy({}, { hosts: { h: { interfaceName: 'eth0', lists } } });
    const first = buildProgram(policy);
    expect([...first.blocks.keys()]).toEqual(['NetworkPolicy/t/p/ingress']);
    expect(buildProgram({ ...policy }).blocks.get('NetworkPolicy/t/p/ingress')).toBe(
      first.blocks.get('NetworkPolicy/t/p/ingress'),
    );
  });
});
