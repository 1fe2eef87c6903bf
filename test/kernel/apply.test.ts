// The applier against a real kernel, each test in a network namespace of its own. Work is counted in commands, not time.
import { describe, expect, it } from 'vitest';
import { clearAll, createApplier, type ApplierOptions } from '../../src/apply/index.ts';
import { faultyRunner, recordingRunner } from '../../src/host/run-fake.ts';
import type { Runner } from '../../src/host/index.ts';
import {
  chainHash,
  type IptablesRuleset,
  type NftChain,
  type NftRuleset,
  type RuleLine,
  type Ruleset,
} from '../../src/render/index.ts';
import { FOREIGN } from '../support/foreign-rules.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';

interface Variant {
  /** Ports that are accepted; the last policy rule has index `ports.length - 1`. */
  readonly ports?: readonly number[];
  readonly allowed?: readonly string[];
  readonly denied?: readonly string[];
  /** A rule that no kernel takes. */
  readonly bad?: boolean;
  readonly chain?: string;
}

const POLICY = 'NetworkPolicy/prod/web';

function rules(texts: readonly string[]): readonly RuleLine[] {
  return texts.map((text, i) => ({
    text,
    rule: `${POLICY}/ingress/${i}`,
    comment: `${POLICY}/ingress/${i}`,
  }));
}

function chain(name: string, lines: readonly RuleLine[]) {
  return { name, hash: chainHash(lines), rules: lines };
}

function byName<T extends { readonly name: string }>(...items: T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function nftables({
  ports = [80],
  allowed = ['10.0.0.1'],
  denied = ['10.9.0.0/16'],
  bad = false,
  chain: name = 'policy-web',
}: Variant = {}): NftRuleset {
  const texts = [
    'ip saddr @denied drop',
    ...ports.map((p) => `ip saddr @allowed tcp dport ${p} accept`),
    ...(bad ? ['meta l4proto tcp jump nowhere'] : []),
  ];
  const base = { type: 'filter', hook: 'forward', priority: 0 } as const;
  return {
    dialect: 'nftables',
    sets: byName(
      { name: 'allowed', type: 'ipv4_addr', interval: false, elements: allowed },
      { name: 'denied', type: 'ipv4_addr', interval: true, elements: denied },
    ),
    maps: byName({ name: 'dispatch', type: 'ifname', elements: new Map([['cali1', `goto ${name}`]]) }),
    chains: byName<NftChain>(
      { ...chain('forward', [{ text: 'oifname vmap @dispatch' }]), base },
      chain(name, rules(texts)),
    ),
  };
}

function iptables({
  ports = [80],
  allowed = ['10.0.0.1'],
  denied = ['10.9.0.0/16'],
  bad = false,
  chain: name = 'tortie-policy-web',
}: Variant = {}): IptablesRuleset {
  const texts = (set4: string) => [
    ...(set4 ? [`-m set --match-set tortie-denied src -j DROP`] : []),
    ...ports.map((p) => `${set4}-p tcp -m tcp --dport ${p} -j ACCEPT`),
    ...(bad ? ['-p tcp -m tcp --dport 1:2:3 -j ACCEPT'] : []),
  ];
  const table = (set: string) => ({
    chains: byName(
      chain('tortie-FORWARD', [{ text: `-o cali+ -j ${name}` }]),
      chain('tortie-last', [{ text: '' }]),
      chain(name, rules(texts(set))),
    ),
    hooks: [
      {
        chain: 'FORWARD',
        position: 'insert' as const,
        rule: { text: '-j tortie-FORWARD', comment: 'tortie:aaaaaaaaaaaaaaaa' },
      },
      {
        chain: 'FORWARD',
        position: 'append' as const,
        rule: { text: '-j tortie-last', comment: 'tortie:bbbbbbbbbbbbbbbb' },
      },
    ],
  });
  const ipset = { type: 'hash:net', family: 4, options: 'maxelem 1048576' } as const;
  return {
    dialect: 'iptables',
    tables: {
      4: new Map([['filter', table('-m set --match-set tortie-allowed src ')]]),
      6: new Map([['filter', table('')]]),
    },
    ipsets: byName(
      { name: 'tortie-allowed', ...ipset, members: allowed, use: 'loosens' as const },
      { name: 'tortie-denied', ...ipset, members: denied, use: 'restricts' as const },
    ),
  };
}

interface Target {
  readonly name: string;
  readonly make: (variant?: Variant) => Ruleset;
  readonly options: Pick<ApplierOptions, 'dialect' | 'backend'>;
  readonly list: (ns: TestNamespace) => Promise<string>;
}

const strip = (text: string) =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/\[\d+:\d+\]/g, '')
    .replace(/ (?:initval|bucketsize|hashsize) \w+/g, '');
