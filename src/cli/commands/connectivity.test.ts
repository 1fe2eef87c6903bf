import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, REMOTE, tortie } from '../testing.ts';

const files = folder({
  'old/endpoints.yaml': ENDPOINTS,
  'old/remote.yaml': REMOTE,
  'old/policy.yaml': policy(5432),
  'new/endpoints.yaml': ENDPOINTS,
  'new/remote.yaml': REMOTE,
  'new/policy.yaml': policy(5433),
});
afterAll(() => files.remove());
const run = (...argv: string[]) => tortie(['connectivity', ...argv]);
const [older, newer] = [files.path('old'), files.path('new')];

describe('connectivity', () => {
  it('shows who may talk to whom', async () => {
    expect(await run('-f', older)).toEqual({
      status: 0,
      stderr: '',
      stdout: `FROM        TO                             ALLOWED
prod/db     prod/web, prod/cache, outside  all
prod/web    prod/db                        tcp 5432
            prod/cache, outside            all
prod/cache  prod/web, outside              all
outside     prod/web, prod/cache           all

Everything else between these is denied.
`,
    });
  });

  it('has CSV and JSON', async () => {
    const csv = await run('-f', older, '-o', 'csv');
    expect(csv.stdout.split('\n').filter((line) => line.includes('tcp 5432'))).toEqual([
      'prod/web,prod/db,tcp 5432',
    ]);
    const json = JSON.parse((await run('-f', older, '-o', 'json')).stdout);
    expect(json).toMatchObject({ kind: 'Connectivity', apiVersion: 'tortie.dev/v1' });
    expect(json.allowed.map((c: { text: string }) => c.text)).toContain('tcp 5432');
  });

  it('shows what a change does, with the rules behind it, and exits 1', async () => {
    const { status, stdout } = await run(older, newer);
    expect(stdout.replaceAll(`${files.path('')}/`, '')).toBe(`+ prod/web → prod/db  tcp 5433
    before: the default action of tier default (ingress)
    now: NetworkPolicy/prod/db ingress rule 1  (new/policy.yaml:9)
- prod/web → prod/db  tcp 5432
    before: NetworkPolicy/prod/db ingress rule 1  (old/policy.yaml:9)
    now: the default action of tier default (ingress)
`);
    expect(status).toBe(1);
    const json = JSON.parse((await run(older, newer, '-o', 'json')).stdout);
    expect(json.changes.map((c: { verdict: string; text: string }) => `${c.verdict} ${c.text}`)).toEqual([
      'allow tcp 5433',
      'deny tcp 5432',
    ]);
    expect((await run(older, newer, '-o', 'csv')).stdout).toContain('allow,prod/web,prod/db,tcp 5433,');
  });

  it('exits 0 when nothing differs', async () => {
    expect(await run(older, older)).toMatchObject({
      status: 0,
      stdout: 'Nobody may do more or less than before.\n',
    });
  });

  it('exits 2 without an input, or with only one to compare', async () => {
    expect((await run()).status).toBe(2);
    expect((await run(older)).status).toBe(2);
    expect((await run('-f', files.path('nowhere'))).status).toBe(2);
  });
});
