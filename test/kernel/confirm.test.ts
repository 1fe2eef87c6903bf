// enforce --confirm on real kernels: what was there comes back, byte for byte and whatever is killed; what is confirmed
// stays; nobody else's rules are touched; and only one can wait at a time.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Pending } from '../../src/apply/index.ts';
import { ENDPOINTS, folder, policy } from '../../src/cli/testing.ts';
import { FOREIGN } from '../support/foreign-rules.ts';
import { everything, withoutEmptyTables } from '../support/listings.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';
import { buildProgram, type Ended, type Program, start, tortieIn } from '../support/program.ts';

const files = folder({
  'old/endpoints.yaml': ENDPOINTS,
  'old/policy.yaml': policy(5432),
  // More members, other ports, one policy more and one chain less.
  'new/endpoints.yaml':
    `${ENDPOINTS}---${ENDPOINTS.replaceAll('web', 'web2').replaceAll('db', 'db2').replaceAll('10.0.0.', '10.0.9.')}`.replace(
      /---\s*apiVersion: \S+\s*kind: Profile[^]*?\n(?=---)/,
      '',
    ),
  'new/policy.yaml': `${policy(5433)}---${policy(9).replace('name: db,', 'name: more,')}`,
});
let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => {
  files.remove();
  program?.remove();
});

const DATAPLANES = [
  ['--dataplane', 'nftables'],
  ['--dataplane', 'iptables', '--iptables-backend', 'nft'],
  ['--dataplane', 'iptables', '--iptables-backend', 'legacy'],
].map((argv) => ({ name: argv.at(-1) ?? '', argv }));

/** Only what hangs takes as long as that. */
const TIMEOUT = 600_000;
vi.setConfig({ testTimeout: TIMEOUT });

const PHASES: readonly (Pending['phase'] | 'none')[] = ['none', 'armed', 'applying', 'applied'];

class Host {
  readonly ns: TestNamespace;
  readonly argv: readonly string[];
  readonly #state: string;
  constructor(ns: TestNamespace, argv: readonly string[], state: string) {
    this.ns = ns;
    this.argv = argv;
    this.#state = state;
  }
  run(...argv: string[]): Promise<Ended> {
    return tortieIn(this.ns, program, ...argv);
  }
  enforceArgv(which: 'old' | 'new', ...more: string[]): string[] {
    return ['enforce', '-q', '-f', files.path(which), ...this.argv, ...more];
  }
  enforce(which: 'old' | 'new', ...more: string[]): Promise<Ended> {
    return this.run(...this.enforceArgv(which, ...more));
  }
  /** With old rules, which must work. */
  async ready(): Promise<void> {
    const { status, stderr } = await this.enforce('old');
    if (status !== 0) throw new Error(stderr);
  }
  pending(): Pending | undefined {
    const file = join(this.#state, 'pending.json');
    try {
      return existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as { value: Pending }).value
        : undefined;
    } catch {
      return undefined;
    }
  }
  /**
   * Looks again and again, without ever sleeping for long, since what is waited for may last a moment only. And for very
   * long: a rollback starts two dozen programs, which take half a minute on a machine that has other work.
   */
  async until(what: () => boolean): Promise<void> {
    const end = performance.now() + TIMEOUT / 2;
    while (!what()) {
      if (performance.now() > end) throw new Error('waited in vain');
      await sleep(1);
    }
  }
  /** Until enforce has come that far, or farther: a phase may be over before anybody looks. */
  reached(phase: Pending['phase']): Promise<void> {
    return this.until(() => PHASES.indexOf(this.pending()?.phase ?? 'none') >= PHASES.indexOf(phase));
  }
  /** Lets the time be over now, as the process that waits for it sees when it looks again. */
  expire(): void {
    const file = join(this.#state, 'pending.json');
    const { boot, value } = JSON.parse(readFileSync(file, 'utf8')) as { boot: string; value: Pending };
    writeFileSync(`${file}.test`, JSON.stringify({ boot, value: { ...value, deadline: 0 } }));
    renameSync(`${file}.test`, file);
    if (value.watcher && !gone(value.watcher.pid)) process.kill(value.watcher.pid, 'SIGTERM');
  }
  settled(): Promise<void> {
    return this.until(() => this.pending() === undefined);
  }
}

/** A host with rules of others on it, and perhaps with old ones of ours. */
async function onHost(
  argv: readonly string[],
  { old = true }: { readonly old?: boolean },
  work: (host: Host, before: readonly string[]) => Promise<void>,
): Promise<void> {
  await inNamespace(async (ns) => {
    for (const { argv: command, stdin } of FOREIGN) await ns.sh(command, stdin);
    const inode = /\d+/.exec(await ns.sh(['readlink', '/proc/self/ns/net']))?.[0] ?? '';
    const host = new Host(ns, argv, `/run/tortie/net-${inode}`);
    if (old) await host.ready();
    const before = await everything(ns);
    await work(host, before);
    const left = host.pending()?.watcher;
    if (left) process.kill(left.pid, 'SIGKILL');
  });
}

const gone = (pid: number | undefined): boolean => {
  const stat = `/proc/${pid ?? 0}/stat`;
  return !existsSync(stat) || readFileSync(stat, 'utf8').includes(') Z ');
};

describe.concurrent.each(DATAPLANES)('enforce --confirm: $name', ({ argv }) => {
  it.each([{ old: true }, { old: false }])('rolls back unless confirmed: $old', (options) =>
    onHost(argv, options, async (host, before) => {
      const done = await host.enforce('new', '--confirm', '600s');
      expect(done).toMatchObject({
        status: 0,
        stdout: '',
        stderr: expect.stringContaining('tortie confirm'),
      });
      expect(await everything(host.ns)).not.toEqual(before);
      const watcher = host.pending()?.watcher?.pid;
      expect(await host.run('status')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/rolled back in \d+ s unless confirmed$/m),
      });
      host.expire();
      await host.settled();
      expect(withoutEmptyTables(await everything(host.ns))).toEqual(withoutEmptyTables(before));
      expect(await host.run('confirm')).toMatchObject({
        status: 3,
        stderr: expect.stringContaining('rolled back'),
      });
      expect((await host.run('status')).status).toBe(options.old ? 0 : 1);
      await host.until(() => gone(watcher));
    }),
  );

