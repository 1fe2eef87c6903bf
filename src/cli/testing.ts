// Runs the command line in process, with streams that remember what was written.
import type { Io } from './io.ts';
import { run } from './run.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
}

export async function tortie(argv: readonly string[], setting: Setting = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => ({
    isTTY: setting.tty ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: () => Promise.resolve(setting.stdin ?? ''),
    env: new Map(Object.entries(setting.env ?? {})),
    uninterrupted: (work) => work(),
  };
  return { status: await run(argv, io), ...written };
}
