// The generator is good enough: without this, a thousand agreements could all be about nothing.
import { expect, it } from 'vitest';
import { decisive, decisiveForHosts, HOST_KINDS, KINDS } from '../generator/decisive.ts';
import { createProbes } from '../generator/packets.ts';
import { random } from '../generator/random.ts';
import { parsed, resources } from '../generator/resources.ts';
import { factsOf } from '../generator/universe.ts';
import { createOracle } from '../oracle/oracle.ts';

const PACKETS = 10_000;
const PER_SET = 50;

function measure(seed: number): { allowed: number; deniedByRule: number; kinds: Map<string, number> } {
  const kinds = new Map(KINDS.map((kind) => [kind, 0]));
  let allowed = 0;
  let deniedByRule = 0;
  for (let n = 0; n < PACKETS / PER_SET; n += 1) {
    const rand = random(seed + n);
    const all = parsed(resources(rand));
    const oracle = createOracle(all, factsOf);
    const next = createProbes(rand, all);
    for (let k = 0; k < PER_SET; k += 1) {
      const { node, packet } = next();
      const { reason, kinds: hit } = decisive(oracle, node, packet);
      if ((reason?.verdict ?? 'allow') === 'allow') allowed += 1;
      else if (reason?.rule) deniedByRule += 1;
      for (const kind of hit) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  return { allowed, deniedByRule, kinds };
}

it('allows and denies enough, and makes every kind of match decisive at least 50 times in 10,000', {
  timeout: 120_000,
}, () => {
  // A fixed seed: this is about the generator, and must not fail one day in a hundred.
  const { allowed, deniedByRule, kinds } = measure(7);
  expect(allowed / PACKETS).toBeGreaterThanOrEqual(0.3);
  expect(deniedByRule / PACKETS).toBeGreaterThanOrEqual(0.3);
  expect([...kinds].filter(([, count]) => count < 50)).toEqual([]);
});

it('makes every stage of a host endpoint decide both ways at least 50 times in 10,000', {
  timeout: 120_000,
}, () => {
  const kinds = new Map(HOST_KINDS.map((kind) => [kind, 0]));
  for (let n = 0; n < PACKETS / PER_SET; n += 1) {
    const rand = random(11 + n);
    const all = parsed(resources(rand, { hosts: true }));
    const oracle = createOracle(all, factsOf);
    const next = createProbes(rand, all);
    for (let k = 0; k < PER_SET; k += 1) {
      const { node, packet } = next();
      for (const kind of decisiveForHosts(oracle, node, packet)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  // What surrounds the lists is rarer than the lists themselves.
  const enough = (kind: string): number => (/ (allow|deny)$/.test(kind) ? 50 : 25);
  expect([...kinds].filter(([kind, count]) => count < enough(kind))).toEqual([]);
});

it('masquerades often, spoofs often, and both in ways that are refused', { timeout: 120_000 }, () => {
  const seen = new Map(
    ['spoofed', 'may spoof', 'address', 'ports', 'interface', 'kept'].map((one) => [one, 0]),
  );
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let n = 0; n < PACKETS / PER_SET; n += 1) {
    const rand = random(23 + n);
    const all = parsed(resources(rand));
    const oracle = createOracle(all, factsOf);
    const next = createProbes(rand, all);
    for (let k = 0; k < PER_SET; k += 1) {
      const { node, packet } = next();
      if (oracle.reason(node, packet)?.stage === 'reverse-path') count('spoofed');
      else if (packet.spoofed && packet.inInterface?.startsWith('cali')) count('may spoof');
      const translation = oracle.translation(node, packet);
      if (translation?.ports) count('ports');
      if (translation?.address) count('address');
      else count(translation ? 'interface' : 'kept');
    }
  }
  expect([...seen].filter(([, times]) => times < 50)).toEqual([]);
});

it.each([false, true])('gives the same for the same seed (hosts: %s)', (hosts) => {
  const once = (): unknown => {
    const rand = random(42);
    const raw = resources(rand, { hosts });
    const next = createProbes(rand, parsed(raw));
    return [raw, Array.from({ length: 50 }, next)];
  };
  expect(once()).toEqual(once());
});
