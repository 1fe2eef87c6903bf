// What goes wrong around requests: which group is asked for, credentials that are none, refusals and what can be done
// about each, and objects that nobody could have meant.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { DatastoreError } from '../index.ts';
import { secret } from '../secret.ts';
import { type Answer, closeAll, json, status, storeOf, storeWith } from './testing.ts';

afterEach(closeAll);
const folder = mkdtempSync(join(tmpdir(), 'tortie-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rejection(promise: Promise<unknown>): Promise<DatastoreError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatastoreError);
  return error as DatastoreError;
}
const hintOf = ({ problems }: DatastoreError) => problems[0]?.hint;

const SETS = { kind: 'GlobalNetworkSet' };
const SET = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'GlobalNetworkSet',
  metadata: { name: 'a' },
  spec: {},
};
const groups = (...names: readonly string[]): Answer => json({ groups: names.map((name) => ({ name })) });
const empty: Answer = json({ metadata: { resourceVersion: '7' }, items: [] });
const gone: Answer = (_, answer) => answer.destroy();

describe('the group', () => {
  const asked = (requests: readonly string[]) => requests.map((line) => line.replace(/\?.*/, ''));
  const LEGACY = 'GET /apis/crd.projectcalico.org/v1/globalnetworksets';
  const NATIVE = 'GET /apis/projectcalico.org/v3/globalnetworksets';

  it('is not guessed when nobody answers, and is asked for again', async () => {
    const { store, requests } = await storeWith({}, [gone, groups('projectcalico.org'), empty]);
    expect((await rejection(store.list(SETS))).code).toBe('datastore/unavailable');
    expect((await store.list(SETS)).items).toEqual([]);
    expect(asked(requests)).toEqual(['GET /apis', 'GET /apis', NATIVE]);
  });

  it('may appear later', async () => {
    const { store, requests } = await storeWith({}, [
      groups(),
      empty,
      groups('projectcalico.org'),
      empty,
      empty,
    ]);
    for (let n = 0; n < 3; n++) await store.list(SETS);
    expect(asked(requests)).toEqual(['GET /apis', LEGACY, 'GET /apis', NATIVE, NATIVE]);
  });

  it('is that of most where one may not ask', async () => {
    const { store, requests } = await storeWith({}, [json(status(403, 'Forbidden', 'no'), 403), empty]);
    await store.list(SETS);
    expect(asked(requests)).toEqual(['GET /apis', LEGACY]);
  });

  it('that one waits for is not lost when another one gives up', async () => {
    let release: () => void = () => undefined;
    const asking = new Promise<void>((done) => (release = done));
    const first: Answer = (request, answer) => {
      setTimeout(() => groups('projectcalico.org')(request, answer), 100);
      release();
    };
    const { store, requests } = await storeWith({}, [first, empty]);
    const stop = new AbortController();
    const [one, other] = [rejection(store.list(SETS, { signal: stop.signal })), store.list(SETS)];
    await asking;
    stop.abort();
    expect((await one).code).toBe('datastore/cancelled');
    expect((await other).items).toEqual([]);
    expect(asked(requests)).toEqual(['GET /apis', NATIVE]);
  });
});

