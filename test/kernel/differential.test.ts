// One semantics, four ways: oracle = evaluator = nftables kernel = iptables kernel, on real packets of both families
// between namespaces. TORTIE_VERDICTS sets how many packets are judged in each of the four ways (default 2,000),
// TORTIE_SEED repeats a run. Policies change under one lab, so that applying a change is under test as well. A
// disagreement is shrunk against the same kernel and saved under test/regressions/kernel/.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import { createRenderer } from '../../src/render/index.ts';
import { createEvaluator } from '../../src/verdict/index.ts';
import { createProbes, type Probe } from '../generator/packets.ts';
import { random, seedFromEnvironment } from '../generator/random.ts';
import { InvalidCase, parsed, resources } from '../generator/resources.ts';
import type { Raw } from '../generator/rules.ts';
import { factsOf, labSpec, NODE } from '../generator/universe.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { createOracle } from '../oracle/oracle.ts';
import { type Case, nodePolicies, saveCase, savedCases, shrink } from '../properties/case.ts';

const SEED = seedFromEnvironment();
const VERDICTS = Number(process.env['TORTIE_VERDICTS'] ?? 2000);
const PER_SET = 200;
/** The mutation check wants to know that there is a failing case, not which. */
const SHRINK = process.env['TORTIE_SHRINK'] !== '0';
/** Sets of resources that follow one another on one dataplane before the next one has its turn. */
const ROUND = 5;

type Dataplane = 'nftables' | 'iptables-nft' | 'iptables-legacy';
interface Question {
  readonly seed: number;
  readonly raw: readonly Raw[];
  readonly probes: readonly Probe[];
  readonly wanted: readonly boolean[];
}
interface Enforcer {
  enforce(raw: readonly Raw[]): Promise<void>;
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(labSpec('diff'));
});
afterAll(async () => lab?.close());

async function startEnforcer(dataplane: Dataplane): Promise<Enforcer> {
  const cleared = await clearAll({ run: lab.runner, lock: false });
  expect(cleared.problems).toEqual([]);
  const dialect = dataplane === 'nftables' ? 'nftables' : 'iptables';
  const backend = dataplane === 'iptables-legacy' ? 'legacy' : 'nft';
  const applier = createApplier({ dialect, run: lab.runner, backend, lock: false });
  const renderer = createRenderer(dialect);
  return {
    enforce: async (raw) => {
      const policy = nodePolicies(parsed(raw), [NODE])(NODE);
      const done = await applier.apply(renderer.render(policy, lab.facts));
      if (!done.ok)
        throw new Error(
          `${dataplane} refused the ruleset: ${done.problems.map((p) => p.message).join('; ')}`,
        );
    },
  };
}

function ask(seed: number, count: number): Question {
  const rand = random(seed);
  const raw = resources(rand, { hosts: seed % 2 === 1 });
  const all = parsed(raw);
  const evaluator = createEvaluator(nodePolicies(all, [NODE])(NODE), lab.facts);
  const oracle = createOracle(all, factsOf);
  const next = createProbes(rand, all, NODE);
  const probes = Array.from({ length: count }, next);
  const wanted = probes.map(({ packet }) => oracle.verdict(NODE, packet) === 'allow');
  expect(
    probes.map(({ packet }) => evaluator.verdict(packet) === 'allow'),
    `evaluator, TORTIE_SEED=${seed}`,
  ).toEqual(wanted);
  return { seed, raw, probes, wanted };
}

async function compare(dataplane: Dataplane, questions: readonly Question[]): Promise<void> {
  const enforcer = await startEnforcer(dataplane);
  for (const { seed, raw, probes, wanted } of questions) {
    await enforcer.enforce(raw);
    const seen = await lab.probe(probes.map(({ packet }) => packet));
    const wrong = seen.findIndex((delivered, index) => delivered !== wanted[index]);
    const probe = probes[wrong];
    if (probe) await report(dataplane, seed, { node: NODE, packet: probe.packet, resources: raw });
  }
}

/** Does the kernel, with nothing but this case loaded, still say something else than the oracle? */
async function differs(dataplane: Dataplane, one: Case): Promise<boolean> {
  try {
    const wanted = createOracle(parsed(one.resources), factsOf).verdict(NODE, one.packet) === 'allow';
    await (await startEnforcer(dataplane)).enforce(one.resources);
    return (await lab.probe([one.packet]))[0] !== wanted;
  } catch (error) {
    if (error instanceof InvalidCase) return false;
    throw error;
  }
}

async function report(dataplane: Dataplane, seed: number, failing: Case): Promise<never> {
  const alone = await differs(dataplane, failing);
  const small = alone && SHRINK ? await shrink(failing, (one) => differs(dataplane, one)) : failing;
  const verdict = createOracle(parsed(small.resources), factsOf).verdict(NODE, small.packet);
  const why = `oracle says ${verdict}, ${dataplane} the opposite${alone ? '' : ' (only after the sets of resources before it)'}; TORTIE_SEED=${seed}`;
  throw new Error(`${why}; saved as ${saveCase(`kernel-${dataplane}-${seed}`, why, small)}`);
}

const inLab = savedCases().filter((one) => one.node === NODE);
it.each(
  inLab.flatMap((one) =>
    (['nftables', 'iptables-nft', 'iptables-legacy'] as const).map((dataplane) => ({
      dataplane,
      one,
      name: one.name,
    })),
  ),
)('$dataplane agrees on the regression $name', async ({ dataplane, one }) => {
  expect(await differs(dataplane, one)).toBe(false);
});

it(`oracle, evaluator and both kernels agree on ${VERDICTS} random packets (TORTIE_SEED=${SEED})`, {
  timeout: 120_000 + VERDICTS * 20,
}, async () => {
  console.log(`kernel differential: TORTIE_SEED=${SEED}`);
  const start = performance.now();
  let judged = 0;
  for (let round = 0; judged < VERDICTS; round += 1) {
    const questions: Question[] = [];
    for (let n = 0; n < ROUND && judged < VERDICTS; n += 1, judged += PER_SET) {
      questions.push(ask(SEED + round * ROUND + n, Math.min(PER_SET, VERDICTS - judged)));
    }
    await compare('nftables', questions);
    await compare(round % 2 === 0 ? 'iptables-nft' : 'iptables-legacy', questions);
  }
  expect(judged).toBeGreaterThanOrEqual(VERDICTS);
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `kernel differential: ${VERDICTS} packets four ways in ${seconds.toFixed(1)} s, ${Math.round((2 * VERDICTS) / seconds)} kernel verdicts a second`,
  );
});
