// Cost follows the size of the change, from a resource to the commands: what one member, one policy and one endpoint
// cost in chains rendered, commands run and lines of their input, at two sizes of everything else.
import { describe, expect, it } from 'vitest';
import { type Call, fakeRunner } from '../host/run-fake.ts';
import { createGraph } from '../policy/index.ts';
import { allowFrom, endpoint, globalPolicy, keyOf, networkSet } from '../policy/testing/resources.ts';
import { createRenderer, type Dialect, type Ruleset } from '../render/index.ts';
import type { Resource } from '../resources/index.ts';
import { createApplier } from './applier.ts';

interface Cost {
  /** Chains, or sets, that were made anew; those of hooks and dispatch, which always are, do not count. */
  readonly chains: number;
  readonly sets: number;
  readonly commands: readonly string[];
  /** Of all commands together. */
  readonly lines: readonly string[];
}

const chainsOf = (ruleset: Ruleset) =>
  ruleset.dialect === 'nftables'
    ? [...ruleset.chains.values()]
    : Object.values(ruleset.tables).flatMap((tables) =>
        [...tables.values()].flatMap((table) => [...table.chains.values()]),
      );
const setsOf = (ruleset: Ruleset): readonly object[] => [
  ...(ruleset.dialect === 'nftables' ? ruleset.sets : ruleset.ipsets).values(),
];
const fresh = (before: readonly object[], after: readonly object[]) => {
  const known = new Set(before);
  return after.filter((object) => !known.has(object)).length;
};

const local = (n: number, app = `a${n % 3}`) =>
  endpoint(`a/local${n}`, `10.9.${n >> 8}.${n & 255}`, { labels: { app } });
const remote = (n: number, address = `10.0.0.${n}`) =>
  endpoint(`a/remote${n}`, address, { node: 'n2', labels: { role: `r${n}` } });
const policy = (n: number, port = 80) =>
  globalPolicy(`p${String(n).padStart(3, '0')}`, {
    selector: `app == 'a${n % 3}'`,
    ingress: [
      allowFrom({ selector: `role == 'r${n}'` }, { protocol: 'TCP', destination: { ports: [port] } }),
      allowFrom({ selector: `set == 's${n}'` }),
    ],
  });

/** A node in force with `size` endpoints and policies, and what one more resource costs. */
async function start(dialect: Dialect, size: number) {
  const graph = createGraph({ nodes: ['n1'] });
  const renderer = createRenderer(dialect);
  const run = fakeRunner(({ argv }: Call) =>
    argv[0] === 'nft' && argv.includes('table') ? { exitCode: 1, stderr: 'No such file or directory' } : {},
  );
  const applier = createApplier({ dialect, backend: 'nft', run, lock: false });
  let last: Ruleset | undefined;
  const put = async (...resources: readonly Resource[]): Promise<Cost> => {
    graph.onUpdates(resources.map((value) => ({ key: keyOf(value), value })));
    graph.flush();
    const ruleset = renderer.render(graph.nodePolicy('n1'));
    const from = run.calls.length;
    const { problems } = await applier.apply(ruleset);
    expect(problems).toEqual([]);
    const calls = run.calls.slice(from);
    const cost = {
      chains: fresh(last ? chainsOf(last) : [], chainsOf(ruleset)),
      sets: fresh(last ? setsOf(last) : [], setsOf(ruleset)),
      commands: calls.map(({ argv }) => argv.filter((word) => !/^(?:-f|-|--wait|\d+)$/.test(word)).join(' ')),
      lines: calls.flatMap(({ stdin }) => stdin.split('\n').filter((line) => line !== '')),
    };
    last = ruleset;
    return cost;
  };
  graph.onStatus('in-sync');
  const each = <T>(make: (n: number) => T) => Array.from({ length: size }, (_, n) => make(n));
  const nets = (n: number) => networkSet(`s${n}`, `11.0.${n}.1/32`, { set: `s${n}` });
  await put(...each((n) => local(n)), ...each((n) => remote(n)), ...each((n) => policy(n)), ...each(nets));
  const idle = await put();
  // Hooks, and for iptables the dispatch, whose chains have up to eight endpoints, in three hooks of two families.
  const few = dialect === 'nftables' ? 10 : 20 + size;
  expect([idle.chains <= few, idle.sets <= 1, idle.commands]).toEqual([true, true, []]);
  return async (...resources: readonly Resource[]): Promise<Cost> => {
    const cost = await put(...resources);
    return { ...cost, chains: cost.chains - idle.chains, sets: cost.sets - idle.sets };
  };
}

