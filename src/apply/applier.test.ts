// What an applier reads of the kernel, and when: never in the path of a change, and only as much as it was told to.
import { expect, it } from 'vitest';
import { type Call, fakeRunner } from '../host/run-fake.ts';
import { chainOf, nftRuleset, policyRules } from '../plan/testing.ts';
import { printRuleset } from '../render/index.ts';
import { createApplier } from './applier.ts';

const web = (text: string) => chainOf('web', policyRules('NetworkPolicy/prod/web', [text]));
const set = (...elements: string[]) => ({ name: 'set-a', type: 'ipv4_addr', interval: false, elements });
const wanted = nftRuleset({ chains: [web('ip saddr @set-a counter accept')], sets: [set('10.0.0.1')] });

/** A kernel that holds `wanted` from the start, but for the members of its set. */
function start(members: string) {
  const [file] = printRuleset(wanted);
  const listing = (file?.text ?? '').replace(/^[^]*?\n\n/, '').replace('10.0.0.1', members);
  const run = fakeRunner(({ argv }: Call) => ({
    stdout: argv.includes('list') || argv[0] === 'unshare' ? listing : '',
  }));
  const applier = createApplier({ dialect: 'nftables', run, lock: false });
  const apply = async (): Promise<string[]> => {
    const from = run.calls.length;
    const { problems } = await applier.apply({ ...wanted });
    expect(problems).toEqual([]);
    const programs = run.calls.slice(from).filter(({ argv }) => !/^(?:ip6?tables|ipset)/.test(argv[0] ?? ''));
    return programs.map(({ argv, stdin }) => (argv[0] === 'nft' && stdin ? stdin.trim() : (argv[0] ?? '')));
  };
  return { applier, apply };
}

it('compares whole at first, and then reads nothing', async () => {
  const { apply } = start('10.0.0.1');
  expect(await apply()).toEqual(['nft', 'unshare']);
  expect(await apply()).toEqual([]);
});

it('looks again when it is told to forget, whole or by hash', async () => {
  const { applier, apply } = start('10.0.0.1');
  await apply();
  applier.forget({ compare: 'hash' });
  expect(await apply()).toEqual(['nft']);
  applier.forget();
  expect(await apply()).toEqual(['nft', 'unshare']);
});

it('by hash, finds members that are wrong', async () => {
  const { applier, apply } = start('10.0.0.2');
  applier.forget({ compare: 'hash' });
  expect(await apply()).toEqual([
    'nft',
    'delete element inet tortie set-a { 10.0.0.2 }\nadd element inet tortie set-a { 10.0.0.1 }',
  ]);
});
