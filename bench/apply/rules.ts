// Applying 10,000 rules to an empty kernel, against the bare tool with the same text, in one run: at most 1.3 × `nft -f`
// and 2 × iptables-restore (which tests before it commits). Needs a kernel of its own: run it inside the lab.
import { type ApplierOptions, clearAll, createApplier } from '../../src/apply/index.ts';
import { systemRunner } from '../../src/host/index.ts';
import { chainHash, printRuleset, type Ruleset } from '../../src/render/index.ts';

const CHAINS = 100;
const RULES_PER_CHAIN = 100;
const ROUNDS = 5;

function chains(prefix: string, text: (n: number) => string) {
  const list = Array.from({ length: CHAINS }, (_, c) => {
    const rules = Array.from({ length: RULES_PER_CHAIN }, (_, r) => {
      const id = `NetworkPolicy/bench/policy-${c}/ingress/${r}`;
      return { text: text(c * RULES_PER_CHAIN + r), comment: id, rule: id };
    });
    return { name: `${prefix}policy-${c}`, hash: chainHash(rules), rules };
  });
  return new Map(list.map((chain) => [chain.name, chain]));
}

function sources() {
  const rules = [{ text: '-i cali+ -m rpfilter --invert --validmark -j DROP' }];
  return new Map([['tortie-reverse-path', { name: 'tortie-reverse-path', hash: chainHash(rules), rules }]]);
}

const nftables: Ruleset = {
  dialect: 'nftables',
  sets: new Map(),
  maps: new Map(),
  chains: chains('', (n) => `ip saddr 10.${n >> 8}.${n & 255}.0/24 tcp dport ${1000 + (n % 5000)} accept`),
};
const iptables: Ruleset = {
  dialect: 'iptables',
  ipsets: new Map(),
  tables: {
    4: new Map([
      // As in every ruleset: the check of sources is a table of its own, and a commit of its own.
      ['raw', { hooks: [], chains: sources() }],
      [
        'filter',
        {
          hooks: [],
          chains: chains(
            'tortie-',
            (n) => `-s 10.${n >> 8}.${n & 255}.0/24 -p tcp -m tcp --dport ${1000 + (n % 5000)} -j ACCEPT`,
          ),
        },
      ],
    ]),
    6: new Map(),
  },
};

interface Case {
  readonly name: string;
  readonly ruleset: Ruleset;
  readonly options: Pick<ApplierOptions, 'dialect' | 'backend'>;
  readonly bare: readonly string[];
  readonly file: string;
  readonly limit: number;
}

const CASES: readonly Case[] = [
  {
    name: 'nft',
    ruleset: nftables,
    options: { dialect: 'nftables' },
    bare: ['nft', '-f', '-'],
    file: 'nftables.nft',
    limit: 1.3,
  },
  ...(['nft', 'legacy'] as const).map((backend) => ({
    name: `iptables-${backend}`,
    ruleset: iptables,
    options: { dialect: 'iptables', backend } as const,
    bare: [`iptables-${backend}-restore`, '--noflush'],
    file: 'iptables.v4',
    limit: 2,
  })),
];

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { ok, problems } = await clearAll({ run: systemRunner, lock: false });
  if (!ok) throw new Error(JSON.stringify(problems));
  return ms;
}

console.log('10,000 rules    bare tool   apply     ratio   limit');
let bad = 0;
for (const { name, ruleset, options, bare, file, limit } of CASES) {
  const text = printRuleset(ruleset).find((f) => f.file === file)?.text ?? '';
  const best = { bare: Infinity, apply: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    best.bare = Math.min(best.bare, await timed(() => systemRunner.run(bare, { stdin: text })));
    const apply = await timed(async () => {
      const result = await createApplier({ ...options, run: systemRunner }).apply(ruleset);
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
    });
    best.apply = Math.min(best.apply, apply);
  }
  const ratio = best.apply / best.bare;
  if (ratio > limit) bad++;
  const cells = [
    name,
    `${best.bare.toFixed(0)} ms`,
    `${best.apply.toFixed(0)} ms`,
    ratio.toFixed(2),
    `${limit}`,
  ];
  console.log(cells.map((cell, i) => cell.padEnd([16, 12, 10, 8, 0][i] ?? 0)).join(''));
}
process.exitCode = bad > 0 ? 1 : 0;
