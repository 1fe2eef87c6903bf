// Generates the selector parser from grammar/selector.peggy (npm run build:grammar). Plain Node, so that it runs before
// anything is compiled. Writes beside the sources, where vitest and tsc look, and into dist/, since tsc copies no
// JavaScript; only what changed, so that running it again costs nothing and wakes no watcher. `--check` writes nothing
// and fails when a file is missing or stale.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import peggy from 'peggy';

const root = fileURLToPath(new URL('..', import.meta.url));
const grammar = `${root}grammar/selector.peggy`;
const header = '// Generated from grammar/selector.peggy by scripts/build-grammar.mjs; do not edit.\n';

const types = `${header}import type { Builder, Selector } from '../ast.ts';

/** Where an error is: offsets into the text, from 0. */
export interface ErrorRange {
  readonly start: { readonly offset: number };
  readonly end: { readonly offset: number };
}

export class SyntaxError extends globalThis.SyntaxError {
  readonly location: ErrorRange;
}

/** Throws SyntaxError, or RangeError when the text nests too deeply for the stack. */
export function parse(text: string, options: { readonly build: Builder }): Selector;
`;

const parser = peggy.generate(await readFile(grammar, 'utf8'), {
  output: 'source',
  format: 'es',
  grammarSource: 'grammar/selector.peggy',
});

const outputs = [
  [`${root}src/selector/generated/selector-parser.js`, header + parser],
  [`${root}src/selector/generated/selector-parser.d.ts`, types],
  [`${root}dist/selector/generated/selector-parser.js`, header + parser],
];

const check = process.argv.includes('--check');
for (const [file, text] of outputs) {
  const old = await readFile(file, 'utf8').catch(() => undefined);
  if (old === text) continue;
  if (check) {
    // dist/ may not have been built yet; only the copy beside the sources is asked for.
    if (file.startsWith(`${root}dist/`) && old === undefined) continue;
    console.error(
      `${relative(root, file)} is ${old === undefined ? 'missing' : 'stale'}: npm run build:grammar`,
    );
    process.exitCode = 1;
    continue;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