const save = (backend: string) => async (ns: TestNamespace) => {
  const sets = (await ns.sh(['ipset', 'save'])).split('\n').toSorted().join('\n');
  return strip(
    (await ns.sh([`iptables-${backend}-save`])) + (await ns.sh([`ip6tables-${backend}-save`])) + sets,
  );
};

const TARGETS: readonly Target[] = [
  {
    name: 'nftables',
    make: nftables,
    options: { dialect: 'nftables' },
    list: (ns) => ns.sh(['nft', '-s', 'list', 'ruleset']),
  },
  {
    name: 'iptables-nft',
    make: iptables,
    options: { dialect: 'iptables', backend: 'nft' },
    list: save('nft'),
  },
  {
    name: 'iptables-legacy',
    make: iptables,
    options: { dialect: 'iptables', backend: 'legacy' },
    list: save('legacy'),
  },
];

const applier = (target: Target, run: Runner) => createApplier({ ...target.options, run, lock: false });

/** Those commands of a recording that can change anything. */
const writes = (calls: readonly { argv: readonly string[] }[]) =>
  calls
    .map((c) => c.argv.join(' '))
    .filter((c) => /(?:-restore|nft -f|ipset restore)/.test(c) && !/--test|unshare/.test(c));

describe.each(TARGETS)('apply: $name', (target) => {
  const { make, list } = target;

  it('does nothing the second time: no command in one process, no change in another', () =>
    inNamespace(async (ns) => {
      const run = recordingRunner(ns.run);
      const first = applier(target, run);
      const wanted = make();
      expect(await first.apply(wanted)).toMatchObject({ ok: true, changed: true, problems: [] });
      const count = run.calls.length;
      expect(await first.apply(wanted)).toMatchObject({ ok: true, changed: false });
      // Another object of the same value is compared in memory.
      expect(await first.apply(make())).toMatchObject({ ok: true, changed: false });
      expect(run.calls).toHaveLength(count);
      const second = recordingRunner(ns.run);
      const again = await applier(target, second).apply(make());
      expect(again).toMatchObject({
        ok: true,
        changed: false,
        problems: [],
        plan: { changes: [], commands: [] },
      });
      expect(writes(second.calls)).toEqual([]);
    }));

  it('applies a change without looking at the kernel, and arrives where a fresh load does', () =>
    inNamespace(async (ns) => {
      const run = recordingRunner(ns.run);
      const changing = applier(target, run);
      const next = {
        ports: [80, 443],
        allowed: ['10.0.0.2', '10.0.0.3'],
        denied: ['10.8.0.0/16'],
        chain: `${target.options.dialect === 'iptables' ? 'tortie-' : ''}other`,
      };
      await changing.apply(make());
      const before = run.calls.length;
      expect(await changing.apply(make(next))).toMatchObject({ ok: true, changed: true, problems: [] });
      const used = run.calls.slice(before).map((c) => c.argv.join(' '));
      expect(used.filter((c) => /list|save/.test(c))).toEqual([]);
      expect(used).toHaveLength(target.options.dialect === 'nftables' ? 1 : 6);
      const changed = await list(ns);
      await clearAll({ run: ns.run, lock: false });
      await applier(target, ns.run).apply(make(next));
      expect(sorted(changed)).toEqual(sorted(await list(ns)));
    }));

  it('changes one member with one command', () =>
    inNamespace(async (ns) => {
      const run = recordingRunner(ns.run);
      const changing = applier(target, run);
      const old = make();
      await changing.apply(old);
      const before = run.calls.length;
      await changing.apply(make({ allowed: ['10.0.0.1', '10.0.0.9'] }));
      expect(run.calls.slice(before)).toHaveLength(1);
      expect(run.calls[before]?.stdin).toMatch(/^add \S+ .*10\.0\.0\.9.*\n$/);
      expect(await list(ns)).toContain('10.0.0.9');
    }));

  it('leaves no residue and touches nothing of others, byte for byte', () =>
    inNamespace(async (ns) => {
      for (const { argv, stdin } of FOREIGN) await ns.sh(argv, stdin);
      const before = await everything(ns);
      expect(await applier(target, ns.run).apply(make())).toMatchObject({ ok: true, problems: [] });
      const during = await everything(ns);
      expect(during).not.toEqual(before);
      expect(withoutOurs(during)).toEqual(withoutOurs(before));
      expect(await clearAll({ run: ns.run, lock: false, dryRun: true })).toMatchObject({ ok: true });
      expect(await everything(ns)).toEqual(during);
      const cleared = await clearAll({ run: ns.run, lock: false });
      expect(cleared).toMatchObject({ ok: true, problems: [] });
      expect(cleared.removed.length).toBeGreaterThan(0);
      expect(await everything(ns)).toEqual(before);
      expect(await clearAll({ run: ns.run, lock: false })).toEqual({ ok: true, removed: [], problems: [] });
    }));

  it('keeps the old rules when the kernel refuses one, and names the policy rule', () =>
    inNamespace(async (ns) => {
      const changing = applier(target, ns.run);
      await changing.apply(make());
      const before = await list(ns);
      const refused = await changing.apply(
        make({ bad: true, ports: [443], allowed: [], denied: ['10.9.0.0/16', '172.16.0.0/12'] }),
      );
      expect(refused.ok).toBe(false);
      expect(await list(ns)).toEqual(before);
      const [problem] = refused.problems;
      expect(problem).toMatchObject({
        code: 'apply/refused',
        resource: POLICY,
        path: ['spec', 'ingress', 2],
      });
      // The line itself, too.
      expect(JSON.stringify(problem?.notes)).toMatch(/jump nowhere|--dport 1:2:3/);
      // And the applier goes on from there.
      expect(await changing.apply(make({ ports: [8080] }))).toMatchObject({ ok: true });
      expect(await list(ns)).toContain('8080');
    }));

  it('finds what others did to our rules, although the hash in the comment is still there', () =>
    inNamespace(async (ns) => {
      await applier(target, ns.run).apply(make());
      const before = await list(ns);
      await tamper(target, ns);
      expect(await list(ns)).not.toEqual(before);
      const planned = await applier(target, ns.run).plan(make());
      expect(planned.value?.changes.map((c) => c.object)).toContain('rule');
      expect(JSON.stringify(planned.value?.changes)).toContain('8888');
      expect(await applier(target, ns.run).apply(make())).toMatchObject({ ok: true, changed: true });
      expect(sorted(await list(ns))).toEqual(sorted(before));
    }));

  it('still works where no scratch namespace can be had, with a warning', () =>
    inNamespace(async (ns) => {
      await applier(target, ns.run).apply(make());
      const run = faultyRunner(ns.run, ({ argv }) =>
        argv[0] === 'unshare'
          ? { exitCode: 1, stderr: 'unshare: unshare failed: Operation not permitted\n' }
          : undefined,
      );
      expect(await applier(target, run).apply(make())).toMatchObject({
        ok: true,
        changed: false,
        problems: [{ code: 'apply/not-compared', severity: 'warning' }],
      });
    }));
});