  it('keeps what is confirmed, and the process that would roll back ends', () =>
    onHost(argv, {}, async (host, before) => {
      await host.enforce('new', '--confirm', '600s');
      const applied = await everything(host.ns);
      const watcher = host.pending()?.watcher?.pid;
      // What ends other processes does not end this one.
      for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) process.kill(watcher ?? 0, signal);
      await sleep(100);
      expect(gone(watcher)).toBe(false);
      expect(await host.run('confirm')).toMatchObject({ status: 0, stderr: 'Confirmed.\n' });
      await host.until(() => gone(watcher));
      expect(await everything(host.ns)).toEqual(applied);
      expect(applied).not.toEqual(before);
      expect(await host.run('confirm')).toMatchObject({ status: 2 });
      expect(await host.run('rollback')).toMatchObject({ status: 2 });
    }));

  it('rolls back now when asked to', () =>
    onHost(argv, {}, async (host, before) => {
      await host.enforce('new', '--confirm', '600s');
      const watcher = host.pending()?.watcher?.pid;
      expect(await host.run('rollback')).toMatchObject({ status: 0, stdout: 'Rolled back.\n', stderr: '' });
      expect(await everything(host.ns)).toEqual(before);
      await host.until(() => gone(watcher));
    }));

  it.each([
    ['armed', 0],
    ['applying', 0],
    ['applying', 10],
    ['applying', 25],
    ['applying', 50],
    ['applying', 100],
    ['applied', 0],
  ] as const)('comes back when enforce is killed: %s + %i ms', (phase, delay) =>
    onHost(argv, {}, async (host, before) => {
      const { child, ended } = start(host.ns, program, host.enforceArgv('new', '--confirm', '600s'));
      await host.reached(phase);
      if (delay > 0) await sleep(delay);
      child.kill('SIGKILL');
      await ended;
      if (host.pending()?.phase === 'armed') {
        // Nothing was changed yet, so the next one has nothing to wait for.
        await host.ready();
      } else host.expire();
      await host.settled();
      expect(await everything(host.ns)).toEqual(before);
    }),
  );

  it('comes back when the process for it is killed: the next command does it', () =>
    onHost(argv, {}, async (host, before) => {
      await host.enforce('new', '--confirm', '600s');
      process.kill(host.pending()?.watcher?.pid ?? 0, 'SIGKILL');
      expect((await host.run('status')).stdout).toMatch(/process for that is gone/);
      host.expire();
      // Those that only look say so, those that change things do it.
      expect((await host.run('status')).stdout).toMatch(/^confirm +overdue/m);
      expect(await host.run('confirm')).toMatchObject({ status: 3 });
      expect(await everything(host.ns)).toEqual(before);

      await host.enforce('new', '--confirm', '600s');
      process.kill(host.pending()?.watcher?.pid ?? 0, 'SIGKILL');
      host.expire();
      const next = await host.enforce('old');
      expect(next).toMatchObject({ status: 0, stderr: expect.stringContaining('apply/rolled-back') });
      expect(await everything(host.ns)).toEqual(before);
    }));

  it('is refused while another waits, and clear ends the wait', () =>
    onHost(argv, { old: false }, async (host, before) => {
      const both = await Promise.all([1, 2].map(() => host.enforce('new', '--confirm', '600s')));
      expect(both.map((b) => b.status).toSorted((a, b) => a - b)).toEqual([0, 2]);
      // The second waits ten seconds for the first one's lock, which can be too short on a busy machine.
      expect(both.find((b) => b.status === 2)?.stderr).toMatch(/error\[(apply\/unconfirmed|host\/locked)\]/);
      const watcher = host.pending()?.watcher?.pid;
      const applied = await everything(host.ns);
      expect(await host.enforce('old')).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/waits for confirmation[^]*tortie confirm/),
      });
      expect(await everything(host.ns)).toEqual(applied);
      expect((await host.run('clear')).status).toBe(0);
      expect(host.pending()).toBeUndefined();
      await host.until(() => gone(watcher));
      expect(withoutEmptyTables(await everything(host.ns))).toEqual(withoutEmptyTables(before));
    }));

  it('has nothing to confirm when nothing changes, or when the kernel refuses', () =>
    onHost(argv, {}, async (host, before) => {
      expect(await host.enforce('old', '--confirm', '600s')).toMatchObject({ status: 0, stderr: '' });
      expect(host.pending()).toBeUndefined();
      expect(await everything(host.ns)).toEqual(before);
    }));
});

