// The stages of host endpoints, rendered and evaluated: the same decisions and logs, packet by packet, in both ways of
// passing, with DNAT, untracked packets and the accepted flag.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEvaluator, type Judgement, type Packet, type Stage } from '../../verdict/index.ts';
import { buildProgram } from '../build-program.ts';
import { DEFAULT_CAPABILITIES } from './capabilities.ts';
import { arbitraryHostPacket, arbitraryHostPolicy } from './host-testing.ts';
import { createLowering } from './lower.ts';
import { simulate } from './simulate.ts';

const RUNS = 150;
const FOREIGN_MARK = 0x1234;
/** Passed, accepted. */
const OUR_BITS = 0x30000;
const HOST_STAGES: readonly Stage[] = [
  'host-untracked',
  'host-pre-dnat',
  'host-ingress',
  'host-forward-in',
  'host-forward-out',
  'host-untracked-out',
  'host-egress',
];

function loggedIn(judgement: Judgement): string[] {
  return judgement.stages.flatMap((stage) =>
    stage.steps.flatMap((step) =>
      step.kind === 'rule' && step.action === 'log' && step.result === 'match' ? [step.rule] : [],
    ),
  );
}

/** No such packet exists: what is not tracked is not DNATed. */
function impossible(packet: Packet, { stages }: Judgement): boolean {
  return (
    packet.originalDestination !== undefined &&
    stages.some(
      ({ stage, verdict, decidedBy }) =>
        stage.startsWith('host-untracked') && verdict === 'allow' && decidedBy.kind === 'rule',
    )
  );
}

describe.each(['goto', 'mark'] as const)('a ruleset that passes by %s', (pass) => {
  it('judges hosts as the evaluator does, whatever mark a packet brings', () => {
    const decided = new Map(
      HOST_STAGES.flatMap((stage) => [`${stage} allow`, `${stage} deny`].map((s) => [s, 0])),
    );
    const packets = fc.array(arbitraryHostPacket, { minLength: 30, maxLength: 30 });
    const lower = createLowering({ log: 'log', capabilities: { ...DEFAULT_CAPABILITIES, pass } });
    fc.assert(
      fc.property(arbitraryHostPolicy, packets, fc.boolean(), (policy, list, marked) => {
        const ruleset = lower(buildProgram(policy));
        const evaluator = createEvaluator(policy);
        const brought = marked ? FOREIGN_MARK | OUR_BITS : FOREIGN_MARK;
        for (const packet of list) {
          const judgement = evaluator.judge(packet);
          if (impossible(packet, judgement)) continue;
          const { verdict, logged, mark, translation } = simulate(ruleset, packet, brought);
          const stages = judgement.stages.map(({ stage, verdict: said }) => `${stage} ${said}`);
          const wanted = {
            packet,
            stages,
            verdict: judgement.verdict,
            logged: loggedIn(judgement),
            translation: judgement.translation,
          };
          expect({ packet, stages, verdict, logged, translation }).toEqual(wanted);
          expect((mark & ~OUR_BITS) >>> 0).toBe(FOREIGN_MARK);
          for (const { stage, verdict: said, decidedBy } of judgement.stages) {
            if (decidedBy.kind !== 'rule') continue;
            const key = `${stage} ${said}`;
            if (decided.has(key)) decided.set(key, (decided.get(key) ?? 0) + 1);
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect([...decided].filter(([, n]) => n === 0)).toEqual([]);
  });
});
