// Two versions of nft on one host, as with an agent in a container of another release. What the older has loaded, the
// newer finds unchanged, and changes and clears. The other way round nft 1.0.6 crashes, whatever it is asked to do, on every
// plain set of the host that nft 1.1.3 has written, ours or not: then we say so, and change nothing.
import { describe, expect, it } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import type { NftRuleset } from '../../src/render/index.ts';
import { cases, rulesetsOf } from '../golden/cases.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';
import { nftVersions } from '../support/nft-versions.ts';

const [older] = nftVersions;
const newer = nftVersions.at(-1) ?? older;

describe.concurrent(`loaded by nft ${older.name}, read by nft ${newer.name}`, () => {
  it.each(cases)('%s', async (name) => {
    const ruleset = await nftablesOf(name);
    await inNamespace(async (namespace) => {
      expect(await applier(namespace.with(older)).apply(ruleset)).toMatchObject({ ok: true, changed: true });
      const planned = await applier(namespace.with(newer)).plan(ruleset);
      expect(planned.problems).toEqual([]);
      expect(planned.value?.changes).toEqual([]);
    });
  });
});

describe.concurrent(`one host with nft ${older.name} and nft ${newer.name}`, () => {
  it('the newer changes and clears what the older has loaded', async () => {
    const [before, after] = [await nftablesOf('tiers-three'), await nftablesOf('nets-many')];
    await inNamespace(async (namespace) => {
      const ns = namespace.with(newer);
      expect((await applier(namespace.with(older)).apply(before)).ok).toBe(true);
      expect(await applier(ns).apply(after)).toMatchObject({ ok: true, changed: true, problems: [] });
      const planned = await applier(ns).plan(after);
      expect(planned.value?.changes).toEqual([]);
      expect(await clearAll({ run: ns.run, lock: false })).toMatchObject({ ok: true, problems: [] });
      expect(await namespace.with(older).ours()).toEqual([]);
    });
  });

  it.each<[string, keyof typeof writers]>([
    ['our own table', 'ours'],
    ['a table of others', 'others'],
  ])('the older reads what the newer wrote in %s, or says so and leaves all as it was', async (_, whose) => {
    const [before, after] = [await nftablesOf('tiers-three'), await nftablesOf('nets-many')];
    await inNamespace(async (namespace) => {
      const [old, young] = [namespace.with(older), namespace.with(newer)];
      await writers[whose](old, young, before);
      const listed = () => young.sh(['nft', '-s', 'list', 'ruleset']);
      const there = await listed();
      const able = (await old.run.run(['nft', 'list', 'tables'])).exitCode === 0;
      const applied = await applier(old).apply(after);
      const untouched = (await listed()) === there;
      const cleared = await clearAll({ run: old.run, lock: false });
      const crashes = [...applied.problems, ...cleared.problems].filter(
        (p) => p.severity === 'error' && p.message.includes('status 139'),
      );
      expect([applied.ok, applied.changed, untouched, cleared.ok, crashes.length]).toEqual(
        able ? [true, true, false, true, 0] : [false, false, true, false, 2],
      );
      expect((await listed()) === there).toBe(!able);
    });
  });
});

const writers = {
  ours: async (_: TestNamespace, young: TestNamespace, ruleset: NftRuleset) => {
    await applier(young).apply(ruleset);
  },
  others: async (old: TestNamespace, young: TestNamespace, ruleset: NftRuleset) => {
    await applier(old).apply(ruleset);
    await young.sh(['nft', 'add table ip others; add set ip others s { type ipv4_addr; }']);
  },
};

async function nftablesOf(name: string): Promise<NftRuleset> {
  const ruleset = (await rulesetsOf(name)).find((r) => r.dialect === 'nftables');
  if (ruleset === undefined) throw new Error(`no nftables ruleset for ${name}`);
  return ruleset;
}

function applier({ run }: TestNamespace) {
  return createApplier({ dialect: 'nftables', run, lock: false });
}
