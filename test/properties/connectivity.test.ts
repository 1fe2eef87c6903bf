// Connectivity judges one pair of each kind; explain judges every pair. They must agree on random resources.
import { expect, it } from 'vitest';
import type { Family } from '../../src/net/index.ts';
import { connectivity, explainFlow, type FlowEnd, resolveEnd } from '../../src/verdict/index.ts';
import { random, seedFromEnvironment } from '../generator/random.ts';
import { parsed, resources } from '../generator/resources.ts';
import { NODE, OTHER_NODE, OUTSIDE } from '../generator/universe.ts';
import { nodePolicies } from './case.ts';

const SEED = seedFromEnvironment();
const WORLDS = 4;
/** Minutes: a busy machine takes long over them. */
const LIMIT = { timeout: 600_000 };

it(`what connectivity says of a group holds for each of its members (TORTIE_SEED=${SEED})`, LIMIT, () => {
  let judged = 0;
  for (let seed = SEED; seed < SEED + WORLDS; seed++) {
    const all = parsed(resources(random(seed)));
    const policyOf = nodePolicies(all, [NODE, OTHER_NODE]);
    const policies = new Map([NODE, OTHER_NODE].map((node) => [node, policyOf(node)]));
    const table = connectivity({ policies });
    const ends = (ids: readonly string[], family: Family) =>
      ids.flatMap(
        (id) =>
          resolveEnd(id, { policies, aliases: new Map() }).value?.ends.find(
            (e) => e.address.family === family,
          ) ?? [],
      );
    for (const { from, to, allowed } of table.connections) {
      const [a, b] = [table.groups[from], table.groups[to]];
      if (a?.kind !== 'endpoint' || b?.kind !== 'endpoint') continue;
      for (const [family, list] of allowed) {
        for (const source of ends(a.members, family)) {
          for (const destination of ends(b.members, family)) {
            if (same(source, destination)) continue;
            for (const traffic of table.traffic[family]) {
              const { verdict } = explainFlow({ from: source, to: destination, ...traffic.sample, policies });
              const what = `TORTIE_SEED=${seed} ${a.members.join()} to ${b.members.join()} IPv${family} ${JSON.stringify(traffic)}`;
              expect({ what, verdict }).toEqual({ what, verdict: list.includes(traffic) ? 'allow' : 'deny' });
              judged++;
            }
          }
        }
      }
    }
  }
  expect(judged).toBeGreaterThan(1000);
});

it(`every outside address is like the outside that has its answers (TORTIE_SEED=${SEED})`, LIMIT, () => {
  for (let seed = SEED; seed < SEED + WORLDS; seed++) {
    const policyOf = nodePolicies(parsed(resources(random(seed))), [NODE]);
    const policies = new Map([[NODE, policyOf(NODE)]]);
    const table = connectivity({ policies });
    for (const [to, group] of table.groups.entries()) {
      if (group.kind !== 'endpoint') continue;
      const offered = new Set(
        table.connections
          .filter((c) => c.to === to && table.groups[c.from]?.kind === 'outside')
          .flatMap((c) =>
            [...c.allowed].map(([family, list]) => `${family} ${list.map((t) => JSON.stringify(t)).join()}`),
          ),
      );
      for (const family of [4, 6] as const) {
        const target = resolveEnd(group.members[0] ?? '', { policies, aliases: new Map() }).value?.ends.find(
          (e) => e.address.family === family,
        );
        if (target === undefined) continue;
        for (const text of OUTSIDE[family]) {
          const from = resolveEnd(text, { policies, aliases: new Map() }).value?.ends[0];
          if (from?.kind !== 'outside') continue;
          const allowed = table.traffic[family].filter(
            (t) => explainFlow({ from, to: target, ...t.sample, policies }).verdict === 'allow',
          );
          const answer = `${family} ${allowed.map((t) => JSON.stringify(t)).join()}`;
          expect({ seed, text, known: offered.has(answer) }).toEqual({ seed, text, known: true });
        }
      }
    }
  }
});

const same = (a: FlowEnd, b: FlowEnd) =>
  a.kind === 'endpoint' && b.kind === 'endpoint' && a.endpoint.id === b.endpoint.id;
