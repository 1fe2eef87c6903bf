// The prober's client: starts test/lab/prober.py and speaks its one-JSON-per-line protocol.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./prober.py', import.meta.url));

/** [family, source, destination, protocol, source port, destination port] */
export type WireFlow = readonly [4 | 6, string, string, number, number, number];

/** One packet as the prober takes it; `from` is a port's name or `host`. */
export type WirePacket = readonly [
  from: string,
  family: 4 | 6,
  source: string,
  destination: string,
  protocol: number,
  sourcePort: number | null,
  destinationPort: number | null,
  icmpType: number | null,
  icmpCode: number | null,
  tcpFlags: number,
  flow: WireFlow | null,
  quoted: WireFlow | null,
  /** Address and port that it has after DNAT. */
  real: readonly [string, number] | null,
];

export interface Prober {
  /** One request, one reply; requests are answered in order. Rejects when the prober reports an error or has ended. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export function startProber(): Prober {
  // -I: neither the environment nor the working directory decides what is imported; the script's folder still has to be.
  const boot = `import sys, runpy; sys.path.insert(0, ${JSON.stringify(fileURLToPath(new URL('.', import.meta.url)))}); sys.dont_write_bytecode = True; runpy.run_path(${JSON.stringify(SCRIPT)}, run_name="__main__")`;
  const child: ChildProcess = spawn('python3', ['-I', '-c', boot], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { resolve: (reply: Record<string, unknown>) => void; reject: (error: Error) => void }[] = [];
  let noise = '';
  let ended: Error | undefined;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    noise += text;
  });
  const end = (error: Error): void => {
    ended ??= error;
    for (const one of waiting.splice(0)) one.reject(error);
  };
  child.on('error', (error) => end(new Error(`cannot run python3: ${error.message}`)));
  const exited = new Promise<void>((resolve) => {
    child.on('close', (code) => {
      end(new Error(`the prober ended with status ${code}: ${noise.trim()}`));
      resolve();
    });
  });
  child.stdin?.on('error', () => {});
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Record<string, unknown>;
      const one = waiting.shift();
      if ('error' in reply) one?.reject(new Error(`prober: ${String(reply['error'])}`));
      else one?.resolve(reply);
    });
  }
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        waiting.push({ resolve, reject });
        child.stdin?.write(`${JSON.stringify(request)}\n`);
      }),
    close: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}
