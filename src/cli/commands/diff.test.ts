import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from '../testing.ts';

const files = folder({
  'base.yaml': ENDPOINTS,
  'old/endpoints.yaml': ENDPOINTS,
  'old/policy.yaml': policy(5432),
  'new/endpoints.yaml': ENDPOINTS,
  'new/policy.yaml': policy(5433),
  'bad/endpoints.yaml': ENDPOINTS,
  'bad/policy.yaml': policy(5432).replace("app == 'web'", 'app == web'),
  'only-old.yaml': policy(5432),
  'only-new.yaml': policy(5433),
});
afterAll(() => files.remove());
const diff = (older: string, newer: string, ...argv: string[]) =>
  tortie(['diff', files.path(older), files.path(newer), ...argv]);

describe.each(['nftables', 'iptables'])('diff, %s', (dataplane) => {
  const on = ['--dataplane', dataplane];

  it('exits 0 when nothing differs', async () => {
    const { status, stdout, stderr } = await diff('old', 'old', ...on);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('No changes. Both give the same rules.\n');
  });

  it('exits 1 and says what changed, and because of which rule', async () => {
    const { status, stdout, stderr } = await diff('old', 'new', ...on);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('NetworkPolicy/prod/db');
    expect(stdout).toContain(`${files.path('new/policy.yaml')}:9`);
    expect(stdout).toMatch(/^.*5432.*$/m);
    expect(stdout).toMatch(/^.*5433.*$/m);
    expect(stdout).toMatch(/Plan: \d+ to add, \d+ to change, \d+ to remove\.\n$/);
  });

  it('names the old file for what was removed', async () => {
    const { status, stdout } = await diff('old', 'base.yaml', ...on);
    expect(status).toBe(1);
    expect(stdout).toContain(`${files.path('old/policy.yaml')}:`);
  });

  it('prints a unified diff, and JSON', async () => {
    const unified = await diff('old', 'new', ...on, '-o', 'unified');
    expect(unified).toMatchObject({ status: 1, stderr: '' });
    expect(unified.stdout).toMatch(/^--- .*\n\+\+\+ /m);
    const json = await diff('old', 'new', ...on, '-o', 'json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ apiVersion: 'tortie.dev/v1', kind: 'Diff' });
  });
});

describe('diff', () => {
  it('reads what -f names on both sides', async () => {
    const { status, stdout } = await diff('only-old.yaml', 'only-new.yaml', '-f', files.path('base.yaml'));
    expect(status).toBe(1);
    expect(stdout).toContain('5433');
  });

  it('takes colour when asked to', async () => {
    const plain = await diff('old', 'new');
    const colored = await diff('old', 'new', '--color', 'always');
    expect(plain.stdout).not.toContain('\u001B');
    expect(colored.stdout).toContain('\u001B[32m');
  });

  it('exits 2 when either side has an error', async () => {
    for (const sides of [
      ['bad', 'new'],
      ['old', 'bad'],
      ['old', 'none'],
    ] as const) {
      const { status, stdout, stderr } = await diff(sides[0], sides[1]);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^error\[/);
    }
  });
});