describe('what a server refuses', () => {
  it.each([
    [403, 'Forbidden', 'ippools is forbidden: User "x" cannot list resource "ippools"', 'its roles'],
    [403, 'Forbidden', 'ippools "p" is forbidden: exceeded quota: q, used: count/x=0', 'does not admit'],
    [403, 'Forbidden', '"n" is forbidden: unable to create new content in namespace q', 'does not admit'],
    [401, 'Unauthorized', 'Unauthorized', 'expired'],
  ])('%i %s: %s', async (code, reason, message, hint) => {
    const { store } = await storeOf(json(status(code, reason, message), code));
    const error = await rejection(store.create(SET));
    expect([error.code, error.message]).toEqual([
      'datastore/unauthorized',
      `connection is unauthorized: ${message}`,
    ]);
    expect(hintOf(error)).toContain(hint);
  });

  it('a namespace that is not there, and a kind that is not there, are told apart', async () => {
    const policy = { ...SET, kind: 'NetworkSet', metadata: { name: 'a', namespace: 'nope' } };
    const missing = {
      ...status(404, 'NotFound', 'namespaces "nope" not found'),
      details: { kind: 'namespaces' },
    };
    const { store } = await storeOf(json(missing, 404), (_, answer) => {
      answer.statusCode = 404;
      answer.end('404 page not found');
    });
    const namespace = await rejection(store.create(policy));
    expect(namespace.message).toBe(
      'resource does not exist: NetworkSet(nope/a) with error: namespaces "nope" not found',
    );
    expect(hintOf(namespace)).toContain('create the namespace');
    const kind = await rejection(store.create(policy));
    expect(kind.message).toContain('the server could not find the requested resource (post NetworkSets.');
    expect(hintOf(kind)).toContain('custom resource definitions');
  });

  it('a kind that is not there is nothing, and says so', async () => {
    const { store } = await storeOf((_, answer) => {
      answer.statusCode = 404;
      answer.end('404 page not found');
    });
    for (const kind of ['GlobalNetworkSet', 'KubernetesEndpointSlice']) {
      const { items, missing } = await store.list({ kind });
      expect([items, missing?.message]).toEqual([
        [],
        `the API server does not know ${kind === 'GlobalNetworkSet' ? 'GlobalNetworkSets.crd.projectcalico.org' : 'endpointslices'}`,
      ]);
    }
    const nodes = json({ metadata: { resourceVersion: '7' }, items: [] });
    const { store: other } = await storeOf(nodes, (_, answer) => {
      answer.statusCode = 404;
      answer.end();
    });
    expect((await other.list({ kind: 'KubernetesClusterNetworkPolicy' })).missing).toBeUndefined();
  });

  it('asking again ends when it is cancelled, and when the store is closed', { timeout: 8_000 }, async () => {
    const busy = json(status(429, 'TooManyRequests', 'later'), 429, { 'retry-after': '600' });
    for (const how of ['cancel', 'close'] as const) {
      const { store, requests } = await storeOf(busy);
      const stop = new AbortController();
      const failed = rejection(store.list(SETS, { signal: stop.signal }));
      await vi.waitFor(() => expect(requests).toHaveLength(1));
      if (how === 'cancel') stop.abort();
      else await store.close();
      expect((await failed).code).toBe('datastore/cancelled');
      expect(requests).toHaveLength(1);
    }
  });
});

