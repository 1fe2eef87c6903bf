// The commands on policy read a datastore as they read files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, tortie } from '../../src/cli/testing.ts';
import { createClient } from '../../src/client/index.ts';
import { loadFiles } from '../../src/datastore/file/index.ts';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import type { Datastore } from '../../src/datastore/index.ts';
import type { ApiObject } from '../../src/resources/api-object.ts';
import { parseAllDocuments } from 'yaml';
import { type EtcdServer, startEtcd } from './server.ts';

const POLICY = policy(5432);
const files = folder({ 'endpoints.yaml': ENDPOINTS, 'policy.yaml': POLICY });

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
  await etcd.start();
  const client = createClient(createEtcdDatastore({ endpoints: [etcd.endpoint] }));
  await client.ensureInitialized();
  for (const document of parseAllDocuments(`${ENDPOINTS}\n---\n${POLICY}`))
    await client.objects.apply(document.toJS() as ApiObject);
  await client.close();
});
afterAll(async () => {
  await etcd?.remove();
  files.remove();
});

const env = () => ({ ETCD_ENDPOINTS: etcd.endpoint });

it('render: the same rules from both', async () => {
  const { resources } = await loadFiles([files.path('')], { stdin: async () => '' });
  const node =
    resources.flatMap((each) => (each.kind === 'WorkloadEndpoint' ? [each.spec.node] : []))[0] ?? '';
  for (const dataplane of ['nftables', 'iptables']) {
    const argv = ['render', '--node', node, '--dataplane', dataplane];
    const [stored, read] = [
      await tortie([...argv, '--datastore', 'etcd'], { env: env() }),
      await tortie([...argv, '-f', files.path('')]),
    ];
    expect([stored.status, stored.stderr]).toEqual([0, '']);
    expect(stored.stdout).toBe(read.stdout);
    expect(stored.stdout).toContain('5432');
  }
});

describe('what is stored and not valid', () => {
  it('ends the command with an error, and nothing is rendered', async () => {
    const key = '/calico/resources/v3/projectcalico.org/globalnetworkpolicies/broken';
    const value = {
      kind: 'GlobalNetworkPolicy',
      apiVersion: 'projectcalico.org/v3',
      metadata: { name: 'broken' },
      spec: { selector: 'a ==' },
    };
    await etcd.putRaw(key, JSON.stringify(value));
    const bad = await tortie(['render', '--datastore', 'etcd'], { env: env() });
    expect([bad.status, bad.stdout]).toEqual([2, '']);
    expect(bad.stderr).toContain('GlobalNetworkPolicy/broken');
    await etcd.putRaw(key, '{"half":');
    const half = await tortie(['render', '--datastore', 'etcd'], { env: env() });
    expect([half.status, half.stdout]).toEqual([2, '']);
    expect(half.stderr).toContain('failed to parse datastore entry');
    await etcd.putRaw(key, JSON.stringify({ ...value, spec: { selector: 'all()' } }));
    expect((await tortie(['render', '--datastore', 'etcd'], { env: env() })).status).toBe(0);
  });
});

it('no server: what failed, where, and what to look at', async () => {
  const { status, stdout, stderr } = await tortie(['render', '--datastore', 'etcd'], {
    env: { ETCD_ENDPOINTS: 'http://127.0.0.1:1', ETCD_USERNAME: 'u', ETCD_PASSWORD: 'do-not-tell' },
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('http://127.0.0.1:1');
  expect(stderr).not.toContain('do-not-tell');
});

describe('the configuration of IPAM', () => {
  const KEY = '/calico/resources/v3/projectcalico.org/ipamconfigurations/default';
  const OWN = '/calico/ipam/v2/config';
  const document = (name: string) =>
    JSON.stringify({
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPAMConfiguration',
      metadata: { name },
      spec: { strictAffinity: true, autoAllocateBlocks: true },
    });
  const run = (words: string, stdin = '') => tortie(words.split(' '), { env: env(), stdin });

  it('lies where calicoctl keeps it, and IPAM’s own is neither shown nor changed', async () => {
    await etcd.putRaw(OWN, '{"auto_allocate_blocks":true}');
    expect((await run('get ipamconfig -o name')).stdout).toBe('');
    expect(await run('apply -f -', document('default'))).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse((await etcd.getRaw(KEY)) ?? '')).toMatchObject({
      kind: 'IPAMConfiguration',
      metadata: { name: 'default' },
      spec: { strictAffinity: true, autoAllocateBlocks: true },
    });
    expect((await run('patch ipamconfig default -p {"spec":{"maxBlocksPerHost":4}}')).status).toBe(0);
    const { stdout } = await run(
      'get ipamconfigurations -o custom-columns=NAME,STRICTAFFINITY,MAXBLOCKSPERHOST',
    );
    expect(stdout).toMatch(/^NAME +STRICTAFFINITY +MAXBLOCKSPERHOST *\ndefault +true +4 *\n/);
    expect((await run('create -f -', document('other'))).stderr).toContain(
      'Cannot create an IPAMConfiguration resource with a name other than "default"',
    );
    expect((await run('delete ipamconfig default')).status).toBe(0);
    expect(await etcd.getRaw(KEY)).toBeUndefined();
    expect(await etcd.getRaw(OWN)).toBe('{"auto_allocate_blocks":true}');
  });
});

it('get -w: a revision that is compacted away before it is watched from', async () => {
  const direct = createEtcdDatastore({ endpoints: [etcd.endpoint] });
  const set = (name: string): ApiObject => ({
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkSet',
    metadata: { name },
    spec: {},
  });
  for (const name of ['a', 'b']) await direct.create(set(name));
  let watches = 0;
  const store: Datastore = {
    ...direct,
    async *watch(selection, options) {
      if (++watches === 1) {
        await direct.delete({ kind: 'GlobalNetworkSet', name: 'a' });
        const { revision } = await direct.create(set('c'));
        await etcd.compact(revision);
      } else await direct.delete({ kind: 'GlobalNetworkSet', name: 'b' });
      for await (const event of direct.watch(selection, options)) {
        yield event;
        if (event.type === 'deleted') await direct.close();
      }
    },
  };
  const { status, stdout, stderr } = await tortie(['get', 'gns', '-w', '-o', 'name'], { store });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.replaceAll('globalnetworkset.projectcalico.org/', '')).toBe(
    'ADDED a\nADDED b\nDELETED a\nADDED c\nDELETED b\n',
  );
  expect(watches).toBeGreaterThanOrEqual(2);
});
