// Every case of every suite on the evaluator, both families; and the literal reading against what is written by hand.
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostFacts } from '../../src/policy/index.ts';
import { createEvaluator, type Evaluator } from '../../src/verdict/index.ts';
import { factsOf, place } from './place.ts';
import { type Backend, runCourse } from './run.ts';
import { SUITES } from './suites.ts';

let facts: HostFacts;
beforeAll(async () => {
  facts = factsOf(await place());
});

function evaluatorBackend(): Backend {
  let evaluator: Evaluator;
  return {
    name: 'evaluator',
    enforce: (policy) => {
      evaluator = createEvaluator(policy, facts);
      return Promise.resolve();
    },
    ask: (packets) => packets.map((packet) => evaluator.verdict(packet) === 'allow'),
  };
}

describe.each(SUITES)('$title', ({ name, cases }) => {
  it.each(cases)('$name', async (one) => {
    expect(await runCourse(name, one, evaluatorBackend())).toEqual([]);
  });
});

describe('the suites', () => {
  it('have no two cases of one name, and all that they set out to have', () => {
    const names = SUITES.flatMap((suite) => suite.cases.map((one) => one.name));
    expect(new Set(names).size).toBe(names.length);
    const [e2e, cnp, generated, calico] = SUITES;
    expect(e2e?.cases.length).toBeGreaterThanOrEqual(45);
    expect(cnp?.cases).toHaveLength(24);
    expect(cnp?.cases.reduce((sum, one) => sum + one.stages.length, 0)).toBe(92);
    expect(generated?.cases.length).toBeGreaterThanOrEqual(300);
    expect(calico?.cases.length).toBeGreaterThanOrEqual(60);
  });
});