describe('credentials', () => {
  const SECRET = 'hush-hush';
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const kubeconfig = (user: object, cluster: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
    users: [{ name: 'u', user }],
  });
  const of = async (config: object) => {
    const kubeconfigInline = secret(JSON.stringify(config));
    const { store } = await storeWith({ kubeconfigInline, apiEndpoint: undefined as never }, [empty]);
    const error = await rejection(store.list({ kind: 'KubernetesNetworkPolicy' }));
    const all = `${inspect(error, { depth: 12, showHidden: true })}${error.stack ?? ''}`;
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain(Buffer.from(SECRET).toString('base64'));
    return error;
  };
  const exec = (command: string, script: string) => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: ['-c', script],
      interactiveMode: 'Never',
    },
  });
  const data = Buffer.from(SECRET).toString('base64');

  it.each([
    [
      'a certificate that is none',
      kubeconfig({ 'client-certificate-data': data, 'client-key-data': data }),
      'the certificates or the key of the kubeconfig cannot be used (ERR_OSSL_PEM_NO_START_LINE)',
    ],
    [
      'an authority that is not there',
      kubeconfig({ token: SECRET }, { 'certificate-authority': '/nonexistent/ca.crt' }),
      'the kubeconfig: cannot read /nonexistent/ca.crt: ENOENT',
    ],
    [
      'a plugin that is not there',
      kubeconfig(exec('/nonexistent/plugin', '')),
      'the kubeconfig: cannot run /nonexistent/plugin: ENOENT',
    ],
    [
      'a plugin that fails',
      kubeconfig(exec('sh', `echo ${SECRET}; echo ${SECRET} >&2; exit 1`)),
      'the credentials of the kubeconfig cannot be used',
    ],
    [
      'an address that is none',
      kubeconfig({ token: SECRET }, { server: `user:${SECRET}@nowhere` }),
      'the address of the API server is no URL',
    ],
  ])('%s', async (_title, config, message) => {
    const error = await of(config);
    expect(error.message).toContain(message);
    expect(hintOf(error)).toBeTruthy();
  });

  it('a kubeconfig that is cut short is corrected later', async () => {
    const path = file('config', `{"users":[{"user":{"token":"${SECRET}`);
    const { store } = await storeWith({ kubeconfig: [path], apiEndpoint: undefined as never }, [empty]);
    const POLICIES = { kind: 'KubernetesNetworkPolicy' };
    const error = await rejection(store.list(POLICIES));
    expect(error.message).toBe(`cannot read ${path}: not a kubeconfig`);
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(SECRET);
    file('config', JSON.stringify(kubeconfig({ token: SECRET })));
    expect((await rejection(store.list(POLICIES))).message).toContain('https://127.0.0.1:1');
  });

  it('of several files the first counts, and one that is not there says nothing', async () => {
    const server = (port: number, context = 'c') => ({
      ...kubeconfig({}, { server: `https://127.0.0.1:${port}` }),
      'current-context': context,
    });
    const other = { ...server(2), contexts: [{ name: 'other', context: { cluster: 'd', user: 'u' } }] };
    const clusters = [...other.clusters, { name: 'd', cluster: { server: 'https://127.0.0.1:3' } }];
    const paths = [
      '/nonexistent/config',
      file('first', JSON.stringify(server(1, ''))),
      file('second', JSON.stringify({ ...other, clusters })),
    ];
    const asked = async (kubeconfig: readonly string[], currentContext?: string) => {
      const { store } = await storeWith(
        { kubeconfig, apiEndpoint: undefined as never, ...(currentContext && { currentContext }) },
        [empty],
      );
      return (await rejection(store.list({ kind: 'KubernetesNetworkPolicy' }))).message;
    };
    expect(await asked(paths)).toContain('https://127.0.0.1:1');
    expect(await asked(paths, 'other')).toContain('https://127.0.0.1:3');
    expect(await asked(['/nonexistent/a', '/nonexistent/b'])).toBe('cannot read /nonexistent/a: ENOENT');
  });

  it('none, outside of a pod', async () => {
    const { store } = await storeWith({ apiEndpoint: undefined as never }, [empty]);
    const error = await rejection(store.list({ kind: 'KubernetesNetworkPolicy' }));
    expect([error.message, hintOf(error)]).toEqual([
      'no Kubernetes API is named: there is no kubeconfig, and this is no pod',
      expect.stringContaining('KUBECONFIG'),
    ]);
  });
});

describe('an object that nobody could have meant', () => {
  const policy = (metadata: object) => ({
    metadata: { name: 'p', resourceVersion: '5', uid: '0a603232-1f67-482d-acb4-2f0f6444e7a7', ...metadata },
    spec: { selector: 'all()' },
  });
  const policies = (item: unknown, resourceVersion: string) =>
    json({ metadata: { resourceVersion }, items: [item] });
  const annotated = (text: string) => policy({ annotations: { 'projectcalico.org/metadata': text } });

  it.each(['{"ownerReferences":5}', '{"ownerReferences":[null]}', '{"labels":7,"annotations":"x"}'])(
    'is read all the same where it can be: %s',
    async (text) => {
      const { store } = await storeOf(policies(annotated(text), '7'), json(annotated(text)));
      const { items, problems } = await store.list({ kind: 'GlobalNetworkPolicy' });
      expect([items.map(({ key }) => key.name), problems]).toEqual([['p'], []]);
      expect((await store.get({ kind: 'GlobalNetworkPolicy', name: 'p' })).key.name).toBe('p');
    },
  );

  it('is told under its key where it cannot be read, so that its last good version stays', async () => {
    const node = { metadata: { name: 'n1', resourceVersion: '5', annotations: 7 } };
    const { store } = await storeOf(policies(node, '7'));
    const { items, problems } = await store.list({ kind: 'Node' });
    expect(items).toEqual([]);
    expect(problems).toMatchObject([{ code: 'datastore/parse', resource: 'Node/n1' }]);
  });

  it('is told by a watch that begins with what there is', async () => {
    const node = { metadata: { name: 'n1', resourceVersion: '5', annotations: 7 } };
    const { store } = await storeOf(policies(node, '7'), gone);
    for await (const event of store.watch({ kind: 'Node' })) {
      expect(event).toMatchObject({ type: 'error', final: false, error: { code: 'datastore/parse' } });
      break;
    }
    expect.assertions(1);
  });
});
