// Custom resources without a server: what is sent, and what the metadata of both sides is made of. On a real API server
// the contract of the datastores holds the same (test/interop/datastore.test.ts).
import { expect, it } from 'vitest';
import type { Api } from './connect.ts';
import { customKind, customSource } from './custom.ts';
import type { RawObject } from './reading.ts';

const LEGACY = { group: 'crd.projectcalico.org', version: 'v1' } as const;
const STORED_UID = '01000000-0000-4000-8000-000000000080';
const SHOWN_UID = '80000000-0000-4000-8000-000000000001';
const METADATA = 'projectcalico.org/metadata';
const KEY = { kind: 'IPPool', name: 'p' };

interface Sent {
  readonly body: { readonly metadata: Readonly<Record<string, Readonly<Record<string, string>>>> };
}

/** A server with one object, which keeps what it was sent. */
function server(object: RawObject) {
  const sent: { method: string; path: string; body: unknown }[] = [];
  const api: Pick<Api, 'send'> = {
    send: (method, path, { body } = {}) => {
      if (method !== 'GET') sent.push({ method, path, body });
      return Promise.resolve(method === 'GET' || method === 'DELETE' ? object : body);
    },
  };
  return { store: customKind(api as Api, LEGACY, customSource(LEGACY, 'IPPool')), sent };
}

const stored: RawObject = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'IPPool',
  metadata: {
    name: 'p',
    uid: STORED_UID,
    resourceVersion: '7',
    creationTimestamp: '2026-01-02T03:04:05Z',
    labels: { 'projectcalico.org/own': 'outside' },
    annotations: {
      [METADATA]:
        '{"labels":{"tenant":"a"},"annotations":{"note":"b"},"creationTimestamp":"2025-01-01T00:00:00Z"}',
    },
  },
  spec: { cidr: '10.0.0.0/16' },
};

it('has the labels and annotations that only Calico sees, and those outside', async () => {
  const { value, revision } = await server(stored).store.get(KEY);
  expect(revision).toBe('7');
  expect(value.metadata).toEqual({
    name: 'p',
    uid: SHOWN_UID,
    resourceVersion: '7',
    creationTimestamp: '2025-01-01T00:00:00Z',
    labels: { 'projectcalico.org/own': 'outside', tenant: 'a' },
    annotations: { note: 'b' },
  });
});

it('hides them again when it writes, all but its own', async () => {
  const { store, sent } = server(stored);
  const { value } = await store.get(KEY);
  await store.update({
    ...value,
    metadata: { ...value.metadata, labels: { ...value.metadata.labels, more: 'c' } },
  });
  expect(sent).toMatchObject([
    {
      method: 'PUT',
      path: '/apis/crd.projectcalico.org/v1/ippools/p',
      body: { metadata: { name: 'p', uid: STORED_UID, resourceVersion: '7' } },
    },
  ]);
  const { labels, annotations } = (sent as readonly Sent[]).at(0)?.body.metadata ?? {};
  expect(labels).toEqual({ 'projectcalico.org/own': 'outside' });
  expect(Object.keys(annotations ?? {})).toEqual([METADATA]);
  expect(JSON.parse(annotations?.[METADATA] ?? '')).toEqual({
    labels: { 'projectcalico.org/own': 'outside', tenant: 'a', more: 'c' },
    annotations: { note: 'b' },
    creationTimestamp: '2025-01-01T00:00:00Z',
  });
});

it('says whose annotation is no JSON', async () => {
  const broken = { ...stored, metadata: { ...stored.metadata, annotations: { [METADATA]: '[1]' } } };
  await expect(server(broken).store.get(KEY)).rejects.toMatchObject({
    code: 'datastore/parse',
    message: expect.stringContaining('annotation projectcalico.org/metadata is not a JSON object'),
  });
});

it('deletes what it has looked at, and nothing that came in its place', async () => {
  const { store, sent } = server(stored);
  await expect(store.delete(KEY, { uid: STORED_UID })).rejects.toMatchObject({ code: 'datastore/not-found' });
  expect(sent).toEqual([]);
  await store.delete(KEY, { uid: SHOWN_UID });
  expect(sent).toMatchObject([{ method: 'DELETE', body: { preconditions: { uid: STORED_UID } } }]);
});
