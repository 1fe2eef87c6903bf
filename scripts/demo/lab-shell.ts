// The inside of `npm run lab`: opens the sample lab, says what is there, and gives a shell on its node.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, NODE, openShop, OUTSIDE, ROOT, SHOP } from './sample.ts';

const policy = await compile([SHOP]);
const lab = await openShop(policy, { name: 'lab', answers: true });
const bin = mkdtempSync(join(tmpdir(), 'tortie-lab-'));
try {
  const script = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  script('tortie', `exec '${process.execPath}' '${join(ROOT, 'dist/bin/tortie.js')}' "$@"`);
  for (const [name, namespace] of lab.namespaces) {
    if (name !== 'node')
      script(`at-${name.replace(/^cali/, '')}`, `exec nsenter --net=/run/netns/${namespace} -- "$@"`);
  }
  const command = process.argv.slice(2);
  if (command.length === 0) {
    console.log(`You are on ${NODE}. Workloads:`);
    for (const e of policy.endpoints.values())
      console.log(
        `  ${e.interfaceName.padEnd(14)} ${e.addresses.join(' ').padEnd(32)} at-${e.interfaceName.replace(/^cali/, '')} <command>`,
      );
    console.log(`  ${'outside'.padEnd(14)} ${OUTSIDE.join(' ').padEnd(32)} at-outside <command>`);
    console.log(
      `Try:\n  at-web1 ping -c1 10.65.0.31\n  tortie plan -f examples/shop --node ${NODE}\n  tortie enforce -f examples/shop --node ${NODE}\nLeave with exit; nothing stays behind.`,
    );
  }
  const shell = command.length > 0 ? command : [process.env['SHELL'] ?? 'sh'];
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, PS1: '(lab) \\w # ' };
  const done = spawnSync('nsenter', [`--net=/run/netns/${lab.node}`, '--', ...shell], {
    cwd: ROOT,
    stdio: 'inherit',
    env,
  });
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(bin, { recursive: true, force: true });
  await lab.close();
}
