// The few words of a shell that the recorded session uses: `;`, `|`, `>`, kubectl, sed, head, and of jq the filters that
// occur in it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Played } from '../support/transcript.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Answers undefined for a program that it does not know. */
export type Program = (argv: readonly string[], stdin: string) => Promise<Ran | undefined>;

const NOTHING: Ran = { stdout: '', stderr: '', status: 0 };
export const printed = (stdout: string): Ran => ({ ...NOTHING, stdout });

/** Standard output, then standard error, as they are recorded. */
export async function runLine(
  words: readonly string[],
  program: Program,
  pathOf: (file: string) => string,
): Promise<Played | undefined> {
  let output = '';
  for (const command of split(words, ';')) {
    const ran = await runPipe(command, program, pathOf);
    if (!ran) return undefined;
    output += ran.stdout + ran.stderr;
    if (ran.status !== 0) return { output, status: ran.status };
  }
  return { output, status: 0 };
}

async function runPipe(
  words: readonly string[],
  program: Program,
  pathOf: (file: string) => string,
): Promise<Ran | undefined> {
  const redirected = words.at(-2) === '>' ? words.at(-1) : undefined;
  let ran = NOTHING;
  for (const argv of split(redirected === undefined ? words : words.slice(0, -2), '|')) {
    const next = await program(argv, ran.stdout);
    if (!next) return undefined;
    ran = { ...next, stderr: ran.stderr + next.stderr };
  }
  if (redirected === undefined) return ran;
  writeFileSync(pathOf(redirected), ran.stdout);
  return { ...ran, stdout: '' };
}

/** A separator is a word, or the end of one. */
function split(words: readonly string[], separator: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    const last = word.endsWith(separator);
    const rest = last ? word.slice(0, -separator.length) : word;
    if (rest !== '') parts.at(-1)?.push(rest);
    if (last) parts.push([]);
  }
  return parts;
}

export function sed(argv: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync('sed', argv, { encoding: 'utf8' });
  return { stdout, stderr, status: status ?? 1 };
}

export const head = (lines: number, stdin: string): Ran =>
  printed(
    stdin
      .split('\n')
      .slice(0, lines)
      .map((line) => `${line}\n`)
      .join(''),
  );

interface Anything {
  readonly [field: string]: Anything;
}
type Fields = Readonly<Record<string, unknown>>;

const without = (fields: Anything, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const each = (list: Anything): readonly Anything[] => list as unknown as readonly Anything[];

const FILTERS: Readonly<Record<string, (value: Anything) => readonly unknown[]>> = {
  '.spec': ({ spec }) => [spec],
  '.spec.bgp,.spec.wireguard': ({ spec }) => [spec?.['bgp'], spec?.['wireguard']],
  '.metadata': ({ metadata }) => [metadata],
  '.metadata.annotations': ({ metadata }) => [metadata?.['annotations']],
  '.metadata.labels': ({ metadata }) => [metadata?.['labels']],
  '.metadata.annotations,.metadata.labels': ({ metadata }) => [
    metadata?.['annotations'],
    metadata?.['labels'],
  ],
  '[.metadata.uid,.metadata.resourceVersion]': ({ metadata }) => [
    [metadata?.['uid'], metadata?.['resourceVersion']],
  ],
  '.metadata,.items[0]': ({ metadata, items }) => [metadata, items?.[0]],
  '[.kind,.metadata.annotations,.spec]': ({ kind, metadata, spec }) => [
    [kind, metadata?.['annotations'], spec],
  ],
  '[.metadata.annotations,.metadata.labels,.spec]': ({ metadata, spec }) => [
    [metadata?.['annotations'], metadata?.['labels'], spec],
  ],
  '.[]|[.metadata.labels,.metadata.annotations,.spec,.status]': (list) =>
    each(list).map(({ metadata, spec, status }) => [
      metadata?.['labels'],
      metadata?.['annotations'],
      spec,
      status,
    ]),
  '.items[].metadata|[.name,.annotations,.labels]': ({ items }) =>
    each(items!).map(({ metadata }) => [metadata?.['name'], metadata?.['annotations'], metadata?.['labels']]),
  '.items[]|del(.metadata.managedFields,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp)|[.metadata,.spec]':
    ({ items }) =>
      each(items!).map(({ metadata, spec }) => [
        without(metadata!, 'managedFields', 'uid', 'resourceVersion', 'creationTimestamp'),
        spec,
      ]),
};

/** `-c`: in one line, `-S`: with sorted fields. */
export function jq(options: string, filter: string, stdin: string): Ran {
  const work = FILTERS[filter];
  if (!work) throw new Error(`no such filter: ${filter}`);
  const indent = options.includes('c') ? undefined : 2;
  const texts = work((JSON.parse(stdin || 'null') ?? {}) as Anything).map((value) =>
    JSON.stringify(options.includes('S') ? sorted(value) : (value ?? null), undefined, indent),
  );
  return printed(texts.map((text) => `${text}\n`).join(''));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