const TERMINAL = fileURLToPath(new URL('../support/terminal.py', import.meta.url));

describe.concurrent('on a terminal', () => {
  const [nft] = DATAPLANES;
  const on = (host: Host, action: 'enter' | 'close', ...more: string[]) =>
    start(host.ns, program, host.enforceArgv('new', ...more), ['python3', TERMINAL, action, 'Press Enter'])
      .ended;

  it('Enter confirms', () =>
    onHost(nft?.argv ?? [], {}, async (host, before) => {
      const done = await on(host, 'enter', '--confirm', '600s');
      expect(done).toMatchObject({ status: 0, stdout: expect.stringMatching(/Press Enter[^]*Confirmed\./) });
      expect(host.pending()).toBeUndefined();
      expect(await everything(host.ns)).not.toEqual(before);
    }));

  it.each(DATAPLANES)('a closed terminal ends the command, and the rollback comes: $name', ({ argv }) =>
    onHost(argv, {}, async (host, before) => {
      const done = await on(host, 'close', '--confirm', '600s');
      expect(done.status).toBe(129);
      expect(host.pending()?.phase).toBe('applied');
      host.expire();
      await host.settled();
      expect(await everything(host.ns)).toEqual(before);
    }),
  );

  it('waits until it is rolled back, by the command itself if the process for it is killed', () =>
    onHost(nft?.argv ?? [], {}, async (host, before) => {
      const never = ['python3', TERMINAL, 'enter', 'never printed'];
      const waiting = (...argv: string[]) => start(host.ns, program, host.enforceArgv('new', ...argv), never);
      // The time itself, for once.
      expect(await waiting('--confirm', '1s').ended).toMatchObject({ status: 3 });
      expect(await everything(host.ns)).toEqual(before);
      const second = waiting('--confirm', '600s');
      await host.reached('applied');
      process.kill(host.pending()?.watcher?.pid ?? 0, 'SIGKILL');
      host.expire();
      expect(await second.ended).toMatchObject({ status: 3 });
      expect(await everything(host.ns)).toEqual(before);
    }));
});

describe.concurrent('what comes back is what was there', () => {
  it.each(DATAPLANES.flatMap((from) => DATAPLANES.filter((to) => to !== from).map((to) => ({ from, to }))))(
    'from $from.name by way of $to.name',
    ({ from, to }) =>
      onHost(from.argv, {}, async (host, before) => {
        const other = new Host(host.ns, to.argv, '');
        expect((await other.enforce('new', '--confirm', '600s')).status).toBe(0);
        host.expire();
        await host.settled();
        expect(withoutEmptyTables(await everything(host.ns))).toEqual(withoutEmptyTables(before));
        expect((await host.run('status')).status).toBe(0);
      }),
  );

  it.each(DATAPLANES.slice(1))(
    'even hooks out of place, and rules that somebody changed: $name',
    ({ argv, name }) =>
      onHost(argv, {}, async (host) => {
        const tool = `iptables-${name}`;
        await host.ns.sh([tool, '-I', 'FORWARD', '-s', '192.0.2.1', '-j', 'ACCEPT']);
        await host.ns.sh([tool, '-A', 'FORWARD', '-s', '192.0.2.2', '-j', 'ACCEPT']);
        await host.ns.sh([
          tool,
          '-A',
          'tortie-FORWARD',
          '-s',
          '192.0.2.3',
          '-m',
          'comment',
          '--comment',
          'x "y',
          '-j',
          'DROP',
        ]);
        const before = await everything(host.ns);
        await host.enforce('new', '--confirm', '600s');
        expect(await everything(host.ns)).not.toEqual(before);
        host.expire();
        await host.settled();
        expect(await everything(host.ns)).toEqual(before);
      }),
  );
});