describe.each(TARGETS.slice(1))('hooks: $name', (target) => {
  const backend = target.options.backend ?? '';
  it.each([
    ['flushed', [['-F', 'FORWARD']]],
    ['pushed down', [['-I', 'FORWARD', '-s', '192.0.2.1', '-j', 'ACCEPT']]],
    ['no longer last', [['-A', 'FORWARD', '-s', '192.0.2.1', '-j', 'ACCEPT']]],
    ['doubled', [['-I', 'FORWARD', '-j', 'tortie-FORWARD']]],
    ['sent to another chain', [['-R', 'FORWARD', '1', '-j', 'tortie-last']]],
  ])('are put right when %s', (_name, commands) =>
    inNamespace(async (ns) => {
      await applier(target, ns.run).apply(target.make());
      for (const args of commands) await ns.sh([`iptables-${backend}`, ...args]);
      const fixed = await applier(target, ns.run).apply(target.make());
      expect(fixed).toMatchObject({ ok: true, changed: true, problems: [] });
      expect(fixed.plan?.changes.every((c) => c.object === 'hook')).toBe(true);
      const forward = (await ns.sh([`iptables-${backend}-save`]))
        .split('\n')
        .filter((l) => l.startsWith('-A FORWARD'));
      expect(forward.at(0)).toMatch(/aaaaaaaaaaaaaaaa.* -j tortie-FORWARD$/);
      expect(forward.at(-1)).toMatch(/bbbbbbbbbbbbbbbb.* -j tortie-last$/);
      expect(forward.filter((l) => l.includes('tortie'))).toHaveLength(2);
      expect(await applier(target, ns.run).apply(target.make())).toMatchObject({ ok: true, changed: false });
    }),
  );

  it('puts everything back wherever a command fails', () =>
    inNamespace(async (ns) => {
      await applier(target, ns.run).apply(target.make());
      const before = await target.list(ns);
      const next = target.make({
        ports: [1, 2],
        allowed: ['10.0.0.7'],
        denied: ['10.7.0.0/16'],
        chain: 'tortie-next',
      });
      const wanted = {
        ...next,
        ipsets: new Map([
          ...(next as IptablesRuleset).ipsets,
          [
            'tortie-new',
            {
              name: 'tortie-new',
              type: 'hash:net',
              family: 4,
              options: 'maxelem 1048576',
              members: ['10.1.1.1'],
              use: 'mixed',
            },
          ],
        ]),
      } as IptablesRuleset;
      let failures = 0;
      for (let step = 0; ; step++) {
        let seen = -1;
        let hit = false;
        // One step fails once; what takes it back works.
        const run = faultyRunner(ns.run, ({ argv }) => {
          if (!/restore/.test(argv.join(' ')) || argv[0] === 'unshare' || hit) return undefined;
          seen += 1;
          hit = seen === step;
          return hit ? { stderr: 'injected' } : undefined;
        });
        const result = await applier(target, run).apply(wanted);
        expect([result.ok, result.problems.length === 0]).toEqual([!hit, !hit]);
        if (!hit) break;
        failures += 1;
        expect(JSON.stringify(result.problems)).toContain('injected');
        expect(sorted(await target.list(ns))).toEqual(sorted(before));
      }
      expect(failures).toBe(7); // create, test v4, test v6, restrict, v4, v6, loosen
    }));
});

