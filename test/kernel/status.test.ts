// status on real kernels: what is loaded, by whom, and whether it still is what was applied; and what is not ours although
// it has our names, which enforce refuses and clear leaves alone.
import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from '../../src/cli/testing.ts';
import { FOREIGN } from '../support/foreign-rules.ts';
import { everything } from '../support/listings.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';

const files = folder({
  'old/endpoints.yaml': ENDPOINTS,
  'old/policy.yaml': policy(5432),
});
afterAll(() => files.remove());

const DATAPLANES = [
  { loaded: 'nftables', argv: ['--dataplane', 'nftables'] },
  { loaded: 'iptables-nft', argv: ['--dataplane', 'iptables', '--iptables-backend', 'nft'] },
  { loaded: 'iptables-legacy', argv: ['--dataplane', 'iptables', '--iptables-backend', 'legacy'] },
];

interface Status {
  readonly state: string;
  readonly loaded: readonly string[];
  readonly applied?: { readonly node: string; readonly inputs: readonly string[]; readonly pid: number };
  readonly drift: readonly { readonly change: string; readonly object: string }[];
}

const on = (ns: TestNamespace, ...argv: string[]) => tortie(argv, { runner: ns.run });

async function status(ns: TestNamespace): Promise<Status & { readonly exit: number }> {
  const { status: exit, stdout } = await on(ns, 'status', '-o', 'json');
  return { exit, ...(JSON.parse(stdout) as Status) };
}

describe.each(DATAPLANES)('status: $loaded', ({ loaded, argv }) => {
  const enforce = (ns: TestNamespace) => on(ns, 'enforce', '-q', '-f', files.path('old'), ...argv);

  it('says what is loaded, and notices every change of it', () =>
    inNamespace(async (ns) => {
      for (const { argv: command, stdin } of FOREIGN) await ns.sh(command, stdin);
      expect(await status(ns)).toMatchObject({ exit: 1, state: 'nothing', loaded: [] });
      expect(await enforce(ns)).toMatchObject({ status: 0, stderr: '' });
      const applied = { node: 'n1', inputs: [files.path('old')], pid: process.pid, dataplane: loaded };
      expect(await status(ns)).toMatchObject({
        exit: 0,
        state: 'as-applied',
        loaded: [loaded],
        applied,
        drift: [],
      });
      expect((await on(ns, 'status')).stdout).toMatch(
        new RegExp(
          `^loaded +${loaded}\nnode +n1\ninputs +\\S+\napplied +\\S+Z by \\S+, process \\d+, tortie .*\nstate +as applied\n$`,
        ),
      );
      for (const change of changes(loaded)) {
        for (const command of change.commands) await ns.sh(command);
        const found = await status(ns);
        expect([found.exit, found.state]).toEqual([1, 'changed']);
        expect(found.drift.map((d) => `${d.change} ${d.object}`)).toEqual(change.drift);
        expect(await enforce(ns)).toMatchObject({ status: 0 });
        expect(await status(ns)).toMatchObject({ exit: 0, state: 'as-applied' });
      }
      // Rules of others come and go between ours.
      if (loaded !== 'nftables') await ns.sh([loaded, '-I', 'FORWARD', '2', '-j', 'ACCEPT']);
      expect(await status(ns)).toMatchObject({ exit: 0 });
      expect(await on(ns, 'clear')).toMatchObject({ status: 0 });
      expect(await status(ns)).toMatchObject({ exit: 1, state: 'nothing' });
    }));

  it('says that somebody removed everything, or that nobody took notes', () =>
    inNamespace(async (ns) => {
      await enforce(ns);
      const flush = 'for f in -F -X; do "$ip" -t filter $f; "$ip" -t raw $f; done';
      const legacy = `for ip in iptables-legacy ip6tables-legacy; do ${flush}; done`;
      await ns.sh(['sh', '-c', `nft flush ruleset; ${legacy}`]);
      expect(await status(ns)).toMatchObject({ exit: 1, state: 'changed', loaded: [] });
      expect((await on(ns, 'status')).stdout).toContain('gone since it was applied');
      await on(ns, 'clear');
      await enforce(ns);
      const inode = /\d+/.exec(await ns.sh(['readlink', '/proc/self/ns/net']))?.[0] ?? '';
      await ns.sh(['rm', '-r', `/run/tortie/net-${inode}`]);
      expect(await status(ns)).toMatchObject({ exit: 1, state: 'unrecorded', loaded: [loaded] });
    }));
});

interface Tampering {
  readonly commands: readonly (readonly string[])[];
  readonly drift: readonly string[];
}

