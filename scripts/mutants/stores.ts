// Faults of the datastores, the syncer and the typed client, each with the tests that must catch it: the contract of the
// backends, or the tests of the room. An object that is lost, told twice or taken for gone is a wrong policy later on.
import type { Fault } from './fault.ts';

const unit = (...tests: string[]) => ({ project: 'unit', tests });
const withEtcd = (...tests: string[]) => ({ project: 'etcd', tests });

const TESTS = {
  memory: unit('test/datastore/memory.test.ts'),
  directory: unit('test/datastore/file.test.ts'),
  etcd: withEtcd('test/etcd/contract.test.ts', 'test/etcd/faults.test.ts'),
  calico: withEtcd('test/etcd/calico.test.ts'),
  pages: unit('src/datastore/etcd/pages.test.ts'),
  kubernetes: unit('src/datastore/kubernetes'),
  sync: unit('src/sync'),
  client: unit('src/client'),
};

const fault =
  (by: keyof typeof TESTS, room: string) =>
  (name: string, file: string, search: string, replace: string): Fault => ({
    name: `${by}: ${name}`,
    kind: 'stores',
    ...TESTS[by],
    file: `src/${room}/${file}`,
    search,
    replace,
  });

const sync = fault('sync', 'sync');
const memory = fault('memory', 'datastore/memory');
const directory = fault('directory', 'datastore/file/store');
const etcd = fault('etcd', 'datastore/etcd');
const calico = fault('calico', 'datastore/etcd');
const pages = fault('pages', 'datastore/etcd');
const kubernetes = fault('kubernetes', 'datastore/kubernetes');
const client = fault('client', 'client');

export const STORES: readonly Fault[] = [
  sync(
    'what went while nobody watched stays',
    'watch-cache.ts',
    'for (const key of this.#missing) this.#gone(key);',
    '',
  ),
  sync(
    'what cannot be read counts as gone',
    'watch-cache.ts',
    'this.#missing.delete(key);\n      if (!this.#revisions',
    'if (!this.#revisions',
  ),
  sync(
    'a bad version removes the last good one',
    'watch-cache.ts',
    'this.#bad.add(key);\n    this.#output.invalid(key, problems);',
    'this.#gone(key);\n    this.#output.invalid(key, problems);',
  ),
  sync(
    'what did not change is told again',
    'watch-cache.ts',
    'if (before === entry.revision && !this.#bad.has(key)) return;',
    '',
  ),
  sync(
    'a watch goes on from where the last list was',
    'follow.ts',
    'revision = follower.take(event);',
    'follower.take(event);',
  ),
  sync(
    'an object that nobody can read ends the watch',
    'follow.ts',
    'if (event.final) throw event.error;',
    'if (event.final || event.key) throw event.error;',
  ),
  sync('waits do not grow', 'follow.ts', 'Math.min(TIMES.longestWait, last * 3)', 'TIMES.firstWait'),
  memory(
    'an update of an old revision wins',
    'index.ts',
    'if (now.revision !== String(revision)) throw conflict(key);',
    '',
  ),
  memory(
    'a delete does not ask for the uid',
    'index.ts',
    '!now || (uid !== undefined && now.value.metadata.uid !== uid)',
    '!now',
  ),
  memory(
    'a revision that is too old is read as it is now',
    'index.ts',
    'if (wanted < history.oldest) throw expired(revision, String(history.oldest));',
    '',
  ),
  directory(
    'an update of an old revision wins',
    'index.ts',
    'if (holder.object.hash !== revision) throw conflict(key);',
    '',
  ),
  directory(
    'something is made beside a file that cannot be read',
    'index.ts',
    'if (fault) throw doubtful(key, fault.place?.file ?? root, fault.message);\n    const path',
    'const path',
  ),
  directory(
    'what somebody else has just written is overwritten',
    'write.ts',
    'if (!info || signatureOf(info) !== signature) throw new Changed(path);',
    'if (!info) throw new Changed(path);',
  ),
  etcd(
    'creating overwrites',
    'transactions.ts',
    "[{ target: VERSION, key, targetUnion: { case: 'version', value: 0n } }]",
    '[]',
  ),
  etcd(
    'an update of an old revision wins',
    'transactions.ts',
    'run(to, key, [unchanged(key, revision)], put(key, value))',
    'run(to, key, [unchanged(key, revision)].slice(1), put(key, value))',
  ),
  etcd(
    'a watch tells its revision once more',
    'watch.ts',
    'startRevision: revision + 1n',
    'startRevision: revision',
  ),
  etcd(
    'compaction is not told',
    'watch.ts',
    'if (answer.compactRevision > 0n)',
    'if (answer.compactRevision < 0n)',
  ),
  etcd(
    'half of a transaction is told',
    'watch.ts',
    '? wholeRevisions([...held, ...answer.events])',
    '? { whole: [...held, ...answer.events], rest: [] }',
  ),
  pages(
    'a page begins with the end of the last one',
    'pages.ts',
    'new Uint8Array(key.length + 1)',
    'new Uint8Array(key.length)',
  ),
  pages(
    'pages are of different revisions',
    'pages.ts',
    'ask(after(last), nextLimit(answer.kvs), revision, timing.page)',
    'ask(after(last), nextLimit(answer.kvs), undefined, timing.page)',
  ),
  calico(
    'a policy is stored without its name',
    'values.ts',
    '[ANNOTATION]: encodeMetadata({ name: key.name })',
    '[ANNOTATION]: encodeMetadata({})',
  ),
  kubernetes(
    'only the first page is read',
    'reading.ts',
    'token = answer.metadata?.continue || undefined;',
    'token = undefined;',
  ),
  kubernetes(
    'a list that has expired is not begun anew',
    'reading.ts',
    'if (!stale || left <= 1)',
    'if (stale || left <= 1)',
  ),
  kubernetes(
    'what cannot be read is passed over in a watch',
    'reading.ts',
    "return { type: 'error', error, final: false, revision, ...(key && { key }) };",
    "return error === undefined ? undefined : { type: 'bookmark', revision };",
  ),
  kubernetes(
    'what cannot be read is passed over in a list',
    'reading.ts',
    'problems.push(...faultOfObject(source, raw, error, keyOf(source, raw)).problems);',
    'if (error === undefined) problems.push();',
  ),
  kubernetes(
    'labels that only Calico sees are lost',
    'custom-metadata.ts',
    'const labels = { ...own.labels, ...hidden.labels };',
    'const labels = { ...own.labels };',
  ),
  kubernetes(
    'a delete does not ask for the uid',
    'custom.ts',
    'if (uid !== undefined && now.value.metadata.uid !== uid) throw notFound(key);',
    '',
  ),
  client(
    'nothing is checked before an update',
    'operations.ts',
    'await rules.beforeUpdate?.(wanted, { store, options, given: object });',
    '',
  ),
  client(
    'a pool may lie inside another one',
    'rules/ip-pool.ts',
    'if (!prefixCovers(mine.prefix, theirs.prefix) && !prefixCovers(theirs.prefix, mine.prefix)) continue;',
    'if (!prefixCovers(mine.prefix, theirs.prefix)) continue;',
  ),
  client(
    'apply with a revision overwrites another',
    'operations.ts',
    'resourceVersion: resourceVersion || now.revision',
    'resourceVersion: now.revision',
  ),
];