describe.each([12, 150])('with %i endpoints and policies', (size) => {
  it('one member more is one line of one nft command, and no chain', async () => {
    const put = await start('nftables', size);
    expect(await put(networkSet('s1', '11.0.1.1/32 11.0.1.2/32', { set: 's1' }))).toEqual({
      chains: 0,
      // Both families of the one IP set.
      sets: 2,
      commands: ['nft'],
      lines: [expect.stringMatching(/^add element inet tortie set-s-\S+-v4 \{ 11\.0\.1\.2 \}$/)],
    });
  });

  it('one member more is one line for ipset', async () => {
    const put = await start('iptables', size);
    expect(await put(networkSet('s1', '11.0.1.1/32 11.0.1.2/32', { set: 's1' }))).toMatchObject({
      chains: 0,
      commands: ['ipset restore'],
      lines: [expect.stringMatching(/^add tortie-\S+ 11\.0\.1\.2(?:\/32)? -exist$/)],
    });
  });

  it('one policy changed is its own chain', async () => {
    const put = await start('nftables', size);
    const { lines, ...cost } = await put(policy(1, 81));
    expect(cost).toEqual({ chains: 1, sets: 0, commands: ['nft'] });
    // Two rules of two families.
    expect(lines.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'flush chain',
      ...Array(4).fill('add rule'),
    ]);
  });

  it('one policy changed is its chain of each family for iptables', async () => {
    const put = await start('iptables', size);
    const { lines, ...cost } = await put(policy(1, 81));
    const restore = ['iptables-nft-restore', 'ip6tables-nft-restore'];
    expect(cost).toEqual({
      chains: 2,
      sets: 0,
      commands: [`${restore[1]} --noflush --test`, ...restore.map((c) => `${c} --noflush`)],
    });
    // Table, declaration, two rules, COMMIT: in the test of one family and the commits of both.
    expect(lines).toHaveLength(3 * 5);
  });

  it('one policy changed for one family is one command for iptables, which nothing tests before', async () => {
    const put = await start('iptables', size);
    const only = (net: string) =>
      globalPolicy('p001', { selector: `app == 'a1'`, ingress: [allowFrom({ nets: [net] })] });
    await put(only('10.1.0.0/16'));
    expect(await put(only('10.2.0.0/16'))).toMatchObject({
      // Made for both families, and the same as before in one.
      chains: 2,
      sets: 0,
      commands: ['iptables-nft-restore --noflush'],
    });
  });

  it('one endpoint more of a known kind is two edges, or its own two chains', async () => {
    const put = await start('nftables', size);
    const { chains, sets, commands, lines } = await put(local(size, 'a1'));
    expect([sets, commands]).toEqual([0, ['nft']]);
    const shared = size / 3 >= 32;
    // Its outgoing list is short in any case, and stays its own; no policy is in it.
    expect(chains).toBe(shared ? 1 : 2);
    const edges = lines.filter((line) => line.startsWith('add element'));
    expect(edges).toEqual([
      expect.stringMatching(/^add element inet tortie from-workload /),
      expect.stringMatching(/^add element inet tortie to-workload /),
    ]);
    const calls = lines.filter((line) => line.includes(' jump policy-'));
    expect(calls).toHaveLength(shared ? 0 : size / 3);
  });

  it('one endpoint more of a known kind leaves all lists as they are for iptables', async () => {
    const put = await start('iptables', size);
    const { chains, sets, lines } = await put(local(size, 'a1'));
    expect(sets).toBe(0);
    // A leaf of each dispatch and what leads there, in two families and three hooks at most; a leaf has few names.
    expect(chains).toBeLessThanOrEqual(2 * 3 * 4);
    expect(lines.filter((line) => / -j tortie-pi-/.test(line))).toEqual([]);
    expect(lines.length).toBeLessThan(300);
  });

  it('nothing new is no command', async () => {
    for (const dialect of ['nftables', 'iptables'] as const) {
      const put = await start(dialect, size);
      expect(await put(policy(1))).toEqual({ chains: 0, sets: 0, commands: [], lines: [] });
    }
  });
});
