// The trail, and the property that `verdict` and `judge` are one answer.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../net/index.ts';
import { createEvaluator } from './evaluate.ts';
import {
  netSet,
  nodePolicy,
  packet,
  type PolicySketch,
  portSet,
  type RuleSketch,
  type TierSketch,
} from './testing.ts';
import type { Step } from './trail.ts';

const ALLOW: RuleSketch = { action: 'allow' };
const UDP_ONLY: RuleSketch = { action: 'allow', protocol: 17 };

describe('trail', () => {
  const tiers: Record<string, TierSketch> = {
    early: { defaultAction: 'Pass', policies: { none: { ingress: [UDP_ONLY] } } },
    trial: { policies: { shadow: { staged: true, ingress: [ALLOW] } } },
    middle: {
      policies: {
        first: { order: 1, ingress: [{ action: 'log' }, UDP_ONLY] },
        s: { staged: true, order: 2, ingress: [] },
        second: { order: 3, ingress: [{ action: 'pass' }, ALLOW] },
      },
    },
    late: {
      policies: {
        last: {
          ingress: [
            { action: 'allow', never: 'http' },
            { action: 'deny', destination: { nets: ['10.0.0.0/8'] } },
          ],
        },
      },
    },
  };
  const judged = createEvaluator(nodePolicy({ b: { tiers } })).judge(
    packet({ inInterface: 'eth0', outInterface: 'cali-b' }),
  );

  it('names every tier, policy and rule considered, headings first, and stops where the packet stopped', () => {
    expect(judged.stages[0]?.steps.map(line)).toEqual([
      'tier early default-pass',
      '  NetworkPolicy/t/none no-match',
      '    NetworkPolicy/t/none/ingress/0 allow no-match (protocol)',
      'tier trial staged-only',
      '  StagedNetworkPolicy/t/shadow no-match staged',
      'tier middle passed',
      '  NetworkPolicy/t/first no-match',
      '    NetworkPolicy/t/first/ingress/0 log match',
      '    NetworkPolicy/t/first/ingress/1 allow no-match (protocol)',
      '  StagedNetworkPolicy/t/s no-match staged',
      '  NetworkPolicy/t/second match',
      '    NetworkPolicy/t/second/ingress/0 pass match',
      'tier late decided',
      '  NetworkPolicy/t/last match',
      '    NetworkPolicy/t/last/ingress/0 allow never (http)',
      '    NetworkPolicy/t/last/ingress/1 deny match',
    ]);
    expect(judged.stages[0]).toMatchObject({
      verdict: 'deny',
      decidedBy: { kind: 'rule', rule: 'NetworkPolicy/t/last/ingress/1' },
      node: 'n1',
    });
  });

  it('ends with the profiles and the drop after them', () => {
    const { stages } = createEvaluator(
      nodePolicy({ b: { profiles: { p: { ingress: [{ action: 'pass' }] }, q: {} } } }),
    ).judge(packet({ inInterface: 'eth0', outInterface: 'cali-b' }));
    expect(stages[0]?.steps.map(line)).toEqual([
      'profile p match',
      '    Profile/p/ingress/0 pass match',
      'profile q no-match',
      'no profile matched',
    ]);
  });
});

function line(step: Step): string {
  switch (step.kind) {
    case 'tier':
      return `tier ${step.tier} ${step.result}`;
    case 'policy':
      return `  ${step.policy} ${step.result}${step.staged ? ' staged' : ''}`;
    case 'profile':
      return `profile ${step.profile} ${step.result}`;
    case 'rule':
      return `    ${step.rule} ${step.action} ${step.result}${step.failed === undefined ? '' : ` (${step.failed})`}`;
    case 'no-profile-matched':
      return 'no profile matched';
    default:
      return JSON.stringify(step);
  }
}

const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.1.3', '192.168.0.1');
const action = fc.constantFrom('allow', 'deny', 'pass', 'log');
const side = fc.record(
  {
    nets: fc.subarray(['10.0.0.0/24', '10.0.1.3/32', 'fd00::/8']),
    notNets: fc.subarray(['10.0.0.2/32', 'fd00::/8']),
    sets: fc.subarray(['s', 'w']),
    notSets: fc.subarray(['s']),
    ports: fc.subarray([
      { first: 80, last: 80 },
      { first: 100, last: 200 },
    ]),
    notNamedPorts: fc.subarray(['http']),
  },
  { requiredKeys: [] },
);
const anyRule: fc.Arbitrary<RuleSketch> = fc
  .record({ action, protocol: fc.constantFrom(6, 17) }, { requiredKeys: ['action'] })
  .chain((r) =>
    fc
      .tuple(side, side, fc.boolean())
      .map(([source, destination, plain]) => (plain ? r : { ...r, source, destination })),
  );