function changes(loaded: string): Tampering[] {
  if (loaded === 'nftables') {
    const nft = (...words: string[]) => ['nft', words.join(' ')];
    return [
      {
        commands: [nft('add rule inet tortie from-caliweb accept')],
        drift: ['changed nftables chain from-caliweb'],
      },
      {
        commands: [nft('delete element inet tortie to-workload { "calidb" }')],
        drift: ['changed nftables map to-workload'],
      },
      {
        commands: [nft('add set inet tortie zz { type ipv4_addr; }')],
        drift: ['added nftables set zz'],
      },
    ];
  }
  return [
    {
      commands: [[loaded, '-A', 'tortie-from-workload', '-j', 'ACCEPT']],
      drift: [`changed ${loaded} filter/v4 tortie-from-workload`],
    },
    {
      commands: [[loaded, '-I', 'FORWARD', '-s', '192.0.2.1', '-j', 'ACCEPT']],
      drift: [`changed ${loaded} filter/v4 place of the jumps`],
    },
    {
      commands: [[loaded, '-N', 'tortie-zz']],
      drift: [`added ${loaded} filter/v4 tortie-zz`],
    },
  ];
}

const NOT_OURS: readonly { readonly name: string; readonly table: string }[] = [
  {
    name: 'with rules',
    table: 'table inet tortie { chain web { type filter hook input priority 0; tcp dport 80 drop; }; }',
  },
  {
    name: 'with rules and comments',
    table: 'table inet tortie { chain forward-x { tcp dport 80 drop comment "t:short"; }; }',
  },
  {
    name: 'with a set only',
    table: 'table inet tortie { set s { type ipv4_addr; elements = { 192.0.2.1 }; }; }',
  },
  {
    name: 'with an empty chain',
    table: 'table inet tortie { chain web { type filter hook input priority 0; }; }',
  },
  { name: 'empty', table: 'table inet tortie { }' },
];

describe('a table of somebody else that is called inet tortie', () => {
  it.each(NOT_OURS)('$name is neither changed nor removed', ({ table }) =>
    inNamespace(async (ns) => {
      await ns.sh(['nft', '-f', '-'], `${table}\n`);
      const before = await everything(ns);
      for (const verb of ['enforce', 'plan']) {
        const refused = await on(ns, verb, '-f', files.path('old'));
        expect([refused.status, refused.stdout]).toEqual([2, '']);
        expect(refused.stderr).toMatch(/error\[apply\/foreign-table\]: the table inet tortie .* is not ours/);
      }
      expect(await on(ns, 'enforce', '--confirm', '5s', '-f', files.path('old'))).toMatchObject({
        status: 2,
      });
      expect(await on(ns, 'clear')).toMatchObject({
        status: 0,
        stdout: 'Nothing of tortie is here.\n',
        stderr: expect.stringContaining('warning[apply/foreign-table]'),
      });
      expect(await everything(ns)).toEqual(before);
      expect(await status(ns)).toMatchObject({ exit: 1, state: 'nothing' });
      // The other dataplane is not in its way.
      const iptables = ['--dataplane', 'iptables', '--iptables-backend', 'legacy'];
      expect(await on(ns, 'enforce', '-q', '-f', files.path('old'), ...iptables)).toMatchObject({
        status: 0,
      });
      expect(await on(ns, 'clear')).toMatchObject({ status: 0 });
      expect((await everything(ns))[0]).toEqual(before[0]);
    }),
  );

  it('is ours when somebody flushed it, and is filled again', () =>
    inNamespace(async (ns) => {
      await on(ns, 'enforce', '-f', files.path('old'));
      const before = await everything(ns);
      await ns.sh(['nft', 'flush', 'table', 'inet', 'tortie']);
      expect(await on(ns, 'enforce', '-f', files.path('old'))).toMatchObject({ status: 0 });
      expect(await everything(ns)).toEqual(before);
      await ns.sh(['nft', 'flush', 'table', 'inet', 'tortie']);
      expect(await on(ns, 'clear')).toMatchObject({ status: 0 });
      expect(await ns.ours()).toEqual([]);
    }));
});

describe.each(['nft', 'legacy'])('chains of somebody else that are called tortie-…: %s', (backend) => {
  const SAVE = `*filter\n:tortie-web - -\n-A tortie-web -p tcp -j DROP\n-I INPUT -j tortie-web\nCOMMIT\n`;
  const argv = ['--dataplane', 'iptables', '--iptables-backend', backend];

  it('are neither changed nor removed', () =>
    inNamespace(async (ns) => {
      await ns.sh([`iptables-${backend}-restore`, '--noflush'], SAVE);
      const before = await everything(ns);
      const refused = await on(ns, 'enforce', '-f', files.path('old'), ...argv);
      expect(refused).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('error[apply/foreign-chains]'),
      });
      expect(await on(ns, 'clear')).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('warning[apply/foreign-chains]'),
      });
      expect(await everything(ns)).toEqual(before);
      expect(await on(ns, 'enforce', '-q', '-f', files.path('old'))).toMatchObject({ status: 0 });
      expect(await on(ns, 'clear')).toMatchObject({ status: 0 });
      expect(await everything(ns)).toEqual(before);
    }));

  it('are ours when somebody flushed them, and are filled again', () =>
    inNamespace(async (ns) => {
      await on(ns, 'enforce', '-f', files.path('old'), ...argv);
      const before = await everything(ns);
      await ns.sh([`iptables-${backend}`, '-F']);
      expect(await on(ns, 'enforce', '-f', files.path('old'), ...argv)).toMatchObject({ status: 0 });
      expect(await everything(ns)).toEqual(before);
    }));
});
