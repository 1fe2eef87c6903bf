// What people see when the directory that is their datastore is not as it should be.
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { folder, tortie } from '../testing.ts';

const SET = (name: string, more = '') =>
  `apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: { name: ${name} }\n${more}spec: { nets: [] }\n`;
const CUT = SET('a').slice(0, -8);
const files = folder({
  'good/a.yaml': SET('a'),
  'half/a.yaml': CUT,
  'half/b.yaml': SET('b'),
  'new/new.yaml': SET('new', 'newTop: x # of a newer Calico\n'),
});
afterAll(() => files.remove());

const run = (argv: string, name: string, stdin = '') =>
  tortie(argv.split(' '), {
    env: { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: files.path(name) },
    stdin,
  });

it('a directory that is not there, and that the first write makes', async () => {
  for (const argv of ['get gns', 'get gns a', 'patch gns a -p {"spec":{}}', 'datastore export']) {
    const { status, stdout, stderr } = await run(argv, 'none');
    expect([argv, status, stdout.replace(/^null\n/, '')]).toEqual([argv, 1, '']);
    expect(stderr).toContain(
      `cannot read ${files.path('none')}: no such directory\nhint: see FILE_DATASTORE_PATH`,
    );
  }
  expect(await run('apply -f -', 'none', SET('a'))).toMatchObject({ status: 0, stderr: '' });
  expect((await run('get gns a', 'none')).status).toBe(0);
});

it('a file that is cut short: where, and the others go on', async () => {
  const leftOut = new RegExp(`^left out: ${files.path('half/a.yaml')}:4:\\d+: .*\\n$`);
  const list = await run('get gns', 'half');
  expect([list.status, list.stdout]).toEqual([0, expect.stringContaining('b ')]);
  expect(list.stderr).toMatch(leftOut);
  // Once, though it could be of any kind.
  const out = await run('datastore export', 'half');
  expect([out.status, out.stdout]).toEqual([1, expect.stringContaining('name: b')]);
  expect(out.stderr).toMatch(leftOut);
  for (const argv of ['get gns a', 'label gns a x=y', 'apply -f -']) {
    const { status, stderr } = await run(argv, 'half', SET('a'));
    expect([argv, status]).toEqual([argv, 1]);
    expect(stderr).toMatch(/half\/a\.yaml cannot be read: [^]*\nhint: correct the file first\n$/);
  }
  expect(readFileSync(files.path('half/a.yaml'), 'utf8')).toBe(CUT);
});

it('a field of a newer Calico is kept, with its comment', async () => {
  for (const argv of ['label gns new a=b', 'patch gns new -p {"spec":{"nets":["192.0.2.0/24"]}}'])
    expect(await run(argv, 'new')).toMatchObject({ status: 0, stderr: '' });
  const text = readFileSync(files.path('new/new.yaml'), 'utf8');
  expect(text).toContain('\nnewTop: x # of a newer Calico\n');
  expect(text).toContain('192.0.2.0/24');
  expect(text).toContain('a: b');
});
