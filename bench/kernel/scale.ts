// Felix's nftables benchmarks through our applier: load, one member, one chain, and a resync of what is right already, at
// 100, 500 and 2,000 sets and chains. Each beside the bare tool doing the same to the same table, in turn with it. Needs
// a kernel of its own: run it inside the lab.
//   npm run bench kernel      or: node scripts/lab-exec.mjs node --import tsx bench/kernel/scale.ts [nftables …] [--sizes 1,1/4]
import { type Applier, clearAll, createApplier } from '../../src/apply/index.ts';
import { type Runner, systemRunner } from '../../src/host/index.ts';
import { printRuleset, type Ruleset } from '../../src/render/index.ts';
import { printTable, readOptions, seconds } from '../graph/lib/table.ts';
import { iptablesShape, nftShape, ODD_MEMBER, type Shape, SIZES, type Size } from './lib/shape.ts';

const ROUNDS = 5;
/** Seconds of Felix for each size, on a quiet machine: the best of its runs. */
const FELIX = {
  member: [0.013, 0.014, 0.024],
  chain: [0.02, 0.024, 0.04],
  resync: [0.41, 2.6, 15.5],
} as const;
const RESYNC_SHARE = 5;

interface Dataplane<R extends Ruleset> {
  readonly name: string;
  readonly shape: (size: Size) => Shape<R>;
  readonly options: { readonly dialect: R['dialect']; readonly backend?: 'nft' | 'legacy' };
  readonly bare: {
    readonly load: (files: ReadonlyMap<string, string>) => Promise<void>;
    readonly member: (odd: boolean) => Promise<void>;
    readonly chain: (port: number) => Promise<void>;
    /** What a resync cannot do without: listing everything. */
    readonly list: () => Promise<void>;
  };
}

