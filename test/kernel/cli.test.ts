// plan, enforce and clear as commands, against a real kernel: the exit statuses, that a second enforce changes nothing,
// that a change is shown with its cause, and that nothing is left behind.
import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from '../../src/cli/testing.ts';
import { inNamespace } from '../support/namespace.ts';

const files = folder({
  'old/endpoints.yaml': ENDPOINTS,
  'old/policy.yaml': policy(5432),
  'new/endpoints.yaml': ENDPOINTS,
  'new/policy.yaml': policy(5433),
});
afterAll(() => files.remove());

const DATAPLANES = [
  ['--dataplane', 'nftables'],
  ['--dataplane', 'iptables', '--iptables-backend', 'nft'],
  ['--dataplane', 'iptables', '--iptables-backend', 'legacy'],
];

describe.each(DATAPLANES.map((argv) => ({ name: argv.join(' '), argv })))('$name', ({ argv }) => {
  it('plan → enforce → no changes → a change → clear', async () => {
    await inNamespace(async (namespace) => {
      const { run } = namespace;
      const ours = () => namespace.ours();
      const on = (verb: string, ...more: string[]) => tortie([verb, ...more], { runner: run });
      const old = ['-f', files.path('old'), ...argv];
      const next = ['-f', files.path('new'), ...argv];

      const planned = await on('plan', ...old);
      expect(planned).toMatchObject({ status: 1, stderr: '' });
      expect(planned.stdout).toMatch(/^Plan: \d+ to add, 0 to change, 0 to remove\.$/m);
      expect(planned.stdout).toContain('# would run');
      expect(await ours()).toEqual([]);
      expect(await on('enforce', '--dry-run', ...old)).toEqual(planned);
      expect(await ours()).toEqual([]);

      expect(await on('enforce', ...old)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/\nEnforced\.\n$/),
      });
      expect(await ours()).not.toEqual([]);
      expect(await on('plan', ...old)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^No changes\./),
      });
      expect(await on('enforce', ...old)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^No changes\.[^\n]*\n$/),
      });

      const change = await on('plan', ...next);
      expect(change).toMatchObject({
        status: 1,
        stdout: expect.stringContaining(`${files.path('new/policy.yaml')}:9`),
      });
      expect(await on('plan', '-o', 'unified', ...next)).toMatchObject({
        status: 1,
        stdout: expect.stringMatching(/^--- /),
      });
      const json = await on('plan', '-o', 'json', ...next);
      expect(JSON.parse(json.stdout)).toMatchObject({ apiVersion: 'tortie.dev/v1', kind: 'Plan' });
      expect(await on('enforce', '--quiet', ...next)).toEqual({ status: 0, stdout: '', stderr: '' });

      expect(await on('clear', '--dry-run')).toMatchObject({
        status: 1,
        stdout: expect.stringMatching(/^would remove /),
      });
      expect(await on('clear')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^removed /),
        stderr: '',
      });
      expect(await ours()).toEqual([]);
      expect(await on('clear')).toEqual({ status: 0, stdout: 'Nothing of tortie is here.\n', stderr: '' });
    });
  });
});
