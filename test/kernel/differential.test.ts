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
import { factsOf, HOST, HOST_SECOND, labSpec, NODE, SECOND, UPLINK } from '../generator/universe.ts';
import { type Arrival, type Lab, openLab } from '../lab/lab.ts';
import { createOracle, type Oracle } from '../oracle/oracle.ts';
import { formatAddress } from '../../src/net/index.ts';
import type { Packet, Translation } from '../../src/verdict/index.ts';
import { type Case, nodePolicies, outcome, saveCase, savedCases, shrink } from '../properties/case.ts';

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
  /** Of each packet that is delivered, how its source changes. */
  readonly wanted: readonly Wanted[];
}
interface Wanted {
  readonly delivered: boolean;
  readonly translation: Translation | undefined;
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
  const wanted = probes.map(({ packet }) => wantedOf(oracle, packet));
  const said = probes.map(({ packet }) => {
    const { verdict, translation } = evaluator.judge(packet);
    return outcome(verdict, translation);
  });
  expect(said, `evaluator, TORTIE_SEED=${seed}`).toEqual(
    wanted.map(({ delivered, translation }) => outcome(delivered ? 'allow' : 'deny', translation)),
  );
  return { seed, raw, probes, wanted };
}

function wantedOf(oracle: Oracle, packet: Packet): Wanted {
  return {
    delivered: oracle.verdict(NODE, packet) === 'allow',
    translation: oracle.translation(NODE, packet),
  };
}

/** Did it come out, or not, and with the source that was wanted? */
function agrees(packet: Packet, { delivered, translation }: Wanted, seen: Arrival | undefined): boolean {
  if (!delivered || seen?.source === undefined) return delivered === (seen !== undefined);
  const { family, source, sourcePort, outInterface } = packet;
  if (translation === undefined) {
    return seen.source === formatAddress({ family, bits: source }) && seen.sourcePort === sourcePort;
  }
  const { address, ports } = translation;
  const inRange = !ports || (ports.first <= (seen.sourcePort ?? 0) && (seen.sourcePort ?? 0) <= ports.last);
  // An interface without an address of its own lends one of the others.
  const own =
    outInterface === UPLINK ? [HOST] : outInterface === SECOND ? [HOST_SECOND] : [HOST, HOST_SECOND];
  return inRange && (address ? [address] : own.map((one) => one[family])).includes(seen.source);
}

async function compare(dataplane: Dataplane, questions: readonly Question[]): Promise<void> {
  const enforcer = await startEnforcer(dataplane);
  for (const { seed, raw, probes, wanted } of questions) {
    await enforcer.enforce(raw);
    const seen = await lab.observe(probes.map(({ packet }) => packet));
    const wrong = probes.findIndex(({ packet }, index) => !agrees(packet, wanted[index]!, seen[index]));
    const probe = probes[wrong];
    if (probe) await report(dataplane, seed, { node: NODE, packet: probe.packet, resources: raw });
  }
}

/** Does the kernel, with nothing but this case loaded, still say something else than the oracle? */
async function differs(dataplane: Dataplane, one: Case): Promise<boolean> {
  try {
    const wanted = wantedOf(createOracle(parsed(one.resources), factsOf), one.packet);
    await (await startEnforcer(dataplane)).enforce(one.resources);
    const [seen] = await lab.observe([one.packet]);
    return !agrees(one.packet, wanted, seen);
  } catch (error) {
    if (error instanceof InvalidCase) return false;
    throw error;
  }
}

async function report(dataplane: Dataplane, seed: number, failing: Case): Promise<never> {
  const alone = await differs(dataplane, failing);
  const small = alone && SHRINK ? await shrink(failing, (one) => differs(dataplane, one)) : failing;
  const { delivered, translation } = wantedOf(createOracle(parsed(small.resources), factsOf), small.packet);
  const verdict = outcome(delivered ? 'allow' : 'deny', translation);
  const why = `oracle says ${verdict}, ${dataplane} something else${alone ? '' : ' (only after the sets of resources before it)'}; TORTIE_SEED=${seed}`;
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
  timeout: 120_000 + VERDICTS * 100,
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
