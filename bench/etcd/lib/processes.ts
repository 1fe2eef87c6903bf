// Every part of a measurement is a process of its own (writer, raw client, ours), so that memory and processor time are
// that part's alone; bundled, as the product is. They talk in messages; whoever started one asks for the next.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export interface Part {
  readonly pid: number;
  /** The next message; rejects when the process ends before. */
  readonly next: <T>() => Promise<T>;
  readonly tell: (message: object) => void;
  readonly ended: Promise<void>;
}

let folder: string | undefined;

/** Where the packages are found that stay outside of the bundle. */
function bundled(name: string): string {
  if (!folder) {
    const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, 'bench-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const outfile = join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}

/** `name` is that of a file beside this one; BENCH_NODE_ARGS may add `--cpu-prof` and the like. */
export function start(name: string, ...args: string[]): Part {
  const more = process.env['BENCH_NODE_ARGS']?.split(' ') ?? [];
  const child: ChildProcess = fork(bundled(name), args, {
    execArgv: ['--expose-gc', ...more],
    serialization: 'advanced',
  });
  const messages: unknown[] = [];
  const waiting: { take: (message: unknown) => void; fail: (error: Error) => void }[] = [];
  child.on('message', (message) => {
    const first = waiting.shift();
    if (first) first.take(message);
    else messages.push(message);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      const error = new Error(`${name} ended with ${String(code)}`);
      for (const { fail } of waiting.splice(0)) fail(error);
      if (code === 0) resolve();
      else reject(error);
    });
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    next: <T>() =>
      new Promise<T>((resolve, reject) => {
        if (messages.length > 0) resolve(messages.shift() as T);
        else waiting.push({ take: (message) => resolve(message as T), fail: reject });
      }),
    tell: (message) => void child.send(message),
    ended,
  };
}

/** In a part: to whoever started it. */
export const say = (message: object): void => void process.send?.(message);

/** In a part: what it is told next. */
export const told = <T>(): Promise<T> =>
  new Promise((resolve) => process.once('message', (message) => resolve(message as T)));

/** Processor time of any process, ms. Linux counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Since `before`, in ms. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** MB that stay after a collection. */
export function heap(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

/** The most that was ever resident, MB. */
export const peak = (): number => process.resourceUsage().maxRSS / 1024;

/** The same clock in every process of this machine, ms. */
export const clock = (): number => performance.timeOrigin + performance.now();
