// Every golden case in a real kernel: with nft and with both iptables backends, applied twice with no change the second
// time, and cleared without residue.
import { describe, expect, it } from 'vitest';
import { cases, rulesetsOf } from '../golden/cases.ts';
import { inNamespace } from '../support/namespace.ts';

const TARGETS = [
  { name: 'nftables', dialect: 'nftables', backend: undefined },
  { name: 'iptables-nft', dialect: 'iptables', backend: 'nft' },
  { name: 'iptables-legacy', dialect: 'iptables', backend: 'legacy' },
] as const;

describe.each(TARGETS)('golden cases in the kernel: $name', ({ dialect, backend }) => {
  it.each(cases)('%s', async (name) => {
    const ruleset = (await rulesetsOf(name)).find((r) => r.dialect === dialect);
    if (ruleset === undefined) throw new Error(`no ${dialect} ruleset`);
    await inNamespace(async (ns) => {
      const before = await ns.listing();
      const first = await ns.applier(dialect, backend).apply(ruleset);
      expect(first.problems).toEqual([]);
      expect(first.commands).toBeGreaterThan(0);
      // A new applier knows nothing: it must find in the kernel what the first one left there.
      const again = ns.applier(dialect, backend);
      expect((await again.plan(ruleset)).changes).toEqual([]);
      expect((await again.apply(ruleset)).commands).toBe(0);
      expect((await again.clear()).problems).toEqual([]);
      expect(await ns.listing()).toBe(before);
    });
  });
});
