// Every golden case in a real kernel: with every version of nft and with both iptables backends, applied twice with no change the second
// time, and cleared without residue. Most of the time goes into waiting for the kernel, so several run at once.
import { describe, expect, it } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import { cases, rulesetsOf } from '../golden/cases.ts';
import { inNamespace } from '../support/namespace.ts';
import { nftVersions } from '../support/nft-versions.ts';

const [systemNft] = nftVersions;
const TARGETS = [
  ...nftVersions.map((nft) => ({
    name: `nftables (nft ${nft.name})`,
    dialect: 'nftables' as const,
    backend: 'auto' as const,
    nft,
  })),
  { name: 'iptables-nft', dialect: 'iptables', backend: 'nft', nft: systemNft },
  { name: 'iptables-legacy', dialect: 'iptables', backend: 'legacy', nft: systemNft },
] as const;

describe.concurrent.each(TARGETS)('golden cases in the kernel: $name', ({ dialect, backend, nft }) => {
  it.each(cases)('%s', async (name) => {
    const ruleset = (await rulesetsOf(name)).find((r) => r.dialect === dialect);
    if (ruleset === undefined) throw new Error(`no ${dialect} ruleset`);
    await inNamespace(async (namespace) => {
      const { run, ours } = namespace.with(nft);
      const options = { dialect, backend, run, lock: false } as const;
      const first = await createApplier(options).apply(ruleset);
      expect(first.problems).toEqual([]);
      expect([first.ok, first.changed]).toEqual([true, true]);
      expect(await ours()).not.toEqual([]);
      // A new applier knows nothing: it must find in the kernel what the first one left there.
      const again = await createApplier(options).apply(ruleset);
      expect(again.plan?.changes).toEqual([]);
      expect([again.ok, again.changed]).toEqual([true, false]);
      expect((await clearAll({ run, lock: false })).problems).toEqual([]);
      expect(await ours()).toEqual([]);
    });
  });
});
