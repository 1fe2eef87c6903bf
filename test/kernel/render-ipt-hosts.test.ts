// Host endpoints in real kernels: three tables of both families are taken by both backends, applied twice without a change,
// changed from one policy to another with the tables in between, and cleared without residue.
import { describe, expect, test } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import type { Runner } from '../../src/host/index.ts';
import { buildProgram } from '../../src/render/build-program.ts';
import { lowerIptables } from '../../src/render/iptables/lower.ts';
import { type HostSketch, netSet, nodePolicy, type TierSketch } from '../../src/verdict/testing.ts';
import { inNamespace } from '../support/namespace.ts';

const BACKENDS = ['nft', 'legacy'] as const;

function tiers(name: string, action: 'allow' | 'deny'): Readonly<Record<string, TierSketch>> {
  const side = { sets: ['s'] };
  const rules = [{ action: 'log', protocol: 6 } as const, { action, protocol: 6, source: side } as const];
  return { t: { policies: { [name]: { ingress: rules, egress: [{ action, destination: side }] } } } };
}

function lists(action: 'allow' | 'deny'): NonNullable<HostSketch['lists']> {
  return {
    untracked: tiers('u', action),
    preDnat: tiers('d', action),
    forward: tiers('f', action),
    normal: tiers('n', action),
  };
}

function ruleset(hosts: Readonly<Record<string, HostSketch>>, mode: 'insert' | 'append' = 'insert') {
  const { iptables } = nodePolicy({}).config;
  const failsafeInbound = [
    ...Array.from({ length: 20 }, (_, i) => ({ protocol: 6, port: 22 + i })),
    { protocol: 17, port: 68, net: '10.0.0.0/8' },
    { protocol: 132, port: 99, net: 'fd00::/8' },
  ];
  const policy = nodePolicy(
    { a: { profiles: { x: { ingress: [{ action: 'allow' }] } } }, b: { interfaceName: 'veth7' } },
    {
      hosts,
      ipSets: [netSet('s', '10.0.0.0/24', 'fd00::/64')],
      config: { iptables: { ...iptables, denyAction: 'reject' }, chainInsertMode: mode, failsafeInbound },
    },
  );
  return lowerIptables(buildProgram(policy));
}

const UP = { interfaceName: 'up0' };
const FIRST = { up: { ...UP, lists: lists('allow') }, any: { interfaceName: '*', lists: lists('deny') } };
const SECOND = { up: { ...UP, lists: lists('deny') }, down: { interfaceName: 'up1', lists: lists('allow') } };
const BARE = { up: { ...UP, profiles: { y: { egress: [{ action: 'allow' as const }] } } } };

async function saved(run: Runner, backend: string): Promise<string> {
  const texts = [];
  for (const tool of ['iptables', 'ip6tables'])
    texts.push((await run.run([`${tool}-${backend}-save`])).stdout);
  return texts
    .join('')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}

describe.each(BACKENDS)('iptables-%s', (backend) => {
  test('applied twice, changed, and cleared', async () => {
    await inNamespace(async ({ run }) => {
      const tool = `iptables-${backend}`;
      for (const table of ['raw', 'mangle', 'filter']) {
        for (const chain of ['OUTPUT', ...(table === 'filter' ? ['FORWARD'] : ['PREROUTING'])]) {
          await run.run([tool, '-t', table, '-A', chain, '-s', '192.0.2.1', '-j', 'ACCEPT']);
        }
      }
      const others = (await saved(run, backend)).split('\n').filter((line) => line.startsWith('-A'));
      const options = { run, dialect: 'iptables', backend, lock: false } as const;
      const applier = createApplier(options);
      for (const wanted of [
        ruleset(FIRST),
        ruleset(SECOND),
        ruleset(BARE),
        ruleset({}),
        ruleset(SECOND, 'append'),
        ruleset(FIRST),
      ]) {
        expect(await applier.apply(wanted)).toMatchObject({ ok: true, changed: true, problems: [] });
        const text = await saved(run, backend);
        expect(text).not.toContain('tortie-new-');
        // By memory, and by what an applier finds that knows nothing yet.
        expect(await applier.apply(wanted)).toMatchObject({ ok: true, changed: false, problems: [] });
        const again = await createApplier(options).apply(wanted);
        expect(again).toMatchObject({ ok: true, changed: false, problems: [] });
        expect(await saved(run, backend)).toBe(text);
      }
      expect(await clearAll({ run, lock: false })).toMatchObject({ ok: true, problems: [] });
      const left = await saved(run, backend);
      expect(left).not.toContain('tortie');
      expect(left.split('\n').filter((line) => line.startsWith('-A'))).toEqual(others);
      expect((await run.run(['ipset', 'save'])).stdout).toBe('');
    });
  });
});
