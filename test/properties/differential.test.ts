// One semantics, without a kernel: the oracle, which reads the resources, and the evaluator, which reads the graph's
// NodePolicy, agree on random packets through random resources. TORTIE_SEED repeats a run, TORTIE_UNIT_VERDICTS sets
// its length. A disagreement is shrunk and saved under test/regressions/, whose cases are replayed first and always.
import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../src/verdict/index.ts';
import { createOracle } from '../oracle/oracle.ts';
import { createProbes } from '../generator/packets.ts';
import { random, seedFromEnvironment } from '../generator/random.ts';
import { parsed, resources } from '../generator/resources.ts';
import { factsOf, NODE, OTHER_NODE } from '../generator/universe.ts';
import {
  type Case,
  disagrees,
  nodePolicies,
  opinions,
  outcome,
  saveCase,
  savedCases,
  shrink,
} from './case.ts';

const SEED = seedFromEnvironment();
const VERDICTS = Number(process.env['TORTIE_UNIT_VERDICTS'] ?? 20_000);
const PER_SET = 200;

describe('oracle and evaluator', () => {
  it.each(savedCases())('agree on the regression $name', (one) => {
    const both = opinions(one);
    expect(both?.evaluator).toBe(both?.oracle);
  });

  it(`agree on ${VERDICTS} random verdicts (TORTIE_SEED=${SEED})`, {
    timeout: 60_000 + VERDICTS * 100,
  }, async () => {
    console.log(`differential: TORTIE_SEED=${SEED}`);
    let judged = 0;
    for (let n = 0; judged < VERDICTS; n += 1) {
      const failing = firstDisagreement(SEED + n, Math.min(PER_SET, VERDICTS - judged));
      if (failing) await report(failing, SEED + n);
      judged += PER_SET;
    }
    expect(judged).toBeGreaterThanOrEqual(VERDICTS);
  });
});

function firstDisagreement(seed: number, count: number): Case | undefined {
  const rand = random(seed);
  const raw = resources(rand, { hosts: seed % 2 === 1 });
  const all = parsed(raw);
  const policyOf = nodePolicies(all, [NODE, OTHER_NODE]);
  const evaluators = new Map(
    [NODE, OTHER_NODE].map((node) => [node, createEvaluator(policyOf(node), factsOf(node))]),
  );
  const oracle = createOracle(all, factsOf);
  const next = createProbes(rand, all);
  for (let n = 0; n < count; n += 1) {
    const { node, packet } = next();
    const judged = evaluators.get(node)?.judge(packet);
    const wanted = outcome(oracle.verdict(node, packet), oracle.translation(node, packet));
    if (wanted !== outcome(judged?.verdict ?? '', judged?.translation))
      return { node, packet, resources: raw };
  }
  return undefined;
}

async function report(failing: Case, seed: number): Promise<never> {
  // The mutation check wants to know that there is a failing case, not which.
  const small = process.env['TORTIE_SHRINK'] === '0' ? failing : await shrink(failing, disagrees);
  const both = opinions(small);
  const why = `oracle says ${both?.oracle}, evaluator ${both?.evaluator}; TORTIE_SEED=${seed}`;
  throw new Error(`${why}; saved as ${saveCase(`unit-${seed}`, why, small)}`);
}
