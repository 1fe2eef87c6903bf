// The command line as users have it: bundled, where libraries that are CommonJS behave otherwise than under the tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine } from '../../scripts/lib/bundle.mjs';

const dir = mkdtempSync(join(tmpdir(), 'tortie-bundle-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const pool = join(dir, 'pool.yaml');

beforeAll(async () => {
  writeFileSync(join(dir, 'package.json'), '{ "type": "module", "version": "1.2.3" }');
  writeFileSync(
    pool,
    'apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: { name: p }\nspec: { cidr: 10.0.0.0/16 }\n',
  );
  await bundleCommandLine(join(dir, 'dist/bin'));
});

function tortie(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dir, 'dist/bin/tortie.js'), ...argv], {
    encoding: 'utf8',
    env: { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: dir },
  });
  return { status, stdout, stderr };
}

it('says its version', () => {
  expect(tortie('--version')).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
});

it.each([
  ['json', '[{"op": "add", "path": "/spec/natOutgoing", "value": true}]', 'natOutgoing: true'],
  ['merge', 'spec: { disabled: true }', 'disabled: true'],
  ['strategic', '{"spec": {"nodeSelector": "has(a)"}}', 'nodeSelector: has(a)'],
])('patches: %s', (type, patch, line) => {
  expect(tortie('patch', 'ippool', 'p', '--type', type, '-p', patch)).toEqual({
    status: 0,
    stdout: "Successfully patched 1 'IPPool' resource\n",
    stderr: '',
  });
  expect(readFileSync(pool, 'utf8')).toContain(line);
});
