// `create`, `apply`, `replace`, `delete`: what they take of a document, what they leave, and what they say.
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { documents, object, stored } from '../resources/testing.ts';
import { folder } from '../testing.ts';

const set = (name: string, nets: readonly string[] = [], metadata: object = {}) =>
  object('GlobalNetworkSet', name, { nets }, metadata);
const bad = object('GlobalNetworkPolicy', 'bad', { selector: 'a ==' });

const files = folder({
  'dir/b.yaml': documents(set('b')),
  'dir/a.JSON': documents(set('a')),
  'dir/note.txt': documents(set('note')),
  'dir/sub/c.yml': documents(set('c')),
  'list.yaml': `apiVersion: projectcalico.org/v3
kind: GlobalNetworkSetList
items:
- metadata: { name: d }
- metadata: { name: e }
---
# nothing
---
- { apiVersion: projectcalico.org/v3, kind: Tier, metadata: { name: t }, spec: { order: 1 } }
`,
  'empty.yaml': '---\n---\n',
});
afterAll(() => files.remove());

describe('documents', () => {
  it.each([
    ['dir', 2, 'GlobalNetworkSet', ['a', 'b']],
    ['-R dir', 3, 'GlobalNetworkSet', ['a', 'b', 'c']],
    ['list.yaml', 3, undefined, ['d', 'e']],
    ['list.yaml -f dir/note.txt', 4, undefined, ['d', 'e', 'note']],
  ])('-f %s', async (input, count, kind, names) => {
    const { run, store } = await stored();
    const argv = `create -f ${input}`
      .split(' ')
      .map((word) => (/^(dir|list)/.test(word) ? files.path(word) : word));
    const ordered = argv.includes('-R') ? ['create', '-R', '-f', argv.at(-1) ?? ''] : argv;
    const { status, stdout, stderr } = await run(ordered);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`Successfully created ${count} ${kind ? `'${kind}' ` : ''}resource(s)\n`);
    const { items } = await store.list({ kind: 'GlobalNetworkSet' });
    expect(items.map(({ key }) => key.name)).toEqual(names);
  });

  it.each([
    [
      '{"apiVersion":"v1","kind":"Pod"}',
      'failed to execute command: unknown resource type (Pod) and/or version (v1)\nhint: -:1:2: objects of projectcalico.org/v3 are written here; kubectl writes those of Kubernetes\n',
    ],
    [
      'apiVersion: crd.projectcalico.org/v1\nkind: Tier',
      'failed to execute command: unknown resource type (Tier) and/or version (crd.projectcalico.org/v1)\nhint: -:1:1: write projectcalico.org/v3\n',
    ],
    [
      'apiVersion: projectcalico.org/v3\nkind: Teir',
      'failed to execute command: unknown resource type (Teir) and/or version (projectcalico.org/v3)\nhint: -:2:1: did you mean Tier?\n',
    ],
    [
      documents(object('IPAMBlock', 'x')),
      'failed to execute command: unknown resource type (IPAMBlock) and/or version (projectcalico.org/v3)',
    ],
    [
      documents(set('fine'), object('GlobalNetworkSet', 'x', { net: [] })),
      'field in document is not recognized or is in the wrong location: net\nhint: -:3:96: did you mean "nets"? Where a newer Calico',
    ],
    ['a: [', 'failed to execute command: -:1:'],
    ['a: 1\na: 2', 'failed to execute command: -:2:1: map keys must be unique'],
    ['kind: Tier', 'failed to execute command: -:1:1: a resource has an apiVersion and a kind'],
    [
      'apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: { name: 5 }',
      'failed to execute command: -:3:13: metadata.name: expected a string',
    ],
    ['', 'no resources specified in file -'],
  ])('%s is refused before anything is written', async (stdin, said) => {
    const { run, store } = await stored();
    const { status, stdout, stderr } = await run('apply -f -', { stdin });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.slice(0, said.length)).toBe(said);
    expect((await store.list({ kind: 'GlobalNetworkSet' })).items).toEqual([]);
  });

  it('labels and annotations that YAML takes for something else become texts, and it is said', async () => {
    const { run, get } = await stored();
    const stdin = `apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata:
  name: s
  labels: { a: y, b: true, c: 1, d: 010, e: "010" }
  annotations: { f: off }
`;
    expect(await run('create -f -', { stdin })).toEqual({
      status: 0,
      stdout: "Successfully created 1 'GlobalNetworkSet' resource(s)\n",
      stderr: ['5:13: y is read as true', '5:34: 010 is read as 8', '6:18: off is read as false']
        .map((said) => `hint: -:${said}: quote it\n`)
        .join(''),
    });
    const { labels, annotations } = (await get('GlobalNetworkSet', 's'))?.metadata ?? {};
    expect([labels, annotations]).toEqual([
      { a: 'true', b: 'true', c: '1', d: '8', e: '010' },
      { f: 'false' },
    ]);
  });

  it('each file and each directory has to hold something', async () => {
    const { run } = await stored();
    const set = JSON.stringify(object('GlobalNetworkSet', 's'));
    const some = folder({ 'a.json': set, 'b.yaml': '# nothing\n', 'c/d.json': set, 'e/readme.txt': '' });
    const path = some.path('');
    expect(await run(['create', '-f', path])).toEqual({
      status: 1,
      stdout: '',
      stderr: `no resources specified in file ${some.path('b.yaml')}\n`,
    });
    expect((await run(['create', '-f', some.path('a.json'), '-f', some.path('e')])).stderr).toBe(
      `no resources specified in directory ${some.path('e')}\n`,
    );
    expect((await run(['create', '-f', path, '--skip-empty'])).stdout).toBe(
      "Successfully created 1 'GlobalNetworkSet' resource(s)\n",
    );
    some.remove();
  });

  it('empty files are fine with --skip-empty', async () => {
    const { run } = await stored();
    const argv = ['apply', '-f', files.path('empty.yaml')];
    expect((await run(argv)).status).toBe(1);
    expect(await run([...argv, '--skip-empty'])).toEqual({
      status: 0,
      stdout: 'No resources specified\n',
      stderr: '',
    });
  });
});

