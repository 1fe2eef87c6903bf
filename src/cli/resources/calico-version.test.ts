// Which clusters may be written to without a word, with one, or not at all.
import { describe, expect, it } from 'vitest';
import { DatastoreError, type Datastore } from '../../datastore/index.ts';
import { judgeVersion } from './calico-version.ts';
import { documents, object, stored } from './testing.ts';

describe('judgement', () => {
  it.each([
    ['v3.33.0', 'GlobalNetworkPolicy', undefined],
    ['v3.32.4-0.dev-12-gabcdef', 'NetworkPolicy', undefined],
    ['3.32', 'StagedGlobalNetworkPolicy', undefined],
    ['v3.29.1', 'IPPool', undefined],
    ['v3.31.2', 'StagedKubernetesNetworkPolicy', undefined],
    ['v3.31.2', 'GlobalNetworkPolicy', 'refused'],
    ['v3.29.1', 'NetworkPolicy', 'refused'],
    ['v3.34.0', 'IPPool', 'warning'],
    ['v3.100.0', 'NetworkPolicy', 'warning'],
    ['v4.0.0', 'IPPool', 'refused'],
    ['v2.6.12', 'Tier', 'refused'],
    ['', 'IPPool', undefined],
    ['master', 'NetworkPolicy', undefined],
    ['v3', 'NetworkPolicy', undefined],
  ])('%s, %s: %s', (version, kind, level) => {
    expect(judgeVersion(version, ['Tier', kind])?.level).toBe(level);
  });
});

const GNP = object('GlobalNetworkPolicy', 'a', { selector: 'all()' });
const SET = object('GlobalNetworkSet', 's', { nets: ['10.0.0.0/8'] });

async function cluster(calicoVersion: string) {
  const made = await stored(GNP, SET);
  const { value } = await made.store.get({ kind: 'ClusterInformation', name: 'default' });
  await made.store.update({ ...value, spec: { ...(value.spec as object), calicoVersion } });
  return { ...made, revision: async () => (await made.store.list({ kind: 'Tier' })).revision };
}

const REFUSED = `version mismatch.
Client Version:   v3.33
Cluster Version:  3.31.2
Use --allow-version-mismatch to override
hint: `;

describe('commands', () => {
  const policy = { stdin: documents(object('GlobalNetworkPolicy', 'a', { selector: 'has(x)' })) };
  const WRITES = [
    ['create -f -', { stdin: documents(object('GlobalNetworkPolicy', 'b', {})) }],
    ['apply -f -', policy],
    ['apply -f - --dry-run', policy],
    ['replace -f -', policy],
    ['datastore import -f -', policy],
    ['delete gnp a', {}],
    ['delete gnp a nosuch', {}],
    ['patch gnp a -p {"spec":{"order":1}}', {}],
    ['label gnp a x=y', {}],
    ['label gnp nosuch x=y', {}],
  ] as const;

  it.each(WRITES)('%s: refused before anything is written', async (command, setting) => {
    const { run, revision } = await cluster('v3.31.2-0.dev');
    const before = await revision();
    const { status, stdout, stderr } = await run(command, setting);
    expect([status, stdout, stderr.slice(0, REFUSED.length)]).toEqual([1, '', REFUSED]);
    expect(stderr.split('\n')).toHaveLength(6);
    expect(await revision()).toBe(before);
  });

  it.each(WRITES.slice(0, 1).concat(WRITES.slice(5, 6)))(
    '%s: done when it is allowed',
    async (command, setting) => {
      const { run } = await cluster('v3.31.2');
      expect(await run(`${command} --allow-version-mismatch`, setting)).toMatchObject({
        status: 0,
        stderr: '',
      });
      const early = await cluster('v3.31.2');
      expect((await early.run(`--allow-version-mismatch ${command}`, setting)).status).toBe(0);
    },
  );

  it('other kinds are written to an old cluster, and everything is read', async () => {
    const { run } = await cluster('v3.29.0');
    expect(await run('label gns s x=y')).toMatchObject({ status: 0, stderr: '' });
    expect(await run('get gnp a -o name')).toMatchObject({ status: 0, stderr: '' });
    expect(await run('datastore export')).toMatchObject({ status: 0, stderr: '' });
  });

  it('a newer cluster is written to, with a warning', async () => {
    const { run } = await cluster('v3.40.0');
    const { status, stderr } = await run('label gnp a x=y');
    expect([status, stderr.split('\n').length]).toEqual([0, 2]);
    expect(stderr).toContain('warning: the cluster runs Calico v3.40.0');
  });

  it('ClusterInformation that may not be read stops nothing', async () => {
    const { run, store } = await cluster('v3.33.0');
    const denied: Datastore = {
      ...store,
      get: async (key, options) => {
        if (key.kind === 'ClusterInformation')
          throw new DatastoreError('datastore/unauthorized', 'forbidden');
        return store.get(key, options);
      },
    };
    expect(await run('label gnp a x=y', { store: denied })).toMatchObject({
      status: 0,
      stderr: 'warning: unable to get Cluster Information to verify version mismatch: forbidden\n',
    });
  });

  it('the cluster is asked beside what the command reads first', async () => {
    const { run, store } = await cluster('v3.33.0');
    // Two reads that wait for each other: one after the other, they would wait for ever.
    let open = 0;
    let both = () => {};
    const together = new Promise<void>((resolve) => (both = resolve));
    const get: Datastore['get'] = async (key, options) => {
      if (++open === 2) both();
      await together;
      return store.get(key, options);
    };
    expect((await run('label gnp a x=y', { store: { ...store, get } })).status).toBe(0);
  });
});
