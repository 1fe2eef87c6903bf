// The inputs of a command as a list of files to read: files as they are named, directories gone through in the order
// of names, `-` for standard input. Each file is read once, however often it is named.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, problem } from '../../errors/problem.ts';

export interface InputFile {
  /** As people know it: the path as given, joined below a directory that was given. `-` is standard input. */
  readonly name: string;
  /** The input it belongs to. */
  readonly input: string;
}

export interface Inputs {
  readonly files: readonly InputFile[];
  readonly problems: readonly Problem[];
  /** Inputs of which more is known than `files` says: something in them failed, or belongs to an earlier input. */
  readonly accounted: ReadonlySet<string>;
}

const EXTENSIONS = /\.(ya?ml|json)$/i;

interface Search {
  readonly files: InputFile[];
  readonly problems: Problem[];
  readonly accounted: Set<string>;
  /** Real paths of files and directories that were met: links may lead back. */
  readonly seen: Set<string>;
}

export async function findInputs(inputs: readonly string[]): Promise<Inputs> {
  const search: Search = { files: [], problems: [], accounted: new Set(), seen: new Set() };
  for (const input of inputs) {
    if (input === '-') {
      if (!search.files.some(({ name }) => name === '-')) search.files.push({ name: '-', input });
    } else await visit(input, input, true, search);
  }
  return search;
}

async function visit(path: string, input: string, named: boolean, search: Search): Promise<void> {
  try {
    const info = await stat(path);
    // What is no regular file (a pipe of the shell) is read when it is named, never when it is found.
    const wanted = info.isDirectory() || (named ? true : info.isFile() && EXTENSIONS.test(path));
    if (!wanted) return;
    const real = info.isDirectory() || info.isFile() ? await realpath(path) : path;
    if (search.seen.has(real)) {
      search.accounted.add(input);
      return;
    }
    search.seen.add(real);
    if (!info.isDirectory()) {
      search.files.push({ name: path, input });
      return;
    }
    const names = await readdir(path);
    for (const name of names.sort()) {
      if (!name.startsWith('.')) await visit(join(path, name), input, false, search);
    }
  } catch (error) {
    // A dangling link among other files is as bad as a file that cannot be read: it may have held a policy.
    search.problems.push(readProblem(path, error));
    search.accounted.add(input);
  }
}

/** Why a file or directory could not be read. */
export function readProblem(path: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const place = { file: path };
  if (code === 'ENOENT') return problem('file/missing', `no such file or directory: ${path}`, { place });
  const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : describe(error);
  return problem('file/unreadable', `cannot read ${path}: ${why}`, { place, cause: error });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
