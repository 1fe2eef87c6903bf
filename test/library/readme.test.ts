// The library example of README.md runs as it stands, but for where the package and the policies are.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('the library example of README.md runs', () => {
  const block = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const code = block.replace(`'tortie'`, `'../src/index.ts'`).replace(`'policies/'`, `'examples/shop'`);
  // Inside the tree, so that imports resolve as a module's do.
  const folder = mkdtempSync(join(root, '.readme-'));
  try {
    const file = join(folder, 'example.mts');
    writeFileSync(file, code);
    const output = execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: root, encoding: 'utf8' });
    expect(output).toMatch(/^nftables\.nft \d+\ndeny\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
