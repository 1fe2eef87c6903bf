// The stages of host endpoints, rendered and evaluated: the same verdicts, packet by packet, with DNAT, untracked packets
// and the accepted bit, whatever mark a packet brings.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEvaluator, type Judgement, type Packet } from '../../verdict/index.ts';
import { buildProgram } from '../build-program.ts';
import { arbitraryHostPacket, arbitraryHostPolicy } from '../nftables/host-testing.ts';
import { lowerIptables } from './lower.ts';
import { printFamily } from './print.ts';
import { EMPTY, restore, simulate } from './simulate.ts';

const FOREIGN_MARK = 0x1234;
const OUR_BITS = 0x30000;

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

test('judges hosts as the evaluator does', () => {
  const decided = new Map<string, number>();
  const packets = fc.array(arbitraryHostPacket, { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(
      arbitraryHostPolicy,
      packets,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (policy, list, marked, reject, append) => {
        const iptables = { ...policy.config.iptables, denyAction: reject ? 'reject' : 'drop' } as const;
        const config = { ...policy.config, iptables, chainInsertMode: append ? 'append' : 'insert' } as const;
        const ruleset = lowerIptables(buildProgram({ ...policy, config }));
        const tables = {
          4: restore(EMPTY, printFamily(ruleset, 4)).at(-1) ?? EMPTY,
          6: restore(EMPTY, printFamily(ruleset, 6)).at(-1) ?? EMPTY,
        };
        const evaluator = createEvaluator(policy);
        const brought = marked ? FOREIGN_MARK | OUR_BITS : FOREIGN_MARK;
        for (const packet of list) {
          const judgement = evaluator.judge(packet);
          if (impossible(packet, judgement)) continue;
          const { verdict, mark, translation } = simulate(
            tables[packet.family],
            ruleset.ipsets,
            packet,
            brought,
          );
          const stages = judgement.stages.map(({ stage, verdict: said }) => `${stage} ${said}`);
          const wanted = { packet, stages, verdict: judgement.verdict, translation: judgement.translation };
          expect({ packet, stages, verdict, translation }).toEqual(wanted);
          expect((mark & ~OUR_BITS) >>> 0).toBe(FOREIGN_MARK);
          for (const { stage, verdict: said, decidedBy } of judgement.stages) {
            if (decidedBy.kind !== 'rule') continue;
            decided.set(`${stage} ${said}`, (decided.get(`${stage} ${said}`) ?? 0) + 1);
          }
        }
      },
    ),
    { numRuns: 150 },
  );
  const seen = [...decided].filter(([stage, n]) => stage.startsWith('host-') && n >= 3);
  expect(seen.map(([stage]) => stage).sort()).toHaveLength(14);
});
