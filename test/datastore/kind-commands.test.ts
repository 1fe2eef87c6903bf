// Which command works on which kind in memory and in a directory, which are alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import { createMemoryDatastore } from '../../src/datastore/memory/index.ts';
import { recordFile } from '../../scripts/docs/kind-support.ts';
import { tryCommands } from './kind-commands.ts';

test('memory', { timeout: 60_000 }, async () => {
  const store = createMemoryDatastore();
  const tried = await tryCommands((argv) => tortie(argv, { store }));
  await expect(tried).toMatchFileSnapshot(recordFile('file'));
});

test('a directory', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-store-'));
  const env = { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: folder };
  try {
    const tried = await tryCommands((argv) => tortie(argv, { env }));
    await expect(tried).toMatchFileSnapshot(recordFile('file'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
