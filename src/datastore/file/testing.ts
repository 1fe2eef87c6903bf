// For tests of this folder: texts loaded through standard input or a temporary directory, problems as short lines.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Problem } from '../../errors/problem.ts';
import { type LoadOptions, type LoadResult, loadFiles } from './index.ts';

export function loadText(text: string, options: LoadOptions = {}): Promise<LoadResult> {
  return loadFiles(['-'], { ...options, stdin: () => Promise.resolve(text) });
}

/** `line:column+length code`. */
export function spot({ code, place }: Problem): string {
  return `${place?.line}:${place?.column}+${place?.length} ${code}`;
}

/** Runs `use` with a directory that holds `files` and is gone afterwards. */
export async function inDirectory(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tortie-load-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    }
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