describe('a change of dataplane', () => {
  it.each(
    TARGETS.flatMap((from) =>
      TARGETS.filter((to) => to !== from).map((to) => [from.name, to.name, from, to] as const),
    ),
  )('from %s to %s: the new rules are in force before the old ones go', (_from, _to, from, to) =>
    inNamespace(async (ns) => {
      await applier(from, ns.run).apply(from.make());
      const run = recordingRunner(ns.run);
      expect(await applier(to, run).apply(to.make())).toMatchObject({
        ok: true,
        changed: true,
        problems: [],
      });
      const fresh = await to.list(ns);
      await clearAll({ run: ns.run, lock: false });
      await applier(to, ns.run).apply(to.make());
      expect(sorted(withoutEmpty(fresh))).toEqual(sorted(withoutEmpty(await to.list(ns))));
      const order = run.calls.map((c) => c.stdin);
      const built = order.findIndex((s) => /policy-web/.test(s) && /accept|ACCEPT/.test(s));
      const removed = order.findLastIndex((s) => /delete table|^-X/m.test(s));
      expect(built).toBeLessThan(removed);
    }),
  );
});

async function tamper({ options }: Target, ns: TestNamespace): Promise<void> {
  if (options.dialect === 'nftables') {
    const listed = await ns.sh(['nft', '-a', 'list', 'chain', 'inet', 'tortie', 'policy-web']);
    const handle = /dport 80 .*# handle (\d+)/.exec(listed)?.[1] ?? '';
    await ns.sh([
      'nft',
      'replace',
      'rule',
      'inet',
      'tortie',
      'policy-web',
      'handle',
      handle,
      'tcp',
      'dport',
      '8888',
      'accept',
    ]);
  } else {
    const rule = ['-R', 'tortie-policy-web', '2', '-p', 'tcp', '--dport', '8888', '-j', 'ACCEPT'];
    await ns.sh([`iptables-${options.backend}`, ...rule]);
  }
}

const sorted = (text: string) => text.split('\n').toSorted();
/** iptables-nft leaves its empty tables and chains behind, also in the listing of nft. */
const withoutEmpty = (text: string) => /table inet tortie[^]*?\n}/.exec(text)?.[0] ?? text;

async function everything(ns: TestNamespace): Promise<string[]> {
  const parts = await Promise.all([
    ns.sh(['nft', '-s', 'list', 'ruleset']),
    ...['iptables', 'ip6tables'].flatMap((t) => ['nft', 'legacy'].map((b) => ns.sh([`${t}-${b}-save`]))),
    ns.sh(['ipset', 'save']),
  ]);
  return parts.map(strip);
}

/** The listings without our table, and without lines that mention us. */
function withoutOurs(listings: readonly string[]): string[] {
  return listings.map((text) =>
    text
      .replace(/table inet tortie \{[^]*?\n\}\n/, '')
      .replace(/\tchain tortie[^]*?\n\t\}\n\n?/g, '')
      .split('\n')
      .filter((line) => !line.includes('tortie') && line.trim() !== '')
      .join('\n'),
  );
}
