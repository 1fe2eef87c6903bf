// docs/compatibility.md says which command works on which kind: in memory and in a directory they do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import { createMemoryDatastore } from '../../src/datastore/memory/index.ts';
import { expectedIn, tryCommands } from './kind-commands.ts';

test('memory', { timeout: 60_000 }, async () => {
  const store = createMemoryDatastore();
  expect(await tryCommands((argv) => tortie(argv, { store }))).toEqual(expectedIn('memory'));
});

test('a directory', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-store-'));
  const env = { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: folder };
  try {
    expect(await tryCommands((argv) => tortie(argv, { env }))).toEqual(expectedIn('file'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
