// What README.md shows is what the commands print.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('README.md shows real output', () => {
  const script = fileURLToPath(new URL('../../scripts/readme.mjs', import.meta.url));
  // A lab of its own: the commands enforce and clear.
  const env = { ...process.env, TORTIE_LAB: '' };
  expect(() =>
    execFileSync(process.execPath, [script, '--check'], { env, encoding: 'utf8', stdio: 'pipe' }),
  ).not.toThrow();
});
