import { describe, expect, it } from 'vitest';
import { planNft } from './nft.ts';
import { chainOf, nftRuleset, policyRules } from './testing.ts';

const web = (...texts: string[]) =>
  chainOf('web', policyRules('NetworkPolicy/prod/web', texts), 'NetworkPolicy/prod/web');
const base = (priority: number) => ({
  ...chainOf('forward', [{ text: 'oifname vmap @dispatch' }]),
  base: { type: 'filter' as const, hook: 'forward', priority },
});
const nets = (...elements: string[]) => ({ name: 'nets', type: 'ipv4_addr', interval: true, elements });
const dispatch = (...edges: [string, string][]) => ({
  name: 'dispatch',
  type: 'ifname',
  elements: new Map(edges),
});
const small = nftRuleset({
  chains: [base(0), web('accept')],
  sets: [nets('10.0.0.0/8')],
  maps: [dispatch(['cali1', 'goto web'])],
});

const lines = (plan: ReturnType<typeof planNft>) =>
  plan.commands.flatMap((c) => c.stdin.split('\n').slice(0, -1));
const hashOf = (text: string) => text.replace(/t:[\w-]{16}/g, 't:#');

describe('planNft', () => {
  it('builds everything in one transaction, what is referred to first', () => {
    const plan = planNft(undefined, small);
    expect(plan.commands).toHaveLength(1);
    expect(plan.commands[0]?.argv).toEqual(['nft', '-f', '-']);
    expect(lines(plan).map(hashOf)).toEqual([
      'add table inet tortie',
      'add set inet tortie nets { type ipv4_addr; flags interval; }',
      'add map inet tortie dispatch { type ifname : verdict; }',
      'add chain inet tortie forward { type filter hook forward priority 0; policy accept; }',
      'add chain inet tortie web',
      'add element inet tortie nets { 10.0.0.0/8 }',
      'add rule inet tortie forward oifname vmap @dispatch comment "t:#"',
      'add rule inet tortie web accept comment "t:# NetworkPolicy/prod/web/ingress/0"',
      'add element inet tortie dispatch { "cali1" : goto web }',
    ]);
  });
  it('knows the policy rule behind every line', () => {
    expect(planNft(undefined, small).commands[0]?.lines.get(8)).toEqual({
      chain: 'web',
      resource: 'NetworkPolicy/prod/web',
      rule: 'NetworkPolicy/prod/web/ingress/0',
    });
  });
  it('has nothing to do for the same object, nor for the same value', () => {
    expect(planNft(small, small).commands).toEqual([]);
    const copy = nftRuleset({
      chains: [...small.chains.values()],
      sets: [nets('10.0.0.0/8')],
      maps: [dispatch(['cali1', 'goto web'])],
    });
    expect(planNft(small, copy)).toMatchObject({ commands: [], changes: [] });
  });
  it('deletes elements before it adds others, and edges before they get new values', () => {
    const next = nftRuleset({
      chains: [base(0), web('accept'), chainOf('other', [{ text: 'drop' }])],
      sets: [nets('10.0.0.0/16', '11.0.0.0/8')],
      maps: [dispatch(['cali1', 'goto other'], ['cali2', 'goto web'])],
    });
    expect(lines(planNft(small, next)).map(hashOf)).toEqual([
      'add chain inet tortie other',
      'delete element inet tortie nets { 10.0.0.0/8 }',
      'add element inet tortie nets { 10.0.0.0/16, 11.0.0.0/8 }',
      'delete element inet tortie dispatch { "cali1" }',
      'add rule inet tortie other drop comment "t:#"',
      'add element inet tortie dispatch { "cali1" : goto other, "cali2" : goto web }',
    ]);
  });
  it('empties chains before it deletes what they refer to', () => {
    const next = nftRuleset({ chains: [base(0)], maps: [dispatch()] });
    expect(lines(planNft(small, next))).toEqual([
      'flush chain inet tortie web',
      'delete element inet tortie dispatch { "cali1" }',
      'delete chain inet tortie web',
      'delete set inet tortie nets',
    ]);
  });
  it('empties a base chain that goes, and deletes it only when that is in force', () => {
    const next = nftRuleset({ chains: [web('accept')], sets: [nets('10.0.0.0/8')] });
    const plan = planNft(small, next);
    expect(plan.commands.map(({ stdin, mayFail }) => ({ stdin, mayFail }))).toEqual([
      { stdin: 'flush chain inet tortie forward\ndelete map inet tortie dispatch\n', mayFail: undefined },
      { stdin: 'delete chain inet tortie forward\n', mayFail: true },
    ]);
  });
  it('replaces a base chain whose place changes', () => {
    const next = { ...small, chains: new Map(small.chains).set('forward', base(5)) };
    expect(lines(planNft(small, next)).map(hashOf)).toEqual([
      'flush chain inet tortie forward',
      'delete chain inet tortie forward',
      'add chain inet tortie forward { type filter hook forward priority 5; policy accept; }',
      'add rule inet tortie forward oifname vmap @dispatch comment "t:#"',
    ]);
  });
  it('begins anew, in one transaction, when a set changes its type', () => {
    const next = { ...small, sets: new Map([['nets', { ...nets(), type: 'ipv6_addr' }]]) };
    expect(lines(planNft(small, next)).slice(0, 3)).toEqual([
      'add table inet tortie',
      'delete table inet tortie',
      'add table inet tortie',
    ]);
    expect(lines(planNft(small, next))).toHaveLength(10);
  });
  it('writes only what changed: the cost does not grow with the rest', () => {
    const many = Array.from({ length: 500 }, (_, i) => chainOf(`c${i}`, [{ text: 'accept' }]));
    const older = nftRuleset({ chains: many });
    const newer = { ...older, chains: new Map(older.chains).set('c7', chainOf('c7', [{ text: 'drop' }])) };
    expect(lines(planNft(older, newer)).map(hashOf)).toEqual([
      'flush chain inet tortie c7',
      'add rule inet tortie c7 drop comment "t:#"',
    ]);
  });
});
