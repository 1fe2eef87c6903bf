// The rendered ruleset and the evaluator decide and log the same, packet by packet; so do the two ways of passing.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalEndpoint, NodePolicy } from '../../policy/index.ts';
import { createEvaluator, type Judgement } from '../../verdict/index.ts';
import { buildProgram } from '../build-program.ts';
import { DEFAULT_CAPABILITIES } from './capabilities.ts';
import { createLowering } from './lower.ts';
import { simulate } from './simulate.ts';
import { arbitraryPacket, arbitraryPolicy } from './testing.ts';

const RUNS = 400;
const FOREIGN_MARK = 0x1234;
const PASS_BIT = 0x10000;

function loggedIn(judgement: Judgement): string[] {
  return judgement.stages.flatMap((stage) =>
    stage.steps.flatMap((step) =>
      step.kind === 'rule' && step.action === 'log' && step.result === 'match' ? [step.rule] : [],
    ),
  );
}

/** Each endpoint has a twin with the same list, so that every list can be shared. */
function twinned(policy: NodePolicy): NodePolicy {
  const twins = [...policy.endpoints.values()].map((endpoint, i): [string, LocalEndpoint] => {
    const id = `${endpoint.id}-twin`;
    return [id, { ...endpoint, id, interfaceName: `calitwin${i}`, addresses: [] }];
  });
  return { ...policy, endpoints: new Map([...policy.endpoints, ...twins]) };
}

const WAYS = [
  { pass: 'goto', lists: 'own', shareFrom: Infinity },
  { pass: 'mark', lists: 'own', shareFrom: Infinity },
  { pass: 'goto', lists: 'shared', shareFrom: 0 },
  { pass: 'mark', lists: 'shared', shareFrom: 0 },
] as const;

describe.each(WAYS)('a ruleset that passes by $pass, with $lists lists', ({ pass, shareFrom }) => {
  it('decides and logs as the evaluator does, and leaves the marks of others alone', () => {
    const decidedByRule = { allow: 0, deny: 0 };
    const ofSources = { spoofed: 0, translated: 0 };
    const packets = fc.array(arbitraryPacket, { minLength: 30, maxLength: 30 });
    // Below the check of nesting, which random policies may exceed with `goto`.
    const lower = createLowering({ log: 'log', capabilities: { ...DEFAULT_CAPABILITIES, pass, shareFrom } });
    fc.assert(
      fc.property(arbitraryPolicy, packets, (policy, list) => {
        const ruleset = lower(buildProgram(shareFrom === 0 ? twinned(policy) : policy));
        const evaluator = createEvaluator(policy);
        for (const packet of list) {
          const judgement = evaluator.judge(packet);
          const { verdict, logged, mark, translation } = simulate(ruleset, packet, FOREIGN_MARK);
          const wanted = {
            packet,
            verdict: judgement.verdict,
            logged: loggedIn(judgement),
            translation: judgement.translation,
          };
          expect({ packet, verdict, logged, translation }).toEqual(wanted);
          expect((mark & ~PASS_BIT) >>> 0).toBe(FOREIGN_MARK);
          if (judgement.stages.at(-1)?.stage === 'reverse-path') ofSources.spoofed++;
          if (judgement.translation) ofSources.translated++;
          for (const stage of judgement.stages) {
            if (stage.decidedBy.kind === 'rule') decidedByRule[stage.verdict]++;
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(ofSources.spoofed, ofSources.translated)).toBeGreaterThan(RUNS / 4);
    expect(Math.min(decidedByRule.allow, decidedByRule.deny)).toBeGreaterThan(RUNS);
  });
});
