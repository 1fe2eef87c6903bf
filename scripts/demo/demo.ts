// The demo: examples/shop on a node of namespaces, enforced by the real command line on both dataplanes, every pair
// probed on the real kernel before and after, one policy changed, then the node itself protected. Run by scripts/demo.mjs inside a private lab.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Lab } from '../../test/lab/lab.ts';
import { HOST_SERVICES, legend, placesOf, printMatrix, probeAll, SERVICES, type Matrix } from './matrix.ts';
import { compile, HOST_POLICY, NEXT, NODE, openShop, ROOT, SHOP } from './sample.ts';

const CLI = join(ROOT, 'dist/bin/tortie.js');
const DATAPLANES = [
  { dataplane: 'nftables', backend: [] },
  { dataplane: 'iptables', backend: ['--iptables-backend', 'nft'] },
] as const;

let probes = 0;
const wrong: string[] = [];

function heading(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}`);
}

interface Shown {
  /** Exit statuses that are as they should be. */
  readonly ok: readonly number[];
  /** How many lines of its output are shown, from the start and from the end. */
  readonly head?: number;
  readonly tail?: number;
}

/** Runs the built command in the node's namespace, in the scratch folder, as a user would type it. */
function tortie(lab: Lab, argv: readonly string[], { ok, head = 1000, tail = 0 }: Shown): void {
  const shown = argv.join(' ');
  console.log(`$ tortie ${shown}`);
  const enter = ['nsenter', `--net=/run/netns/${lab.node}`, '--', process.execPath, CLI];
  const done = spawnSync(enter[0] ?? '', [...enter.slice(1), ...argv], { encoding: 'utf8', cwd: scratch });
  const lines = (done.stdout + done.stderr).trimEnd().split('\n');
  const hidden = lines.length - head - tail;
  const print = (some: readonly string[]): void => some.forEach((l) => console.log(`  ${l}`));
  print(hidden > 0 ? lines.slice(0, head) : lines);
  if (hidden > 0) {
    console.log(`  … ${hidden} lines`);
    if (tail > 0) print(lines.slice(-tail));
  }
  if (!ok.includes(done.status ?? -1)) throw new Error(`tortie ${shown}: exit ${String(done.status)}`);
}

function report(matrix: Matrix, before?: Matrix): Matrix {
  console.log(printMatrix(matrix, before));
  console.log(
    `${matrix.probes} packets sent, ${matrix.disagreements.length} disagreements between kernel and evaluator`,
  );
  probes += matrix.probes;
  wrong.push(...matrix.disagreements);
  return matrix;
}

const scratch = mkdtempSync(join(tmpdir(), 'tortie-demo-'));
try {
  cpSync(SHOP, join(scratch, 'shop'), { recursive: true });
  cpSync(SHOP, join(scratch, 'shop-next'), { recursive: true });
  cpSync(HOST_POLICY, join(scratch, 'host'), { recursive: true });
  cpSync(NEXT, join(scratch, 'shop-next', basename(NEXT)));
  const [now, then] = [await compile([join(scratch, 'shop')]), await compile([join(scratch, 'shop-next')])];
  const guarded = await compile([join(scratch, 'shop-next'), join(scratch, 'host')]);
  const places = placesOf(now);
  const hostPlaces = places.filter(({ name }) => ['web1', 'node', 'outside'].includes(name));
  console.log(
    `A node, ${now.endpoints.size} workloads, an outside host; IPv4 and IPv6. Rows send, columns receive:`,
  );
  console.log(legend(SERVICES));

  for (const { dataplane, backend } of DATAPLANES) {
    const lab = await openShop(now, { name: `d${dataplane.slice(0, 3)}`, answers: false });
    const on = ['--node', NODE, '--dataplane', dataplane];
    try {
      heading(`${dataplane}: nothing enforced yet`);
      const open = report(await probeAll(lab, places, undefined));
      heading('what would change on this host');
      tortie(lab, ['plan', '-f', 'shop', ...on, ...backend], { ok: [1], head: 16, tail: 6 });
      heading('enforce it');
      tortie(lab, ['enforce', '-f', 'shop', ...on, ...backend], { ok: [0], head: 0, tail: 2 });
      const before = report(await probeAll(lab, places, now), open);
      heading('one policy changes: metrics may scrape the database');
      tortie(lab, ['diff', 'shop', 'shop-next', ...on], { ok: [1] });
      tortie(lab, ['enforce', '-f', 'shop-next', ...on, ...backend], { ok: [0], head: 0, tail: 2 });
      report(await probeAll(lab, places, then), before);
      heading('why is that so');
      const flow = [
        '--from',
        'monitoring/metrics-0',
        '--to',
        'shop/db-0',
        '--proto',
        'tcp',
        '--port',
        '9187',
      ];
      tortie(lab, ['explain', '-f', 'shop-next', '--node', NODE, ...flow], { ok: [0] });
      heading('the node itself: a host endpoint on its uplink, failsafe ports, metrics for the office');
      console.log(legend(HOST_SERVICES));
      const unguarded = report(await probeAll(lab, hostPlaces, then, HOST_SERVICES));
      const both = ['-f', 'shop-next', '-f', 'host'];
      tortie(lab, ['enforce', ...both, ...on, ...backend], { ok: [0], head: 0, tail: 2 });
      report(await probeAll(lab, hostPlaces, guarded, HOST_SERVICES), unguarded);
      heading('and away again');
      tortie(lab, ['clear'], { ok: [0] });
      report(await probeAll(lab, places, undefined));
    } finally {
      await lab.close();
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
heading('result');
for (const w of wrong) console.log(`DISAGREEMENT ${w}`);
console.log(`${probes} probes on two dataplanes, ${wrong.length} disagreements`);
process.exitCode = wrong.length === 0 ? 0 : 1;
