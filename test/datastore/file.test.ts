// A directory as a store: the contract, and what is its own.
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { createFileDatastore } from '../../src/datastore/file/store/index.ts';
import { signatureOf } from '../../src/datastore/file/store/tree.ts';
import { Changed, removeFile, replaceFile } from '../../src/datastore/file/store/write.ts';
import type { Datastore } from '../../src/datastore/index.ts';
import type { ApiObject } from '../../src/resources/api-object.ts';
import { policyKinds, readSnapshot } from '../../src/sync/index.ts';
import {
  expectCode,
  GLOBAL_SETS,
  globalSet,
  names,
  netsOf,
  read,
  rejection,
  setKey,
  summary,
  withNets,
} from './helpers.ts';
import { testDatastore } from './suite.ts';

const folders: string[] = [];
const folder = (files: Readonly<Record<string, string>> = {}) => {
  const path = mkdtempSync(join(tmpdir(), 'tortie-store-'));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
};
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true, force: true })));

testDatastore({ name: 'file', open: async () => createFileDatastore({ path: folder() }) });

const globalNode = (name: string, address: string) => `apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: ${name}, labels: {role: db}}
spec: {addresses: [{type: InternalIP, address: ${address}}]}
`;

const stores: Datastore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});
const open = (path: string) => {
  const store = createFileDatastore({ path, times: { settle: 5 } });
  stores.push(store);
  return store;
};
const text = (path: string, name: string) => readFileSync(join(path, name), 'utf8');
/** As editors save. */
const save = (path: string, name: string, content: string) => {
  writeFileSync(join(path, '.save'), content);
  renameSync(join(path, '.save'), join(path, name));
};

const set = (name: string, net: string) => `apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata:
  name: ${name}
spec:
  nets:
  - ${net}
`;
const BROKEN = `${set('a', '192.0.2.0/24')}  more: [unclosed\n`;

