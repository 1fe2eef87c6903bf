// A process that goes on without us: in a session of its own, so that neither the end of the terminal nor ours ends it.
import { spawn } from 'node:child_process';
import { problem, type Result } from '../errors/problem.ts';
import { identify, type ProcessIdentity } from './process.ts';

/** Starts it and waits until it has written a line: then it is up, and everything it needs is loaded. */
export function startDetached(argv: readonly string[], wait = 60_000): Promise<Result<ProcessIdentity>> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
    const timer = setTimeout(() => settle('did not begin in time'), wait);
    function settle(failure?: string): void {
      clearTimeout(timer);
      child.removeAllListeners();
      child.stdout.destroy();
      child.unref();
      if (failure === undefined) resolve({ value: identify(child.pid ?? 0), problems: [] });
      else {
        child.kill('SIGKILL');
        resolve({ problems: [problem('host/detached', `\`${argv.join(' ')}\` ${failure}`)] });
      }
    }
    child.on('error', (error) => settle(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) => settle(`ended at once (${signal ?? `status ${code}`})`));
    child.stdout.once('data', () => settle());
  });
}

/** Resolves after so many milliseconds, or when a signal comes that would end other processes. */
export function sleepOrSignal(milliseconds: number): Promise<void> {
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) process.removeListener(signal, done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    for (const signal of signals) process.on(signal, done);
  });
}