describe('namespaces', () => {
  const policy = (metadata: object) => object('NetworkPolicy', 'p', { selector: 'all()' }, metadata);
  it.each([
    ['', {}, 'default'],
    ['-n x', {}, 'x'],
    ['', { namespace: 'y' }, 'y'],
    ['-n y', { namespace: 'y' }, 'y'],
  ])('%s %j', async (option, metadata, namespace) => {
    const { run, get } = await stored();
    await run(`create -f - ${option}`.trim(), { stdin: documents(policy(metadata)) });
    expect((await get('NetworkPolicy', 'p', namespace))?.metadata.name).toBe('p');
  });

  it.each([
    ['-n x', policy({ namespace: 'y' }), 'resource namespace does not match client namespace. y != x'],
    ['-n x', set('a'), 'GlobalNetworkSet is not namespaced'],
    [
      '--allow-version-mismatch',
      set('a', [], { namespace: 'x' }),
      'namespace should not be specified for a non-namespaced resource. GlobalNetworkSet is not a namespaced resource',
    ],
  ])('%s %j', async (option, document, said) => {
    const { run } = await stored();
    const { status, stderr } = await run(`create -f - ${option}`, { stdin: documents(document) });
    expect([status, stderr]).toEqual([1, `failed to create '${document.kind}' resource: [${said}]\n`]);
  });
});

