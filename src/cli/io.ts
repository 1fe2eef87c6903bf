// What a command may touch of the process: its streams and its environment. Tests give their own; systemIo() is real.
import { resolve } from 'node:path';
import type { Datastore } from '../datastore/index.ts';
import type { Runner } from '../host/index.ts';

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input. */
  stdin(): Promise<string>;
  readonly env: ReadonlyMap<string, string>;
  /** Runs programs; the real ones unless a test says otherwise. */
  readonly runner?: Runner;
  /** Stands in for the datastore that options and environment name; the command closes it. */
  readonly openDatastore?: () => Promise<Datastore>;
  /** The command line that starts this program, for processes that outlive it. */
  readonly self?: readonly string[];
  /** Present where somebody sits at a terminal. */
  readonly terminal?: () => Terminal;
  /** Runs work that must not be left half done: an interrupt waits until it ends. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
}

export interface Terminal {
  /** Whether a line was entered; false when the input ended instead. */
  readonly line: Promise<boolean>;
  close(): void;
}

/** Status of a command that a signal ended, as a shell says it. */
const INTERRUPTS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export function systemIo(): Io {
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env.set(name, value);
  const { uninterrupted } = interrupts();
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    stdin: readStdin,
    env,
    self: [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? '')],
    ...(process.stdin.isTTY && { terminal }),
    uninterrupted,
  };
}

function terminal(): Terminal {
  const { stdin } = process;
  const line = new Promise<boolean>((settle) => {
    stdin.once('data', () => settle(true));
    stdin.once('end', () => settle(false));
    // A terminal that is closed ends in an error on some systems.
    stdin.once('error', () => settle(false));
  });
  stdin.resume();
  return { line, close: () => stdin.pause().unref() };
}

/** A reader that went away (`| head`) is no error: what would be written after that is dropped. */
function output(stream: NodeJS.WriteStream): Output {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
  });
  return {
    isTTY: stream.isTTY,
    write: (text) => {
      if (!gone) stream.write(text);
    },
  };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function interrupts(): Pick<Io, 'uninterrupted'> {
  let busy = 0;
  let asked: number | undefined;
  for (const [signal, status] of Object.entries(INTERRUPTS)) {
    process.on(signal, () => {
      asked = status;
      if (busy === 0) end(status);
    });
  }
  return {
    uninterrupted: async (work) => {
      busy++;
      try {
        return await work();
      } finally {
        busy--;
        if (busy === 0 && asked !== undefined) end(asked);
      }
    },
  };
}

function end(status: number): void {
  if (status === INTERRUPTS.SIGHUP) {
    // Node cannot put a closed terminal back into order on its way out, and aborts; the signal itself does not try.
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  }
  process.exit(status);
}
