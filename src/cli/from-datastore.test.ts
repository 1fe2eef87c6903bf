// Commands on policy that read a directory as a datastore, and which store the options mean.
import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from './testing.ts';

const good = folder({ 'endpoints.yaml': ENDPOINTS, 'policy.yaml': policy(5432) });
const bad = folder({ 'endpoints.yaml': ENDPOINTS, 'policy.yaml': 'spec: [' });
const config = folder({
  'calicoctl.cfg': `apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata: {}\nspec: { datastoreType: file, filePath: ${good.path('')} }\n`,
});
afterAll(() => {
  for (const each of [good, bad, config]) each.remove();
});

describe('--datastore file', () => {
  it.each([
    [[], { FILE_DATASTORE_PATH: good.path('') }],
    [['-c', config.path('calicoctl.cfg')], {}],
  ])('%j renders as -f does', async (options, env) => {
    const stored = await tortie(['render', '--datastore', 'file', ...options], { env });
    expect(stored).toEqual(await tortie(['render', '-f', good.path('')]));
    expect(stored.stdout).toContain('5432');
  });

  it('ends with an error where a file cannot be read, told once', async () => {
    const env = { FILE_DATASTORE_PATH: bad.path('') };
    const { status, stdout, stderr } = await tortie(['render', '--datastore', 'file'], { env });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.match(/^error/gm)).toHaveLength(1);
    expect(stderr).toContain(`${bad.path('policy.yaml')}:1:`);
  });

  it('goes with no -f', async () => {
    const { status, stderr } = await tortie(['render', '--datastore', 'file', '-f', good.path('')]);
    expect(status).toBe(2);
    expect(stderr).toContain('-f and --datastore file exclude each other');
  });
});

it.each([
  ['etcd', 'no etcd endpoints: set etcdEndpoints or etcdDiscoverySrv'],
  ['etcdv3', 'no etcd endpoints: set etcdEndpoints or etcdDiscoverySrv'],
])('--datastore %s wins over what a configuration file says', async (type, message) => {
  const file = config.path('calicoctl.cfg');
  const { status, stdout, stderr } = await tortie(['get', 'tiers', '--datastore', type, '-c', file]);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});
