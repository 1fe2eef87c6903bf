// The demo: examples/shop on a node of namespaces, enforced by the real command line on both dataplanes, every pair
// probed on the real kernel before and after, one policy changed. Run by scripts/demo.mjs inside a private lab.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Lab } from '../../test/lab/lab.ts';
import { placesOf, printMatrix, probeAll, SERVICES, type Matrix } from './matrix.ts';
import { compile, NEXT, NODE, openShop, ROOT, SHOP } from './sample.ts';

const CLI = join(ROOT, 'dist/cli/main.js');
const DATAPLANES: readonly (readonly string[])[] = [
  ['--dataplane', 'nftables'],
  ['--dataplane', 'iptables', '--iptables-backend', 'nft'],
];

let probes = 0;
const wrong: string[] = [];

function heading(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}`);
}

/** Runs the built command in the node's namespace, as a user would type it; `shown` is what is printed of it. */
function tortie(
  lab: Lab,
  argv: readonly string[],
  ok: readonly number[],
  lines = Number.POSITIVE_INFINITY,
): void {
  const shown = argv.map((a) => (a.startsWith('/') ? basename(a) : a)).join(' ');
  console.log(`$ tortie ${shown}`);
  const done = spawnSync('nsenter', [`--net=/run/netns/${lab.node}`, '--', process.execPath, CLI, ...argv], {
    encoding: 'utf8',
    cwd: ROOT,
  });
  const output = (done.stdout + done.stderr).trimEnd().split('\n');
  console.log(
    output
      .slice(0, lines)
      .map((l) => `  ${l}`)
      .join('\n'),
  );
  if (output.length > lines) console.log(`  … ${output.length - lines} more lines`);
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
  const next = join(scratch, 'shop-next');
  cpSync(SHOP, next, { recursive: true });
  cpSync(NEXT, join(next, basename(NEXT)));
  const [now, then] = [await compile([SHOP]), await compile([next])];
  const places = placesOf(now);
  console.log(
    `A node, ${now.endpoints.size} workloads, an outside host; IPv4 and IPv6. Rows send, columns receive:`,
  );
  console.log(
    `${SERVICES.map((s) => `${s.letter} = ${s.title}`).join('; ')}; · = not delivered; * = changed`,
  );

  for (const dataplane of DATAPLANES) {
    const lab = await openShop(now, { name: `d${dataplane[1]?.slice(0, 3) ?? ''}`, answers: false });
    try {
      const on = ['--node', NODE, ...dataplane];
      heading(`${dataplane[1] ?? ''}: nothing enforced yet`);
      const open = report(await probeAll(lab, places, undefined));
      heading('what would change on this host');
      tortie(lab, ['plan', '-f', SHOP, ...on], [1], 24);
      heading('enforce it');
      tortie(lab, ['enforce', '-f', SHOP, ...on], [0], 3);
      const before = report(await probeAll(lab, places, now), open);
      heading('one policy changes: metrics may scrape the database');
      tortie(lab, ['diff', SHOP, next, ...on], [1]);
      tortie(lab, ['enforce', '-f', next, ...on], [0], 3);
      report(await probeAll(lab, places, then), before);
      heading('why is that so');
      tortie(
        lab,
        [
          'explain',
          '-f',
          next,
          '--node',
          NODE,
          '--from',
          'monitoring/metrics-0',
          '--to',
          'shop/db-0',
          '--proto',
          'tcp',
          '--port',
          '9187',
        ],
        [0],
      );
      heading('and away again');
      tortie(lab, ['clear'], [0], 6);
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