const anyPolicy: fc.Arbitrary<PolicySketch> = fc.record(
  {
    ingress: fc.array(anyRule, { maxLength: 3 }),
    egress: fc.array(anyRule, { maxLength: 3 }),
    staged: fc.boolean(),
    order: fc.nat(3),
  },
  { requiredKeys: [] },
);
const named = <T>(names: string[], value: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.constantFrom(...names), { maxLength: names.length })
    .chain((keys) =>
      fc
        .tuple(...keys.map(() => value))
        .map((values) => Object.fromEntries(keys.map((k, i) => [k, values[i]])) as Record<string, T>),
    );
const anyEndpoint = (tag: string) =>
  fc.record({
    tiers: named(
      ['t1', 't2', 't3'],
      fc.record({
        defaultAction: fc.constantFrom('Deny', 'Pass'),
        policies: named([`${tag}p`, `${tag}q`], anyPolicy),
      }),
    ),
    profiles: named([`${tag}x`, `${tag}y`], anyPolicy),
  });
const anyTiers = (tag: string) =>
  named(
    ['t1', 't2'],
    fc.record({
      defaultAction: fc.constantFrom('Deny', 'Pass'),
      policies: named([`${tag}p`, `${tag}q`], anyPolicy),
    }),
  );
const anyHost = (tag: string) =>
  fc.record(
    {
      interfaceName: fc.constantFrom('eth0', 'eth1', '*'),
      lists: fc.record(
        {
          untracked: anyTiers(`${tag}u`),
          preDnat: anyTiers(`${tag}d`),
          forward: anyTiers(`${tag}f`),
          normal: anyTiers(`${tag}n`),
        },
        { requiredKeys: [] },
      ),
      profiles: named([`${tag}x`], anyPolicy),
    },
    { requiredKeys: ['interfaceName'] },
  );
const anyPacket = fc
  .record({
    from: address,
    to: address,
    protocol: fc.constantFrom(6, 17, 1),
    inInterface: fc.option(fc.constantFrom('cali-a', 'eth0', 'cali-stray'), { nil: null, freq: 4 }),
    outInterface: fc.option(fc.constantFrom('cali-b', 'eth1'), { nil: null }),
    before: fc.option(address, { nil: null }),
    state: fc.constantFrom('new', 'new', 'new', 'established', 'invalid', 'untracked'),
    port: fc.constantFrom(80, 150, 4789, 22),
  })
  .map(({ inInterface, outInterface, port, protocol, before, ...rest }) =>
    packet({
      ...rest,
      protocol,
      ...(inInterface !== null && { inInterface }),
      ...(before !== null && { originalDestination: parseAddress(before)?.bits ?? 0n }),
      ...(outInterface !== null && { outInterface }),
      ...(protocol !== 1 && { sourcePort: port, destinationPort: port }),
    }),
  );

describe('property', () => {
  it('verdict(p) is judge(p).verdict, and the trail agrees with itself', () => {
    const ipSets = [
      netSet('s', '10.0.0.1/32'),
      netSet('w', '10.0.0.0/16'),
      portSet('http', '10.0.0.2,tcp:80'),
    ];
    const seen = { allow: 0, deny: 0 };
    const stages = new Set<string>();
    fc.assert(
      fc.property(
        anyEndpoint('a'),
        anyEndpoint('b'),
        anyHost('g'),
        anyHost('h'),
        fc.array(anyPacket, { minLength: 1, maxLength: 8 }),
        (a, b, g, h, packets) => {
          const evaluator = createEvaluator(
            nodePolicy(
              { a, b },
              {
                ipSets,
                hosts: { g, h },
                config: { endpointToHostAction: 'accept' },
              },
            ),
          );
          for (const p of packets) {
            const judgement = evaluator.judge(p);
            seen[judgement.verdict]++;
            for (const { stage } of judgement.stages) stages.add(stage);
            expect(evaluator.verdict(p)).toBe(judgement.verdict);
            expect(judgement.verdict).toBe(
              judgement.stages.some((s) => s.verdict === 'deny') ? 'deny' : 'allow',
            );
            expect(judgement.stages.slice(0, -1).map((s) => s.verdict)).not.toContain('deny');
            for (const { decidedBy, steps } of judgement.stages) {
              const last = steps.findLast(
                (s) => s.kind === 'rule' && s.action !== 'log' && s.action !== 'pass' && s.result === 'match',
              );
              expect(last?.kind === 'rule' ? last.rule : 'no rule').toBe(
                decidedBy.kind === 'rule' ? decidedBy.rule : 'no rule',
              );
            }
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(100);
    expect(stages.size).toBe(10);
  });
});
