import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from '../testing.ts';

const files = folder({
  'good/endpoints.yaml': ENDPOINTS,
  'good/policy.yaml': policy(5432),
  'bad/policy.yaml': policy(5432).replace("app == 'web'", 'app == web').replace('types:', 'typs:'),
  'bad/tier.yaml':
    'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: { name: sec.x }\nspec: { tier: sec }\n',
  'warning.yaml': 'apiVersion: projectcalico.org/v3\nkind: IPReservation\nmetadata: { name: p }\n',
  'graph.yaml': ENDPOINTS.replaceAll('kns.prod]', 'kns.gone]'),
  'empty/readme.txt': '',
});
afterAll(() => files.remove());
const validate = (...argv: string[]) => tortie(['validate', ...argv]);

describe('validate', () => {
  it('exits 0 and counts when all is well', async () => {
    expect(await validate('-f', files.path('good'))).toEqual({
      status: 0,
      stdout: '4 resources: 0 errors, 0 warnings\n',
      stderr: '',
    });
  });

  it('exits 1 with every problem of every document, each with its place', async () => {
    const { status, stdout, stderr } = await validate('-f', files.path('bad'));
    expect([status, stderr]).toEqual([1, '']);
    const heads = stdout.split('\n').filter((line) => /^(error|warning)\[| *-->/.test(line));
    expect(heads.map((line) => line.replace(files.path('bad'), ''))).toEqual([
      expect.stringMatching(/^error\[resource\/unknown-field\]/),
      expect.stringMatching(/--> \/policy\.yaml:7:3$/),
      expect.stringMatching(/^error\[selector\/syntax\]/),
      expect.stringMatching(/--> \/policy\.yaml:11:34$/),
      expect.stringMatching(/^error\[policy\/missing-tier\]/),
      expect.stringMatching(/--> \/tier\.yaml:4:/),
    ]);
    expect(stdout).toContain('did you mean "types"?');
    expect(stdout).toMatch(/\n\n\d resources?: 3 errors, 0 warnings\n$/);
  });

  it('prints problems as JSON', async () => {
    const { status, stdout } = await validate('-f', files.path('bad'), '-o', 'json');
    expect(status).toBe(1);
    const value = JSON.parse(stdout) as { problems: unknown[] };
    expect(value).toMatchObject({ apiVersion: 'tortie.dev/v1', kind: 'Validation', errors: 3, warnings: 0 });
    expect(value.problems[1]).toMatchObject({
      code: 'selector/syntax',
      field: 'spec.ingress[0].source.selector',
      place: { line: 11 },
    });
  });

  it('exits 0 for warnings, 1 with --strict', async () => {
    expect(await validate('-f', files.path('warning.yaml'))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('warning['),
    });
    expect((await validate('--strict', '-f', files.path('warning.yaml'))).status).toBe(1);
  });

  it('shows what only the whole shows, with its place', async () => {
    const { stdout } = await validate('-f', files.path('graph.yaml'));
    expect(stdout).toMatch(/warning\[.*kns\.gone/);
    expect(stdout).toContain(`--> ${files.path('graph.yaml')}:`);
  });

  it('reads standard input, in both spellings', async () => {
    for (const argv of [['-f', '-'], ['-f=-'], ['--filename=-']]) {
      expect(await tortie(['validate', ...argv], { stdin: policy(1) })).toMatchObject({
        status: 0,
        stdout: '1 resource: 0 errors, 0 warnings\n',
      });
    }
  });

  it('takes -f several times', async () => {
    const { stdout } = await validate(
      '-f',
      files.path('good/policy.yaml'),
      '-f',
      files.path('good/endpoints.yaml'),
    );
    expect(stdout).toMatch(/^4 resources/);
  });

  it('exits 1 when a directory holds nothing to validate', async () => {
    expect(await validate('-f', files.path('empty'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('no resources'),
    });
  });

  it('exits 2 when a file cannot be had', async () => {
    const { status, stdout } = await validate('-f', files.path('none.yaml'), '-f', files.path('bad'));
    expect(status).toBe(2);
    expect(stdout).toContain('no such file or directory');
    expect(stdout).toContain('selector/syntax');
  });

  it('refuses a file over the size limit, and the option raises it', async () => {
    const file = files.path('good/endpoints.yaml');
    expect(await validate('-f', file, '--max-file-size', '100')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('--max-file-size'),
    });
    expect((await validate('-f', file, '--max-file-size', '1K')).status).toBe(0);
  });
});
