// The program as a process of its own, bundled afresh from the sources: for tests that kill it, close its terminal, or
// start it twice, each inside a network namespace of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestNamespace } from './namespace.ts';

export interface Program {
  readonly file: string;
  remove(): void;
}

export async function buildProgram(): Promise<Program> {
  const outdir = mkdtempSync(join(tmpdir(), 'tortie-program-'));
  await build({
    entryPoints: { tortie: fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)) },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return {
    file: join(outdir, 'tortie.mjs'),
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}

export interface Ended {
  /** 128 + signal when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the output so far matches; rejects when it ended without. */
  seen(pattern: RegExp): Promise<void>;
}

/** `wrap`: a command before it, as `setsid`. Without a terminal and with an empty standard input. */
export function start(
  ns: TestNamespace,
  program: Program,
  argv: readonly string[],
  wrap: readonly string[] = [],
): Running {
  const inside = ['nsenter', `--net=/run/netns/${ns.name}`, '--', ...wrap];
  const [file = '', ...args] = [...inside, process.execPath, program.file, ...argv];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    // Not `close`: a process that goes on in the background may hold what it has inherited.
    child.on('exit', (code, signal) => {
      setImmediate(() => resolve({ status: code ?? (signal === 'SIGKILL' ? 137 : 128), ...output }));
    });
  });
  return {
    child,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(output.stdout + output.stderr)) resolve();
        };
        listeners.add(look);
        look();
        void ended.then((e) => reject(new Error(`ended with ${e.status}: ${e.stdout}${e.stderr}`)));
      }),
  };
}

export function tortieIn(ns: TestNamespace, program: Program, ...argv: string[]): Promise<Ended> {
  return start(ns, program, argv).ended;
}
