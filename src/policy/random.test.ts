// Random histories: after every step the incremental output is that of a graph from scratch, matches are those that a
// naive evaluation finds, the delta leads from the
// output before to the output after, and what did not change is shared. TORTIE_SEED repeats a run, TORTIE_RUNS
// lengthens it; a failure prints its seed.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Resource } from '../resources/index.ts';
import { createGraph } from './graph.ts';
import { describe, dump } from './testing/describe.ts';
import { checkMatches } from './testing/naive.ts';
import { randomResource } from './testing/random.ts';
import { createCheckedFlush, NODES } from './testing/replay.ts';
import { keyOf } from './testing/resources.ts';

const seed = Number(process.env['TORTIE_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['TORTIE_RUNS'] ?? 60);

function scratch(resources: Iterable<Resource>) {
  const graph = createGraph({ nodes: NODES });
  for (const value of resources) graph.onUpdates([{ key: keyOf(value), value }]);
  graph.onStatus('in-sync');
  graph.flush();
  return graph;
}

/** Some resources to put, and the keys of some to delete, in one flush. */
const step = fc.array(
  fc.tuple(
    randomResource,
    fc.nat(3).map((n) => n === 0),
  ),
  { minLength: 1, maxLength: 4 },
);

it(`random histories (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(randomResource, { maxLength: 25 }),
      fc.array(step, { minLength: 1, maxLength: 10 }),
      (first, history) => {
        const graph = createGraph({ nodes: NODES });
        const flush = createCheckedFlush(graph);
        const state = new Map<string, Resource>();
        graph.onStatus('in-sync');
        for (const updates of [first.map((value) => [value, false] as const), ...history]) {
          for (const [value, gone] of updates) {
            const key = keyOf(value);
            if (gone) state.delete(key);
            else state.set(key, value);
            graph.onUpdates([gone ? { key } : { key, value }]);
          }
          flush();
          const wanted = scratch(state.values());
          for (const node of NODES) {
            const [actual, expected] = [graph.nodePolicy(node), wanted.nodePolicy(node)];
            expect(checkMatches(actual, [...state.values()])).toEqual([]);
            expect(describe(actual)).toBe(describe(expected));
            expect(dump(actual)).toBe(dump(expected));
          }
          expect(graph.problems()).toEqual(wanted.problems());
        }
      },
    ),
    { seed, numRuns: runs },
  );
}, 120_000);

it(`the order of updates and of labels does not matter (seed ${seed})`, () => {
  const shuffled = fc
    .uniqueArray(randomResource, { selector: keyOf, minLength: 5, maxLength: 30 })
    .chain((resources) =>
      fc.tuple(fc.constant(resources), fc.shuffledSubarray(resources, { minLength: resources.length })),
    );
  fc.assert(
    fc.property(shuffled, ([resources, other]) => {
      const [a, b] = [scratch(resources), scratch(other.map(withLabelsReversed))];
      for (const node of NODES) expect(dump(b.nodePolicy(node))).toBe(dump(a.nodePolicy(node)));
      expect(b.problems()).toEqual(a.problems());
    }),
    { seed, numRuns: runs },
  );
});

function withLabelsReversed(resource: Resource): Resource {
  const { labels } = resource.metadata;
  if (!labels) return resource;
  return {
    ...resource,
    metadata: { ...resource.metadata, labels: new Map([...labels].reverse()) },
  };
}
