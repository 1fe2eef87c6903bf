// Whatever bytes a file of the directory holds: nothing throws but datastore errors, the neighbours are read, the last
// good version stays, and a later good one replaces it. And whatever is written into one document of a file, the others
// stay to the byte. TORTIE_FUZZ_RUNS is the number of files; a failure prints its seed.
/* oxlint-disable vitest/no-conditional-expect -- what is expected depends on what fast-check made */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFileDatastore } from '../../src/datastore/file/store/index.ts';
import { type Datastore, DatastoreError } from '../../src/datastore/index.ts';
import { GLOBAL_SETS, globalSet, names, netsOf, setKey, withNets } from './helpers.ts';

const RUNS = Number(process.env['TORTIE_FUZZ_RUNS'] ?? 100);
const timeout = Math.max(120_000, RUNS * 500);

let path: string;
let store: Datastore;
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'tortie-file-fuzz-'));
  store = createFileDatastore({ path });
});
afterAll(async () => {
  await store.close();
  rmSync(path, { recursive: true, force: true });
});

/** As editors save, so that the inode tells of every change. */
const save = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(path, '.save'), content);
  renameSync(join(path, '.save'), join(path, name));
};

const good = (name: string, nets: readonly string[], comment = '') =>
  `# ${comment}\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: { name: ${name} } # ${comment}\nspec:\n  nets: ${JSON.stringify(nets)}\n`;

/** Damage to a good text: bytes from anywhere put in place of some. */
const damaged = fc
  .record({ at: fc.nat(170), gone: fc.nat(60), bytes: fc.uint8Array({ maxLength: 40 }), cut: fc.boolean() })
  .map(({ at, gone, bytes, cut }) => {
    const text = Buffer.from(good('a', ['192.0.2.0/24', '198.51.100.0/24'], 'nets of the office'));
    return Buffer.concat([text.subarray(0, at), bytes, cut ? Buffer.alloc(0) : text.subarray(at + gone)]);
  });

test('bytes of any kind', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (bytes) => {
      save('a.yaml', good('a', ['192.0.2.0/24']));
      save('b.yaml', good('b', ['203.0.113.0/24']));
      const before = await store.get(setKey('a'));
      save('a.yaml', bytes);
      const { items, problems } = await store.list(GLOBAL_SETS);
      expect(names(items)).toContain('b');
      // In force is what was, unless the bytes are all readable; then they say what is there.
      if (problems.length > 0) expect(items).toContainEqual(before);
      const write = await store.apply(globalSet('a', [])).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (write !== undefined) {
        expect(write).toBeInstanceOf(DatastoreError);
        expect(Buffer.compare(readFileSync(join(path, 'a.yaml')), bytes)).toBe(0);
      }
      save('a.yaml', good('a', ['10.0.0.0/8']));
      expect(netsOf((await store.get(setKey('a'))).value)).toEqual(['10.0.0.0/8']);
      expect((await store.list(GLOBAL_SETS)).problems).toEqual([]);
      await store.clean();
    }),
    { numRuns: RUNS },
  );
});

const NAMES = ['first', 'second', 'third'];
const word = fc.string({ unit: 'grapheme', maxLength: 12 });
const written = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
  fc.oneof(
    word,
    fc.integer(),
    fc.boolean(),
    fc.array(word, { maxLength: 4 }),
    fc.dictionary(word, word, { maxKeys: 3 }),
  ),
  { maxKeys: 5 },
);

test('writing one document of several', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(written, written, fc.nat(2), async (first, second, index) => {
      const documents = NAMES.map((name) => good(name, ['192.0.2.0/24'], `about ${name}`));
      save('all.yaml', documents.join('---\n'));
      const name = NAMES[index] ?? '';
      for (const more of [first, second]) {
        const { value } = await store.get(setKey(name));
        const spec = { nets: netsOf(value), more };
        expect((await store.update({ ...value, spec })).value.spec).toEqual(spec);
      }
      const { value } = await store.get(setKey(name));
      await store.update(withNets(value, ['10.0.0.0/8', '192.0.2.0/24']));
      const now = readFileSync(join(path, 'all.yaml'), 'utf8').split('---\n');
      expect(now.length).toBe(3);
      now.forEach((text, at) => {
        if (at !== index) expect(text).toBe(documents[at]);
        else expect(text).toContain(`# about ${name}`);
      });
      await store.clean();
    }),
    { numRuns: RUNS },
  );
});
