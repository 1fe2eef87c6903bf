import { describe, expect, it } from 'vitest';
import { checkTools, explainFailure } from './privileges.ts';
import { fakeRunner } from './run-fake.ts';

const failed = (stderr: string) => ({ exitCode: 1, stdout: '', stderr });

describe('explainFailure', () => {
  it.each([
    [
      'nft',
      'Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed',
      'host/not-root',
    ],
    [
      'iptables-nft-save',
      'Could not fetch rule set generation id: Permission denied (you must be root)',
      'host/not-root',
    ],
    [
      'iptables-legacy-restore',
      "Fatal: can't open lock file /run/xtables.lock: Permission denied",
      'host/not-root',
    ],
    ['ipset', 'ipset v7.17: Kernel error received: Operation not permitted', 'host/not-root'],
    [
      'nft',
      'netlink.c:59: Unable to initialize Netlink socket: Protocol not supported',
      'host/kernel-feature',
    ],
    [
      'iptables-legacy',
      "can't initialize iptables table `filter': Table does not exist (do you need to insmod?)",
      'host/kernel-feature',
    ],
    ['ipset', 'ipset v7.17: Cannot open session to kernel.', 'host/kernel-feature'],
    ['nft', 'netlink: Error: Could not process rule: Message too long', 'host/kernel-limit'],
  ])('reads %s: %s', (tool, stderr, code) => {
    expect(explainFailure([tool], failed(stderr))).toMatchObject({ code, severity: 'error' });
  });
  it('leaves a complaint about the input to others', () => {
    expect(explainFailure(['nft'], failed('/dev/stdin:1:1-2: Error: syntax error'))).toBeUndefined();
  });
  it('names the package of a missing tool', () => {
    const result = { exitCode: 127, stdout: '', stderr: '', missing: true as const };
    expect(explainFailure(['ip6tables-nft-save'], result)).toMatchObject({
      code: 'host/no-tool',
      hint: 'apt-get install iptables',
    });
  });
});

describe('checkTools', () => {
  it('asks every tool of the dialect and tells all that is wrong', async () => {
    const run = fakeRunner(({ argv }) =>
      argv[0] === 'ipset' ? undefined : failed('Permission denied (you must be root)'),
    );
    expect((await checkTools(run, 'iptables', 'legacy')).map((p) => p.code)).toEqual([
      'host/not-root',
      'host/not-root',
      'host/no-tool',
    ]);
  });
  it('has nothing to say of a host that can', async () => {
    expect(
      await checkTools(
        fakeRunner(() => ({})),
        'nftables',
      ),
    ).toEqual([]);
  });
});
