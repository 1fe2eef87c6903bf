// A rollback of several tables: no state between lets a packet through that the policy that goes and the one that comes
// back deny, whether the one that goes was applied wholly or in part.
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  arbitraryPolicy,
  arbitrarySent,
  changesOfMove,
  changesOfSources,
  changesOfTracking,
  movePackets,
  moves,
  openIn,
  savedText,
  spoofedPackets,
  trackedPackets,
} from '../plan/between-testing.ts';
import { planIptables } from '../plan/iptables.ts';
import type { NodePolicy } from '../policy/index.ts';
import { buildProgram } from '../render/build-program.ts';
import { lowerIptables } from '../render/iptables/lower.ts';
import { printFamily } from '../render/iptables/print.ts';
import { EMPTY, restore, type Tables } from '../render/iptables/simulate.ts';
import type { Packet } from '../verdict/index.ts';
import { type KernelText, savedTables } from './kernel-text.ts';
import { planRestore } from './restore.ts';

const BACKENDS = ['nft', 'legacy'] as const;
type Backend = (typeof BACKENDS)[number];

const kernelText = (tables: Tables, backend: Backend): KernelText => {
  const none = { 4: [], 6: [] };
  const saved = { 4: savedTables(savedText(tables)), 6: [] };
  return { iptables: { nft: none, legacy: none, [backend]: saved }, ipsets: '' };
};

const plain = (tables: Tables) =>
  [...tables].map(([name, chains]) => [name, [...chains].toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** What passes while `older` comes back in place of `newer`, and of each state on the way from one to the other. */
function openings(older: NodePolicy, newer: NodePolicy, packets: readonly Packet[], backend: Backend) {
  const [before, after] = [older, newer].map((p) => lowerIptables(buildProgram(p))) as [
    ReturnType<typeof lowerIptables>,
    ReturnType<typeof lowerIptables>,
  ];
  const ipsets = new Map([...before.ipsets, ...after.ipsets]);
  const old = restore(EMPTY, printFamily(before, 4)).at(-1) ?? EMPTY;
  const input = planIptables(before, after, { backend }).commands.find((c) => c.purpose === 'rules v4');
  return restore(old, input?.stdin ?? '').flatMap((now) => {
    const plan = planRestore(kernelText(now, backend), kernelText(old, backend));
    const states = plan.commands.flatMap((c) => restore(now, c.stdin));
    expect(plan.commands.length).toBeLessThanOrEqual(1);
    expect(plain(states.at(-1) ?? now)).toEqual(plain(old));
    // As `--test` sees it: no section knows what those before it have done. (The other backend deletes in one of its own.)
    if (backend === 'legacy')
      for (const section of plan.commands.flatMap((c) => c.stdin.split(/^(?=\*)/m))) restore(now, section);
    return openIn([now, ...states], ipsets, packets);
  });
}

describe.each(BACKENDS)('%s', (backend) => {
  test.each(moves)('a policy that has moved %s → %s', (from, to) => {
    const found = changesOfMove(from, to).flatMap(([older, newer]) =>
      openings(older, newer, movePackets, backend),
    );
    expect(found).toEqual([]);
  });

  it('a check of sources that has changed, in a move the other way', () => {
    const found = changesOfSources.flatMap(([older, newer]) =>
      openings(older, newer, spoofedPackets, backend),
    );
    expect(found).toEqual([]);
  });

  it('what one policy does not track and conntrack knows', () => {
    const found = changesOfTracking.flatMap(([older, newer]) =>
      openings(older, newer, trackedPackets, backend),
    );
    expect(found).toEqual([]);
  });

  it('lets nothing through in between, from any policy back to any other', { timeout: 240_000 }, () => {
    const packets = fc.array(
      arbitrarySent.filter((p) => p.family === 4 && p.originalDestination === undefined),
      { minLength: 30, maxLength: 30 },
    );
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryPolicy, packets, (older, newer, list) => {
        expect(openings(older, newer, list, backend)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
