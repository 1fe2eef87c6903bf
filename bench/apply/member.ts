// One member added to one of 2,000 sets of 20 members, with the applier's state in memory, against a bare
// `nft add element` on the same table, in one run: at most 1.5 ×. Needs a kernel of its own: run it inside the lab.
import { createApplier } from '../../src/apply/index.ts';
import type { NftRuleset, NftSet } from '../../src/render/index.ts';
import { inNamespace } from '../../test/support/namespace.ts';

const SETS = 2000;
const ROUNDS = 15;
const LIMIT = 1.5;

function set(i: number, members: number): NftSet {
  const elements = Array.from({ length: members }, (_, n) => `10.${i >> 8}.${i & 255}.${n}`);
  return { name: `s${i}`, type: 'ipv4_addr', interval: false, elements };
}

const sets = new Map(Array.from({ length: SETS }, (_, i) => [`s${i}`, set(i, 20)]));
const before: NftRuleset = { dialect: 'nftables', sets, maps: new Map(), chains: new Map() };

await inNamespace(async ({ run, sh }) => {
  const applier = createApplier({ dialect: 'nftables', run });
  const first = await applier.apply(before);
  if (!first.ok) throw new Error(JSON.stringify(first.problems));
  const best = { bare: Infinity, apply: Infinity };
  let current = before;
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now();
    await sh(['nft', 'add', 'element', 'inet', 'tortie', 's1', `{ 172.16.0.${round} }`]);
    best.bare = Math.min(best.bare, performance.now() - start);
    current = { ...current, sets: new Map(current.sets).set('s7', set(7, 21 + round)) };
    start = performance.now();
    const result = await applier.apply(current);
    best.apply = Math.min(best.apply, performance.now() - start);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
  }
  const ratio = best.apply / best.bare;
  console.log(
    `one member into one of ${SETS} sets: bare ${best.bare.toFixed(1)} ms, apply ${best.apply.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (limit ${LIMIT})`,
  );
  process.exitCode = ratio > LIMIT ? 1 : 0;
});