async function run(argv: readonly string[], stdin?: string, runner: Runner = systemRunner): Promise<void> {
  const done = await runner.run(argv, stdin === undefined ? {} : { stdin });
  if (done.exitCode !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
}

const nftables: Dataplane<ReturnType<typeof nftShape>['ruleset']> = {
  name: 'nftables',
  shape: nftShape,
  options: { dialect: 'nftables' },
  bare: {
    load: (files) => run(['nft', '-f', '-'], files.get('nftables.nft')),
    member: (odd) =>
      run(['nft', odd ? 'add' : 'delete', 'element', 'inet', 'tortie', 's000000', `{ ${ODD_MEMBER} }`]),
    chain: (port) => {
      const rule = `meta l4proto tcp ip saddr @s000000 tcp dport ${port} counter return`;
      const name = 'inet tortie cali-pi-000000';
      return run(['nft', '-f', '-'], `flush chain ${name}\nadd rule ${name} ${rule}\n`);
    },
    list: () => run(['nft', '--stateless', 'list', 'table', 'inet', 'tortie']),
  },
};

function iptables(backend: 'nft' | 'legacy'): Dataplane<ReturnType<typeof iptablesShape>['ruleset']> {
  const restore = [`iptables-${backend}-restore`, '--noflush'];
  return {
    name: `iptables-${backend}`,
    shape: iptablesShape,
    options: { dialect: 'iptables', backend },
    bare: {
      load: async (files) => {
        await run(['ipset', 'restore'], files.get('ipset.restore'));
        await run(restore, files.get('iptables.v4'));
      },
      member: (odd) => run(['ipset', odd ? 'add' : 'del', 'tortie-s000000', ODD_MEMBER]),
      chain: (port) => {
        const rule = `-p tcp -m set --match-set tortie-s000000 src -m tcp --dport ${port} -j RETURN`;
        const name = 'tortie-pi-000000';
        return run(restore, `*filter\n:${name} - -\n-A ${name} ${rule}\nCOMMIT\n`);
      },
      list: async () => {
        const saves = [[`iptables-${backend}-save`], [`ip6tables-${backend}-save`], ['ipset', 'save']];
        await Promise.all(saves.map((argv) => run(argv)));
      },
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function put(applier: Applier, wanted: Ruleset): Promise<void> {
  const { ok, problems } = await applier.apply(wanted);
  if (!ok) throw new Error(JSON.stringify(problems));
}

async function clear(): Promise<void> {
  const { ok, problems } = await clearAll({ run: systemRunner, lock: false });
  if (!ok) throw new Error(JSON.stringify(problems));
}

interface Pair {
  bare: number;
  ours: number;
}

async function measure<R extends Ruleset>(plane: Dataplane<R>, size: Size): Promise<Record<string, Pair>> {
  const { ruleset, withMember, withChain } = plane.shape(size);
  const files = new Map(printRuleset(ruleset).map(({ file, text }) => [file, text]));
  const pairs: Record<string, Pair> = {};
  const note = (what: string, side: keyof Pair, ms: number): void => {
    const pair = (pairs[what] ??= { bare: Infinity, ours: Infinity });
    pair[side] = Math.min(pair[side], ms);
  };
  const fresh = () => createApplier({ ...plane.options, run: systemRunner, lock: false });
  let applier = fresh();
  for (let round = 0; round < 3; round++) {
    await clear();
    note('load', 'bare', await timed(() => plane.bare.load(files)));
    await clear();
    applier = fresh();
    note('load', 'ours', await timed(() => put(applier, ruleset)));
  }
  let current = ruleset;
  const both = async (what: string, bare: () => Promise<void>, next: R | (() => Promise<void>)) => {
    note(what, 'bare', await timed(bare));
    const ours = typeof next === 'function' ? next : () => put(applier, (current = next));
    note(what, 'ours', await timed(ours));
  };
  // What the bare tool has done, ours does again: a member that is there, rules that are the same.
  for (let round = 0; round < ROUNDS * 2; round++) {
    const odd = round % 2 === 0;
    note('member', 'ours', await timed(() => put(applier, (current = withMember(current, odd)))));
    await plane.bare.member(!odd);
    note('member', 'bare', await timed(() => plane.bare.member(odd)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    const port = 2000 + (round % 2);
    await both('chain', () => plane.bare.chain(port), withChain(current, port));
  }
  for (let round = 0; round < 3; round++) {
    for (const compare of ['hash', 'whole'] as const) {
      applier.forget({ compare });
      const name = compare === 'hash' ? 'resync' : 'resync, whole';
      await both(name, plane.bare.list, async () => put(applier, (current = { ...current })));
    }
  }
  await clear();
  return pairs;
}

const options = readOptions();
const planes = [nftables, iptables('nft'), iptables('legacy')] as const;
const rows: string[][] = [];
for (const plane of planes) {
  if (options.names.length > 0 && !options.names.includes(plane.name)) continue;
  for (const [i, size] of SIZES.entries()) {
    if (!options.sizes.includes(1) && !options.sizes.some((share) => size.sets === 2000 * share)) continue;
    const pairs = await measure(plane as Dataplane<Ruleset>, size);
    for (const [what, { bare, ours }] of Object.entries(pairs)) {
      const felix = FELIX[what as keyof typeof FELIX]?.[i];
      const theirs = felix === undefined ? '' : seconds(felix * 1000);
      const name = `${size.sets} × ${size.members}, ${size.chains} × ${size.rules}`;
      rows.push([plane.name, name, what, seconds(bare), seconds(ours), (ours / bare).toFixed(2), theirs]);
      console.error(rows.at(-1)?.join(' '));
      const late = what === 'resync' && felix !== undefined && ours > (felix * 1000) / RESYNC_SHARE;
      if (plane.name === 'nftables' && size.sets === 2000 && late) process.exitCode = 1;
    }
  }
}
printTable(
  ['dataplane', 'sets, chains', 'operation', 'bare tool', 'apply', 'ratio', 'Felix (nftables)'],
  rows,
);
