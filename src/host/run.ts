// The one seam through which tortie runs other programs. Nothing else imports execa. A program that is missing,
// fails, is killed or times out is a value, never an exception.
import { closeSync } from 'node:fs';
import { execa } from 'execa';
import { largeInput } from './input-file.ts';
import { runByUs } from './orphans.ts';

export interface RunOptions {
  readonly stdin?: string;
  /** Milliseconds until the program is killed; default 60,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** 128 + signal when a signal ended it, as a shell says it; 127 when `missing`. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no such program on the system path. */
  readonly missing?: true;
  readonly timedOut?: true;
}

export interface Runner {
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** The locale is fixed because we read messages; the path because root's may lack the sbin folders. */
const CLEAN_ENV = { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const MAX_OUTPUT = 1 << 30;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGINT: 2,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Runs real programs, with a clean environment and no shell. */
export const systemRunner: Runner = {
  async run(argv, options = {}) {
    const [file, ...args] = argv;
    if (file === undefined) throw new TypeError('an empty command');
    const input = largeInput(options.stdin);
    // execa takes any open descriptor, its types only the first few.
    const feed = input === undefined ? { input: options.stdin ?? '' } : { stdin: input as 3 };
    const running = execa(file, args, {
      ...feed,
      reject: false,
      extendEnv: false,
      env: { ...CLEAN_ENV, ...runByUs() },
      timeout: options.timeout ?? 60_000,
      maxBuffer: MAX_OUTPUT,
      stripFinalNewline: false,
      ...(options.signal && { cancelSignal: options.signal }),
    });
    if (input !== undefined) closeSync(input);
    const done = await running;
    const missing = done.failed && done.code === 'ENOENT';
    const exitCode = missing ? 127 : (done.exitCode ?? 128 + (SIGNAL_NUMBERS[done.signal ?? ''] ?? 0));
    return {
      exitCode,
      stdout: done.stdout,
      stderr: missing ? `${file}: not found` : done.stderr,
      ...(missing && { missing }),
      ...(done.timedOut && { timedOut: true as const }),
    };
  },
};
