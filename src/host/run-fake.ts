// Runners for tests: one that answers from a script and one that lets a chosen command of another runner fail. Both
// record. run.test.ts holds the scripted one to the real one, so that a test can trust what it says of failures.
import type { RunOptions, RunResult, Runner } from './run.ts';

export interface Call {
  readonly argv: readonly string[];
  readonly stdin: string;
}

export interface RecordingRunner extends Runner {
  readonly calls: Call[];
}

/** What a scripted program answers; no answer at all: there is no such program. */
export type Script = (call: Call) => Partial<RunResult> | undefined;

export function fakeRunner(script: Script): RecordingRunner {
  const calls: Call[] = [];
  return {
    calls,
    async run(argv, options = {}) {
      const [file] = argv;
      if (file === undefined) throw new TypeError('an empty command');
      const call = { argv, stdin: options.stdin ?? '' };
      calls.push(call);
      const answer = options.signal?.aborted ? { exitCode: 143 } : script(call);
      return answer ? { exitCode: 0, stdout: '', stderr: '', ...answer } : notFound(file);
    },
  };
}

/** Passes everything on to `inner` and records it. */
export function recordingRunner(inner: Runner): RecordingRunner {
  return faultyRunner(inner, () => undefined);
}

/** Passes calls on to `inner`, but where `fault` answers, the command is not run and that is its result. */
export function faultyRunner(
  inner: Runner,
  fault: (call: Call, index: number) => Partial<RunResult> | undefined,
): RecordingRunner {
  const calls: Call[] = [];
  return {
    calls,
    async run(argv: readonly string[], options: RunOptions = {}) {
      const call = { argv, stdin: options.stdin ?? '' };
      calls.push(call);
      const answer = fault(call, calls.length - 1);
      return answer ? { exitCode: 1, stdout: '', stderr: '', ...answer } : inner.run(argv, options);
    },
  };
}

function notFound(file: string): RunResult {
  return { exitCode: 127, stdout: '', stderr: `${file}: not found`, missing: true };
}