describe('writing', () => {
  test('a document keeps its comments, its neighbours and its form', async () => {
    const path = folder({
      'all.yaml': `# who may call whom\n${set('a', '192.0.2.0/24 # the office')}# end of a\n---\n# untouched,  with   odd spaces\n${set('b', '198.51.100.0/24')}`,
    });
    const store = open(path);
    const { value } = await store.get(setKey('a'));
    await store.update(withNets(value, ['192.0.2.0/24', '203.0.113.0/24']));
    const [a, b] = text(path, 'all.yaml').split('---\n');
    expect(a).toContain('# who may call whom\n');
    expect(a).toContain('  - 192.0.2.0/24 # the office\n  - 203.0.113.0/24\n');
    expect(a).toContain('# end of a');
    expect(a).not.toContain('uid');
    expect(b).toBe(`# untouched,  with   odd spaces\n${set('b', '198.51.100.0/24')}`);
    await store.delete(setKey('a'));
    expect(text(path, 'all.yaml')).toBe(`---\n${b}`);
    await store.delete(setKey('b'));
    expect(readdirSync(path)).toEqual([]);
  });

  test('lists in brackets keep their form, with spaces or without', async () => {
    for (const [open_, close] of [
      ['[', ']'],
      ['[ ', ' ]'],
    ]) {
      const spec = `spec: { nets: ${open_}192.0.2.0/24, 198.51.100.0/24${close} }\n`.replace(
        open_ === '[' ? /\{ (.*) \}/ : /^$/,
        '{$1}',
      );
      const head = 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata:\n  name: a\n';
      const path = folder({ 'a.yaml': head + spec });
      await open(path).apply(globalSet('a', ['192.0.2.0/24', '203.0.113.0/24']));
      expect(text(path, 'a.yaml')).toContain(spec.replace('198.51.100', '203.0.113'));
    }
  });

  test('an item of a list, in YAML and in JSON', async () => {
    const items = ['a', 'b'].map((name) => globalSet(name, ['192.0.2.0/24']));
    const list = { apiVersion: 'v1', kind: 'List', items };
    for (const name of ['list.json', 'list.yaml']) {
      const path = folder({ [name]: `${JSON.stringify(list, undefined, 4)}\n` });
      const store = open(path);
      await store.apply(globalSet('b', ['198.51.100.0/24']));
      await store.delete(setKey('a'));
      const { items: left } = await store.list(GLOBAL_SETS);
      expect(left.map(({ key, value }) => [key.name, netsOf(value)])).toEqual([['b', ['198.51.100.0/24']]]);
      expect(text(path, name)).toMatch(/"kind": "List",\n {4}"items"|"kind": "List"/);
      expect(readdirSync(path)).toEqual([name]);
    }
  });

  test('what cannot be edited with certainty is left alone', async () => {
    const shared = `${set('a', '&net 192.0.2.0/24')}  - *net\n`;
    const path = folder({ 'a.yaml': shared });
    const error = await rejection(open(path).apply(globalSet('a', [])));
    expect([error.code, error.message]).toEqual([
      'datastore/not-supported',
      expect.stringContaining('has to be edited by hand: its document uses aliases'),
    ]);
    expect(text(path, 'a.yaml')).toBe(shared);
  });

  test('new objects get files of their own, whatever they are called', async () => {
    const path = folder();
    const store = open(path);
    const odd = ['..', '.hidden', 'ü', 'x'.repeat(253), 'a\u0000b', 'con:1'];
    for (const name of ['plain', ...odd]) {
      await store.create(globalSet(name));
      await store.create({ ...globalSet(name, [], { namespace: '..' }), kind: 'NetworkSet' });
    }
    const files = readdirSync(path, { recursive: true }).map(String);
    expect(files).toContain('GlobalNetworkSet/plain.yaml');
    expect(files).toContain('NetworkSet/%2E./%2E..yaml');
    expect(files.filter((name) => name.endsWith('.yaml'))).toHaveLength(14);
    expect(names((await open(path).list(GLOBAL_SETS)).items)).toEqual(['plain', ...odd].sort());
  });

  test('a link does not lead a write out of the directory', async () => {
    const outside = folder({ 'a.yaml': set('a', '192.0.2.0/24') });
    const path = folder();
    symlinkSync(outside, join(path, 'GlobalNetworkSet'));
    const store = open(path);
    expect(names((await store.list(GLOBAL_SETS)).items)).toEqual(['a']);
    await expectCode(store.create(globalSet('b')), 'datastore/invalid');
    await expectCode(store.apply(globalSet('a', [])), 'datastore/invalid');
    expect(readdirSync(outside)).toEqual(['a.yaml']);
    expect(text(outside, 'a.yaml')).toBe(set('a', '192.0.2.0/24'));
  });

  test('a file that somebody has written since it was looked at is neither replaced nor removed', () => {
    const path = folder({ 'a.yaml': set('a', '192.0.2.0/24') });
    const file = join(path, 'a.yaml');
    const looked = signatureOf(statSync(file, { bigint: true }));
    writeFileSync(file, set('a', '198.51.100.0/24'));
    expect(() => replaceFile(path, file, looked, 'ours')).toThrow(Changed);
    expect(() => removeFile(path, file, looked)).toThrow(Changed);
    expect(text(path, 'a.yaml')).toBe(set('a', '198.51.100.0/24'));
    expect(readdirSync(path)).toEqual(['a.yaml']);
    replaceFile(path, file, signatureOf(statSync(file, { bigint: true })), 'ours');
    expect(text(path, 'a.yaml')).toBe('ours');
  });

  test('what people write has an identity, so that the client can apply over it', async () => {
    const path = folder({ 'a.yaml': `# ours\n${set('a', '192.0.2.0/24')}` });
    const { globalNetworkSets, close } = createClient(open(path));
    const before = await globalNetworkSets.get('a');
    expect(before.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(before.metadata.resourceVersion).toBe((await open(path).get(setKey('a'))).revision);
    await globalNetworkSets.apply({ metadata: { name: 'a' }, spec: { nets: [] } });
    expect((await globalNetworkSets.get('a')).metadata.uid).toBe(before.metadata.uid);
    expect(text(path, 'a.yaml')).toMatch(/^# ours\n/);
    expect(text(path, 'a.yaml')).not.toContain('uid');
    await close();
  });

  test('two processes lose no update', { timeout: 120_000 }, async () => {
    const path = folder({ 'a.yaml': `# kept\n${set('a', '10.9.0.0/16')}` });
    const script = `
      import { createFileDatastore } from './src/datastore/file/store/index.ts';
      const store = createFileDatastore({ path: process.argv[1] });
      for (let n = 0; n < 15; n++)
        for (;;) {
          const { value } = await store.get({ kind: 'GlobalNetworkSet', name: 'a' });
          const spec = { nets: [...value.spec.nets, '10.' + process.argv[2] + '.' + n + '.0/24'] };
          try { await store.update({ ...value, spec }); break; } catch (error) {
            if (error.code !== 'datastore/conflict') throw error;
          }
        }
      await store.close();`;
    const child = (number: string) =>
      new Promise<number | null>((done) => {
        const argv = ['--import', 'tsx', '--input-type=module', '-e', script, path, number];
        spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] }).on('close', done);
      });
    expect(await Promise.all([child('1'), child('2')])).toEqual([0, 0]);
    const nets = netsOf((await open(path).get(setKey('a'))).value) as string[];
    expect([nets.length, new Set(nets).size]).toEqual([31, 31]);
    expect(text(path, 'a.yaml')).toMatch(/^# kept\n/);
    expect(readdirSync(path)).toEqual(['a.yaml']);
  });

  test('a lock that a dead process left is taken away', async () => {
    const path = folder();
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => child.on('exit', done));
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const { readlinkSync } = await import('node:fs');
    const machine = `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
    writeFileSync(join(path, '.tortie.lock'), JSON.stringify({ pid: child.pid, machine }));
    await open(path).create(globalSet('a'));
    expect(readdirSync(path)).toEqual(['GlobalNetworkSet']);
  });
});

describe('reading', () => {
  test('edits by hand are seen by the next read, and by a watch', async () => {
    const path = folder({ 'a.yaml': set('a', '192.0.2.0/24') });
    const store = open(path);
    const { revision } = await store.list(GLOBAL_SETS);
    const watch = read(store, GLOBAL_SETS, { revision });
    const first = watch.take(1);
    save(path, 'a.yaml', set('a', '192.0.2.0/25'));
    expect(summary(await first)).toEqual(['modified a']);
    // In place, of the same length, and in a directory that is new.
    writeFileSync(join(path, 'a.yaml'), set('a', '192.0.9.0/25'));
    expect(netsOf((await store.get(setKey('a'))).value)).toEqual(['192.0.9.0/25']);
    mkdirSync(join(path, 'deep/er'), { recursive: true });
    expect(summary(await watch.take(1))).toEqual(['modified a']);
    const added = watch.take(1);
    writeFileSync(join(path, 'deep/er/b.yml'), set('b', '198.51.100.0/24'));
    expect(summary(await added)).toEqual(['added b']);
    unlinkSync(join(path, 'a.yaml'));
    expect(summary(await watch.take(1))).toEqual(['deleted a']);
    watch.stop();
  });

  test('only what changed is read again', async () => {
    const files = Object.fromEntries([1, 2, 3].map((n) => [`${n}.yaml`, set(`s${n}`, '192.0.2.0/24')]));
    const path = folder(files);
    await new Promise((done) => setTimeout(done, 150));
    const store = open(path);
    const before = (await store.list(GLOBAL_SETS)).items;
    save(path, '2.yaml', set('s2', '198.51.100.0/24'));
    const after = (await store.list(GLOBAL_SETS)).items;
    expect(after.map((entry, n) => entry === before[n])).toEqual([true, false, true]);
  });

  test('a broken document leaves its last good version, loudly, until it is corrected', async () => {
    const path = folder({ 'a.yaml': set('a', '192.0.2.0/24'), 'b.yaml': set('b', '198.51.100.0/24') });
    const store = open(path);
    const { revision, problems } = await store.list(GLOBAL_SETS);
    expect(problems).toEqual([]);
    const watch = read(store, GLOBAL_SETS, { revision });
    const error = watch.take(1);
    save(path, 'a.yaml', BROKEN);
    expect(summary(await error)).toEqual(['error datastore/parse a (goes on)']);
    const listed = await store.list(GLOBAL_SETS);
    expect(names(listed.items)).toEqual(['a', 'b']);
    expect(listed.problems.map(({ resource, place }) => [resource, place?.file, place?.line])).toEqual([
      ['GlobalNetworkSet/a', join(path, 'a.yaml'), 8],
    ]);
    expect((await store.list({ kind: 'Tier' })).problems).toEqual([]);
    await expectCode(store.apply(globalSet('a', [])), 'datastore/parse');
    expect(text(path, 'a.yaml')).toBe(BROKEN);
    const cured = watch.take(1);
    save(path, 'a.yaml', set('a', '192.0.2.0/24'));
    expect(summary(await cured)).toEqual(['modified a']);
    expect((await store.list(GLOBAL_SETS)).problems).toEqual([]);
    watch.stop();
  });

  test.each([
    ['emptied', ''],
    ['cut off', JSON.stringify(globalSet('a')).slice(0, 60)],
    ['no longer an object', 'kin: GlobalNetworkSet\n'],
    ['no text', '\u0000\uFFFF'],
  ])('a file that is %s changes nothing in force', async (_, content) => {
    const path = folder({ 'a.yaml': set('a', '192.0.2.0/24') });
    const store = open(path);
    const before = await store.get(setKey('a'));
    writeFileSync(join(path, 'a.yaml'), content);
    const { items, problems } = await store.list(GLOBAL_SETS);
    expect(items).toEqual([before]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.place?.file).toBe(join(path, 'a.yaml'));
    await expectCode(store.delete(setKey('a')), 'datastore/parse');
    expect(text(path, 'a.yaml')).toBe(content);
  });

  test('what was never read is told, and nothing of its name is made beside it', async () => {
    const path = folder({ 'a.yaml': BROKEN });
    const store = open(path);
    const { items, problems } = await store.list(GLOBAL_SETS);
    expect([items, problems.length]).toEqual([[], 1]);
    await expectCode(store.get(setKey('a')), 'datastore/parse');
    await expectCode(store.create(globalSet('a')), 'datastore/parse');
    const watch = read(store, GLOBAL_SETS);
    expect(summary(await watch.take(1))).toEqual(['error datastore/parse (goes on)']);
    watch.stop();
  });

  test('of two files with one object the first counts, and the second is told', async () => {
    const path = folder({ 'a.yaml': set('x', '192.0.2.0/24'), 'b.yaml': set('x', '198.51.100.0/24') });
    const store = open(path);
    const { items, problems } = await store.list(GLOBAL_SETS);
    expect(items.map(({ value }) => netsOf(value))).toEqual([['192.0.2.0/24']]);
    expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
      ['resource/duplicate', join(path, 'b.yaml')],
    ]);
    await store.delete(setKey('x'));
    expect(netsOf((await store.get(setKey('x'))).value)).toEqual(['198.51.100.0/24']);
    expect((await store.list(GLOBAL_SETS)).problems).toEqual([]);
  });

  test('a directory that is not there, or goes', async () => {
    const path = join(folder(), 'later');
    const store = open(path);
    const error = await rejection(store.list(GLOBAL_SETS));
    expect([error.code, error.message]).toEqual([
      'datastore/unavailable',
      `cannot read ${path}: no such directory`,
    ]);
    await store.ensureInitialized();
    await store.create(globalSet('a'));
    const watch = read(store, GLOBAL_SETS, { revision: (await store.list(GLOBAL_SETS)).revision });
    const rest = watch.rest();
    await new Promise((done) => setImmediate(done));
    renameSync(path, `${path}-moved`);
    expect(summary(await rest)).toEqual(['error datastore/unavailable']);
  });

  describe('a ClusterNetworkPolicy that names nodes', () => {
    const policy = `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: to-nodes}
spec:
  tier: Admin
  priority: 5
  subject: {namespaces: {}}
  egress: [{action: Deny, to: [{nodes: {matchLabels: {role: db}}}]}]
`;
    const node = (name: string, address: string, role = 'db') => `apiVersion: v1
kind: Node
metadata: {name: ${name}, labels: {role: ${role}}}
status: {addresses: [{type: InternalIP, address: ${address}}]}
`;
    const POLICIES = { kind: 'KubernetesClusterNetworkPolicy' };
    const KEY = { ...POLICIES, name: 'to-nodes' };
    const denied = ({ spec }: ApiObject) =>
      (spec as { egress?: { destination: { nets: string[] } }[] }).egress?.map(
        ({ destination }) => destination.nets,
      );

    test('follows the nodes of the directory, in whichever file and order', async () => {
      const path = folder({ 'a-policy.yaml': policy, 'nodes/n1.yaml': node('n1', '192.0.2.1') });
      const store = open(path);
      const first = await store.list(POLICIES);
      expect([first.items.map(({ value }) => denied(value)), first.problems]).toEqual([
        [[['192.0.2.1/32']]],
        [],
      ]);
      const watch = read(store, POLICIES, { revision: first.revision });
      // One comes, one changes its address, one no longer counts, one goes.
      const steps: [() => void, readonly string[] | undefined][] = [
        [() => save(path, 'nodes/n2.yaml', node('n2', '192.0.2.2')), ['192.0.2.1/32', '192.0.2.2/32']],
        [() => save(path, 'nodes/n1.yaml', node('n1', '192.0.2.9')), ['192.0.2.2/32', '192.0.2.9/32']],
        [() => save(path, 'nodes/n2.yaml', node('n2', '192.0.2.2', 'web')), ['192.0.2.9/32']],
        [() => unlinkSync(join(path, 'nodes/n1.yaml')), undefined],
      ];
      const revisions = new Set([first.items[0]?.revision]);
      for (const [change, nets] of steps) {
        change();
        const [event] = await watch.take(1);
        const entry = event?.type === 'modified' ? event.entry : undefined;
        expect(entry && denied(entry.value)).toEqual(nets && [nets]);
        expect((await store.get(KEY)).revision).toBe(entry?.revision);
        revisions.add(entry?.revision);
      }
      expect(revisions.size).toBe(5);
      watch.stop();
    });

    test('keeps what a broken node said, and counts Calico’s nodes too', async () => {
      const own = globalNode('n3', '192.0.2.3');
      const path = folder({ 'policy.yaml': policy, 'n1.yaml': node('n1', '192.0.2.1'), 'n3.yaml': own });
      const store = open(path);
      const both = [['192.0.2.1/32', '192.0.2.3/32']];
      expect(denied((await store.get(KEY)).value)).toEqual(both);
      save(path, 'n1.yaml', `${node('n1', '192.0.2.1')}status: {addresses: [{`);
      // One that is no node of Calico's, and can still be read: it stays as it was as well.
      save(
        path,
        'n3.yaml',
        own.replace('192.0.2.3', 'nonsense/77').replace('spec:', 'spec: {bgp: 7}\nignored:'),
      );
      const { items, problems } = await store.list(POLICIES);
      expect([items.map(({ value }) => denied(value)), problems]).toEqual([[both], []]);
      expect((await store.list({ kind: 'Node' })).problems).toHaveLength(1);
    });

    test('is the same for every process, and read only', async () => {
      const files = { 'p.yaml': policy, 'n.yaml': node('n1', '192.0.2.1') };
      const [one, other] = [open(folder(files)), open(folder(files))];
      const { revision, value } = await one.get(KEY);
      expect((await other.get(KEY)).revision).toBe(revision);
      await expectCode(one.apply(value), 'datastore/not-supported');
      await one.clean();
      expect((await one.list(POLICIES)).items).toHaveLength(1);
    });
  });

  test('Kubernetes objects are there as what Calico makes of them, read only', async () => {
    const kubernetes = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod', labels: { env: 'prod' } } },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'deny', namespace: 'prod' },
          spec: { podSelector: {}, policyTypes: ['Ingress'] },
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web', namespace: 'prod', labels: { app: 'web' } },
          spec: { nodeName: 'n1', containers: [] },
          status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], phase: 'Running' },
        },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'prod' } },
      ],
    });
    const path = folder({ 'cluster.json': kubernetes });
    const store = open(path);
    const { resources, problems } = await readSnapshot(store, policyKinds(store));
    expect(problems).toEqual([]);
    const key = { kind: 'KubernetesNetworkPolicy', namespace: 'prod', name: 'deny' };
    expect(resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
      'KubernetesNetworkPolicy/deny',
      'Profile/kns.prod',
      'Profile/projectcalico-default-allow',
      'WorkloadEndpoint/n1-k8s-web-eth0',
    ]);
    await expectCode(store.delete(key), 'datastore/not-supported');
    const refused = await rejection(store.delete({ kind: 'Profile', name: 'kns.prod' }));
    expect([refused.code, refused.message]).toEqual([
      'datastore/not-supported',
      expect.stringContaining('operation Delete is not supported on Profile(kns.prod): it is made of'),
    ]);
    await store.clean();
    expect(text(path, 'cluster.json')).toBe(kubernetes);
  });
});
