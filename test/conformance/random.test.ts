// Random Kubernetes policies on the evaluator, over the way of every user, against the literal reading of the API. Prints
// its seed; TORTIE_SEED=n repeats it, TORTIE_CLUSTERS sets how many clusters.
import { expect, it } from 'vitest';
import { createEvaluator } from '../../src/verdict/index.ts';
import { random, seedFromEnvironment } from '../generator/random.ts';
import { objectsOf } from './cluster.ts';
import { compile, interfacesOf, packetOf } from './compile.ts';
import { literallyAllowed } from './literal.ts';
import { randomCluster } from './random-policies.ts';
import { connectionsOf, textOf } from './table.ts';

const SEED = seedFromEnvironment();
const CLUSTERS = Number(process.env['TORTIE_CLUSTERS'] ?? 100);

it(`${CLUSTERS} random clusters mean what the Kubernetes API says (TORTIE_SEED=${SEED})`, {
  timeout: 60_000 + CLUSTERS * 2000,
}, async () => {
  console.log(`random Kubernetes policies: TORTIE_SEED=${SEED}`);
  const counts = { allowed: 0, denied: 0 };
  for (let n = 0; n < CLUSTERS; n += 1) {
    const cluster = randomCluster(random(SEED + n));
    const policy = await compile(objectsOf(cluster));
    const evaluator = createEvaluator(policy);
    const interfaces = interfacesOf(policy);
    for (const family of [4, 6] as const) {
      const wrong = connectionsOf(cluster, family).flatMap((connection) => {
        if (connection.from === connection.to) return [];
        const allowed = literallyAllowed(cluster, connection);
        counts[allowed ? 'allowed' : 'denied'] += 1;
        if ((evaluator.verdict(packetOf(connection, interfaces)) === 'allow') === allowed) return [];
        return [`IPv${family} ${textOf(connection)}: ${allowed ? 'allowed' : 'denied'} by the letter`];
      });
      const policies = JSON.stringify([...cluster.policies.values()], null, 1);
      expect(wrong.slice(0, 10), `TORTIE_SEED=${SEED + n}: ${policies}`).toEqual([]);
    }
  }
  // Neither nothing nor everything: both happen often enough to mean something.
  const share = counts.allowed / (counts.allowed + counts.denied);
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.9);
});
