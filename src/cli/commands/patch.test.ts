// `patch` and `label`: one object, changed in part.
import { describe, expect, it } from 'vitest';
import { object, stored } from '../resources/testing.ts';

const set = () =>
  stored(
    object('GlobalNetworkSet', 's', { nets: ['10.0.0.0/8', '192.0.2.0/24'] }, { labels: { a: '1', b: '2' } }),
    object('IPPool', 'p', { cidr: '10.0.0.0/16', natOutgoing: true }),
  );
const SAID = "Successfully patched 1 'GlobalNetworkSet' resource\n";

describe('patch', () => {
  it.each([
    ['strategic', { metadata: { labels: { a: null, c: '3' } } }, { b: '2', c: '3' }, 2],
    ['strategic', { metadata: { labels: { $patch: 'replace', c: '3' } } }, { c: '3' }, 2],
    ['strategic', { metadata: { labels: { $retainKeys: ['b'], c: '3' } } }, { b: '2', c: '3' }, 2],
    ['strategic', { metadata: { labels: { $patch: 'delete' } } }, undefined, 2],
    ['strategic', { spec: { '$deleteFromPrimitiveList/nets': ['10.0.0.0/8'] } }, { a: '1', b: '2' }, 1],
    ['strategic', { spec: { nets: [] } }, { a: '1', b: '2' }, undefined],
    ['merge', { metadata: { labels: { a: null } }, spec: { nets: ['10.0.0.0/8'] } }, { b: '2' }, 1],
    [
      'json',
      [
        { op: 'remove', path: '/spec/nets/0' },
        { op: 'replace', path: '/metadata/labels/a', value: 'x' },
      ],
      { a: 'x', b: '2' },
      1,
    ],
    [
      'json',
      [
        { op: 'test', path: '/spec/nets/1', value: '192.0.2.0/24' },
        { op: 'add', path: '/spec/nets/-', value: '198.51.100.0/24' },
      ],
      { a: '1', b: '2' },
      3,
    ],
  ])('%s %j', async (type, patch, labels, nets) => {
    const { run, get } = await set();
    const ran = await run(['patch', 'gns', 's', '-p', JSON.stringify(patch), '--type', type]);
    expect(ran).toEqual({ status: 0, stdout: SAID, stderr: '' });
    const after = await get('GlobalNetworkSet', 's');
    expect(after?.metadata.labels).toEqual(labels);
    const spec = after?.spec as { nets?: unknown[] } | undefined;
    expect(spec?.nets?.length).toBe(nets);
  });

  it('is taken as YAML too', async () => {
    const { run, get } = await set();
    expect((await run(['patch', 'ippool', 'p', '-p', 'spec: { natOutgoing: null }'])).status).toBe(0);
    expect((await get('IPPool', 'p'))?.spec).not.toHaveProperty('natOutgoing');
  });

  it.each([
    [
      'p',
      '{"spec":{"blockSize":27}}',
      [],
      "updating existing resource: error with field IPPool.Spec.BlockSize = '27' (IPPool BlockSize cannot be modified)",
    ],
    [
      'p',
      '{"spec":{"natOutgo":true}}',
      [],
      'field in document is not recognized or is in the wrong location: natOutgo',
    ],
    ['p', '{"metadata":{"name":"q"}}', [], 'a patch cannot change metadata.name'],
    ['p', '{"kind":"Tier"}', [], 'a patch cannot change apiVersion and kind'],
    ['p', '{"metadata":null}', [], 'a patch cannot remove metadata'],
    ['p', '[]', [], 'a patch is a map, unless it is of type json'],
    ['p', '{}', ['-t', 'json'], 'a patch of type json is a list of operations, each with op and path'],
    ['p', '[{"op":"remove","path":"/spec/none/x"}]', ['-t', 'json'], 'operation 1 of the patch: '],
    ['p', '[{"op":"test","path":"/spec/cidr","value":"x"}]', ['-t', 'json'], 'operation 1 of the patch: '],
    ['p', '[{"op":"add","path":"spec","value":"x"}]', ['-t', 'json'], 'the patch cannot be applied: '],
    ['p', '{"a', [], 'the patch is neither JSON nor YAML: '],
    ['nosuch', '{}', [], 'resource does not exist: IPPool(nosuch) with error: <nil>'],
  ])('%s %s is refused', async (name, patch, more, said) => {
    const { run, get } = await set();
    const before = await get('IPPool', 'p');
    const { status, stdout, stderr } = await run(['patch', 'ippool', name, '-p', patch, ...more]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.slice(0, 11 + said.length)).toBe(`hit error: ${said}`);
    expect(await get('IPPool', 'p')).toEqual(before);
  });

  it('a field that is stored and unknown does not stand in the way, and stays', async () => {
    const { run, store, get } = await set();
    await store.create(
      object(
        'IPPool',
        'newer',
        { cidr: '10.1.0.0/16', ofTomorrow: 1 },
        { uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
      ),
    );
    expect((await run(['patch', 'ippool', 'newer', '-p', '{"spec":{"disabled":true}}'])).stderr).toBe('');
    expect((await get('IPPool', 'newer'))?.spec).toMatchObject({ ofTomorrow: 1, disabled: true });
  });
});

describe('label', () => {
  it('sets, changes with --overwrite, and removes', async () => {
    const { run, get } = await set();
    const labels = async () => (await get('GlobalNetworkSet', 's'))?.metadata.labels;
    expect((await run('label gns s c=3')).stdout).toBe('Successfully set label c on gns s\n');
    expect((await run('label gns s c=3')).stdout).toBe('Successfully updated label c on gns s\n');
    expect(await run('label gns s c=4')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        "failed to update label of gns s, key c is already present. please use '--overwrite' to set a new value\n",
    });
    expect((await run('label GlobalNetworkSet s c=4 --overwrite')).stdout).toBe(
      'Successfully updated label c on GlobalNetworkSet s\n',
    );
    expect(await labels()).toEqual({ a: '1', b: '2', c: '4' });
    expect((await run('label gns s a --remove')).stdout).toBe('Successfully removed label a from gns s\n');
    expect(await labels()).toEqual({ b: '2', c: '4' });
  });

  it.each([
    ['label gns s a --remove --overwrite', 0, ''],
    ['label gns s x --remove', 1, 'cannot remove label of gns s, key x does not exist\n'],
    ['label gns s constructor --remove', 1, 'cannot remove label of gns s, key constructor does not exist\n'],
    ['label gns s x', 1, 'invalid label x\n'],
    ['label gns nosuch a=b', 1, 'gns nosuch not found\n'],
    [
      'label profile projectcalico-default-allow a=b',
      1,
      'failed to update profile projectcalico-default-allow, label not changed\nhint: operation Update is not supported on projectcalico-default-allow: The profile "projectcalico-default-allow" is',
    ],
  ])('%s', async (command, status, said) => {
    const { run } = await set();
    const ran = await run(command);
    expect(ran.status).toBe(status);
    expect(ran.stderr.slice(0, said.length)).toBe(said);
  });
});
