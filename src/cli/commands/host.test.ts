// plan, enforce and clear without a kernel: what they do when they cannot begin. test/kernel/cli.test.ts has the rest.
import { afterAll, describe, expect, it } from 'vitest';
import { fakeRunner, type Script } from '../../host/run-fake.ts';
import { ENDPOINTS, folder, policy, tortie } from '../testing.ts';

const files = folder({
  'good/endpoints.yaml': ENDPOINTS,
  'good/policy.yaml': policy(5432),
  'bad.yaml': `${ENDPOINTS}---${policy(5432).replace("app == 'web'", 'app == web')}`,
});
afterAll(() => files.remove());

const IP: Script = ({ argv }) =>
  argv[0] === 'ip' ? { stdout: '[{"ifname":"eth0","addr_info":[]}]' } : undefined;
const DENIED: Script = (call) =>
  IP(call) ?? { exitCode: 1, stderr: 'Operation not permitted (you must be root)' };

async function withTools(script: Script, ...argv: string[]) {
  const runner = fakeRunner(script);
  const ran = await tortie(argv, { runner });
  return { ...ran, commands: runner.calls.map((call) => call.argv.join(' ')) };
}

describe.each(['plan', 'enforce'])('%s', (verb) => {
  it('does not look at the host when the input has an error', async () => {
    const { status, stdout, stderr, commands } = await withTools(IP, verb, '-f', files.path('bad.yaml'));
    expect([status, stdout, commands]).toEqual([2, '', []]);
    expect(stderr).toContain('error[selector/syntax]');
  });

  it('refuses a node that nothing speaks of, since it would enforce nothing', async () => {
    const { status, stdout, stderr, commands } = await withTools(
      IP,
      verb,
      '-f',
      files.path('good'),
      '--node',
      'n11',
    );
    expect([status, stdout, commands]).toEqual([2, '', []]);
    expect(stderr).toMatch(/no Node is called n11[\s\S]*known: n1/);
  });

  it('says which tool is missing', async () => {
    const none = await withTools(() => undefined, verb, '-f', files.path('good'));
    expect(none).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('ip is not installed'),
    });
    const nft = await withTools(IP, verb, '-f', files.path('good'));
    expect(nft).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('apt-get install nftables'),
    });
    const argv = ['--dataplane', 'iptables', '--iptables-backend', 'legacy'];
    const iptables = await withTools(IP, verb, '-f', files.path('good'), ...argv);
    expect(iptables).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('apt-get install iptables'),
    });
  });

  it('says that it needs root', async () => {
    const { status, stdout, stderr } = await withTools(DENIED, verb, '-f', files.path('good'));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('run as root, or in a user and network namespace of your own');
  });
});

describe('enforce --dry-run', () => {
  it('is plan', async () => {
    const argv = ['-f', files.path('good')];
    expect(await withTools(IP, 'enforce', '--dry-run', ...argv)).toEqual(
      await withTools(IP, 'plan', ...argv),
    );
  });
});

describe('clear', () => {
  it('finds nothing where no tool is', async () => {
    expect(await withTools(() => undefined, 'clear', '--dry-run')).toMatchObject({
      status: 0,
      stdout: 'Nothing of tortie is here.\n',
      stderr: '',
    });
  });

  it('fails when it may not look', async () => {
    expect(await withTools(DENIED, 'clear', '--dry-run')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('run as root'),
    });
  });
});