describe('what is written', () => {
  const METADATA = { labels: { a: '1' }, annotations: { n: '1' } };

  it('create takes name, labels and annotations; what exists is an error, or skipped', async () => {
    const { run, get } = await stored(set('old'));
    const stdin = documents(
      set('new', [], { ...METADATA, uid: 'x', generation: 7, finalizers: ['f'] }),
      set('old', ['10.0.0.0/8']),
    );
    const first = await run('create -f -', { stdin });
    expect(first).toEqual({
      status: 1,
      stdout: '',
      stderr: 'hit error: [resource already exists: GlobalNetworkSet(old) with error: <nil>]\n',
    });
    const created = await get('GlobalNetworkSet', 'new');
    expect(created?.metadata).toMatchObject(METADATA);
    expect(Object.keys(created?.metadata ?? {}).sort()).toEqual([
      'annotations',
      'creationTimestamp',
      'labels',
      'name',
      'resourceVersion',
      'uid',
    ]);
    expect(created?.metadata.uid).not.toBe('x');
    expect(await run('create -f - --skip-exists', { stdin })).toMatchObject({
      status: 0,
      stdout: "Successfully created 2 'GlobalNetworkSet' resource(s)\n",
    });
    expect((await get('GlobalNetworkSet', 'old'))?.spec).toEqual({});
  });

  it.each(['apply', 'replace'])(
    '%s keeps identity and replaces labels, annotations and spec',
    async (verb) => {
      const { run, get } = await stored(set('s', ['10.0.0.0/8'], METADATA));
      const before = await get('GlobalNetworkSet', 's');
      expect(
        (await run(`${verb} -f -`, { stdin: documents(set('s', [], { labels: { b: '2' } })) })).status,
      ).toBe(0);
      const after = await get('GlobalNetworkSet', 's');
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
      expect(after?.metadata.labels).toEqual({ b: '2' });
      expect(after?.metadata.annotations).toBeUndefined();
      expect(after?.spec).toEqual({});
    },
  );

  it('a revision that has passed is a conflict for apply, replace and delete, and an error for create', async () => {
    const { run, get } = await stored(set('s'));
    const stale = await get('GlobalNetworkSet', 's');
    await run('label gns s a=b');
    const stdin = documents(stale ?? set('s'));
    const say = async (verb: string) => (await run(`${verb} -f -`, { stdin })).stderr;
    const hint =
      'hint: somebody else has changed it since it was read: read it again, and make the change in that\n';
    expect(await say('apply')).toBe(
      `failed to apply 'GlobalNetworkSet' resource: [update conflict: GlobalNetworkSet(s)]\n${hint}`,
    );
    expect(await say('replace')).toBe(`hit error: update conflict: GlobalNetworkSet(s)\n${hint}`);
    expect(await say('delete')).toBe(
      `Failed to delete 'GlobalNetworkSet' resource: update conflict: GlobalNetworkSet(s)\n\n${hint}`,
    );
    expect(await say('create')).toBe(
      `failed to create 'GlobalNetworkSet' resource: [error with field Metadata.ResourceVersion = '${stale?.metadata.resourceVersion}' (field must not be set for a Create request)]\n`,
    );
  });

  it('what others own is refused', async () => {
    const { run } = await stored();
    const info = documents(object('ClusterInformation', 'default'));
    const copy = documents(object('NetworkPolicy', 'knp.default.x', {}, { namespace: 'a' }));
    const say = async (verb: string, stdin: string) => (await run(`${verb} -f -`, { stdin })).stderr;
    expect(await say('apply', info)).toContain(
      'operation apply is not supported on ClusterInformation: resource is readonly',
    );
    expect(await say('create', info)).toContain(
      'operation create or apply is not supported on ClusterInformation',
    );
    expect(await say('replace', copy)).toContain(
      'operation apply or replace is not supported on NetworkPolicy(a/knp.default.x): kubernetes network policies must be managed through the kubernetes API',
    );
    expect((await run('delete profile projectcalico-default-allow')).stderr).toBe(
      'Failed to delete \'Profile\' resource: operation Delete is not supported on projectcalico-default-allow: The profile "projectcalico-default-allow" is a default provided by Calico and cannot be deleted\n\n',
    );
  });
});

describe('what is said', () => {
  const good = (count: number) => Array.from({ length: count }, (_, n) => set(`s${n}`));
  const SELECTOR =
    "[error with field Selector = 'a ==' (Reason: failed to validate Field: Selector because of Tag: selector )]";
  it.each([
    ['apply', good(2), "Successfully applied 2 'GlobalNetworkSet' resource(s)\n", ''],
    ['create', [...good(1), object('Tier', 't')], 'Successfully created 2 resource(s)\n', ''],
    [
      'create',
      [...good(2), bad],
      'Partial success: created the first 2 out of 3 resources:\n',
      `hit error: ${SELECTOR}\nhint: not created: GlobalNetworkPolicy(bad)\n`,
    ],
    ['apply', [...good(1), bad], '', `hit error: ${SELECTOR}\nhint: not applied: GlobalNetworkPolicy(bad)\n`],
    [
      'apply',
      [bad, bad],
      '',
      `failed to apply any 'GlobalNetworkPolicy' resources: ${SELECTOR.replace(']', '')} ${SELECTOR.slice(1)}\nhint: not applied: GlobalNetworkPolicy(bad), GlobalNetworkPolicy(bad)\n`,
    ],
    [
      'replace',
      good(2),
      "Partial success: replaced the first 2 out of 2 'GlobalNetworkSet' resources:\n",
      'hit error: resource does not exist: GlobalNetworkSet(s1) with error: <nil>\nhint: not replaced: GlobalNetworkSet(s0)\n',
    ],
    [
      'delete',
      good(1),
      '',
      "Failed to delete 'GlobalNetworkSet' resource: resource does not exist: GlobalNetworkSet(s0) with error: <nil>\n\n",
    ],
  ])('%s %j', async (verb, objects, stdout, stderr) => {
    const { run } = await stored();
    const ran = await run(`${verb} -f -`, { stdin: documents(...objects) });
    expect(ran).toEqual({ status: stderr === '' ? 0 : 1, stdout, stderr });
  });

  it('delete: by name, what went is told before what did not', async () => {
    const { run, get } = await stored(...good(2));
    expect(await run('delete gns s0 nosuch s1')).toEqual({
      status: 1,
      stdout: "Successfully deleted 2 'GlobalNetworkSet' resource(s)\n",
      stderr:
        "Failed to delete 'GlobalNetworkSet' resource: resource does not exist: GlobalNetworkSet(nosuch) with error: <nil>\n\n",
    });
    expect(await get('GlobalNetworkSet', 's0')).toBeUndefined();
    expect((await run('delete gns nosuch -s')).stdout).toBe(
      "Successfully deleted 1 'GlobalNetworkSet' resource(s)\n",
    );
    expect((await run('delete gns')).stderr).toContain('no resources specified');
  });

  it('a tier is written before its policies and goes behind them, wherever it stands', async () => {
    const { run } = await stored();
    const [tier, inIt] = [
      object('Tier', 't', { order: 1 }),
      object('GlobalNetworkPolicy', 'p', { tier: 't' }),
    ];
    for (const argv of ['apply -f -', 'delete -f -', 'create -f -', 'delete -f - --dry-run', 'delete -f -'])
      for (const stdin of argv.startsWith('delete') ? [documents(tier, inIt)] : [documents(inIt, tier)])
        expect(await run(argv, { stdin })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('--dry-run', () => {
  it('checks documents as if those before them were there, says what would be done, and changes nothing', async () => {
    const { run, store } = await stored(set('same'), set('other', ['10.0.0.0/8']));
    const { revision } = await store.list({ kind: 'Tier' });
    const tiered = object('GlobalNetworkPolicy', 'p', { tier: 'new' });
    const stdin = documents(object('Tier', 'new', { order: 1 }), tiered, set('same'), set('other'));
    expect(await run('apply -f - --dry-run', { stdin })).toEqual({
      status: 0,
      stdout: `Tier(new) would be created
GlobalNetworkPolicy(p) would be created
GlobalNetworkSet(same) would stay as it is
GlobalNetworkSet(other) would be changed
Successfully applied 4 resource(s) (dry run)
`,
      stderr: '',
    });
    expect((await run('delete gns same nosuch --dry-run')).stdout).toBe(
      "GlobalNetworkSet(same) would be deleted\nSuccessfully deleted 1 'GlobalNetworkSet' resource(s) (dry run)\n",
    );
    expect((await run('create -f - --dry-run', { stdin: documents(set('same')) })).stderr).toContain(
      'already exists',
    );
    expect((await run('label gns same a=b --dry-run')).stdout).toContain('would be changed');
    expect((await store.list({ kind: 'Tier' })).revision).toBe(revision);
  });
});

it('what failed of several kinds is told without a kind, and an empty -n is none', async () => {
  const { run } = await stored(object('GlobalNetworkSet', 's'));
  const stdin = documents(object('GlobalNetworkSet', 's'), object('Tier', 'nosuch'));
  expect(await run(['delete', '-f', '-', '-n', ''], { stdin })).toEqual({
    status: 1,
    stdout: 'Successfully deleted 1 resource(s)\n',
    stderr: 'Failed to delete resource: resource does not exist: Tier(nosuch) with error: <nil>\n\n',
  });
  expect((await run('label foo n x=y')).stderr).toBe(
    "failed to get foo n, error resource type 'foo' is not supported\n",
  );
});

it('a file that is no text says what would help', async () => {
  const { run } = await stored();
  const file = files.path('utf-16.yaml');
  writeFileSync(file, '\uFEFFa: 1', 'utf16le');
  expect((await run(['apply', '-f', file])).stderr).toBe(
    `failed to execute command: ${file} is not UTF-8 text\nhint: save it as UTF-8\n`,
  );
});

it('the profile that allows all cannot be changed, and that is what is said', async () => {
  const { run } = await stored();
  const stdin = (await run('get profiles -o yaml')).stdout;
  for (const verb of ['apply', 'replace'])
    expect((await run(`${verb} -f -`, { stdin })).stderr).toContain(
      'operation Update is not supported on projectcalico-default-allow: The profile "projectcalico-default-allow" is a default provided by Calico and cannot be updated',
    );
});

it('a file by its address is not fetched, and a label is not taken away with a dash', async () => {
  const { run } = await stored(object('GlobalNetworkSet', 's'));
  expect((await run('apply -f https://x.example/a.yaml')).stderr).toBe(
    'failed to execute command: open https://x.example/a.yaml: no such file or directory\nhint: nothing is fetched: curl -sSf https://x.example/a.yaml | tortie … -f -\n',
  );
  expect((await run('label gns s a-')).stderr).toBe('invalid label a-\nhint: to take it away: a --remove\n');
  expect((await run('label gns s a')).stderr).toBe('invalid label a\nhint: write key=value\n');
});
