// How long each page of a list is waited for, and how members share the time for a connection.
import { expect, it } from 'vitest';
import type { Connection, Session } from './connection.ts';
import { listSelection } from './list.ts';
import { dialOf, TIMING } from './settings.ts';

it('pages follow each other at one revision; those behind the first are waited for as what can be megabytes', async () => {
  const limits: unknown[] = [];
  const asked: (readonly [string | undefined, bigint])[] = [];
  const text = (value: string) => new TextEncoder().encode(value);
  const range = async (
    { key: from, revision }: { readonly key: Uint8Array; readonly revision: bigint },
    options: { readonly timeoutMs?: number },
  ) => {
    limits.push(options.timeoutMs);
    asked.push([new TextDecoder().decode(from).split('/').at(-1), revision]);
    const key = text(`/calico/resources/v3/projectcalico.org/globalnetworksets/s${limits.length}`);
    const kvs = [{ key, value: text('{}'), modRevision: 7n }];
    return { header: { revision: 7n }, kvs, more: limits.length < 3 };
  };
  const session = { member: { kv: { range }, endpoint: 'x' }, options: {} } as unknown as Session;
  const connection = {
    timing: TIMING,
    call: (_kind: string, request: (to: Session) => Promise<unknown>) => request(session),
  } as unknown as Connection;
  const { entries, errors } = await listSelection(
    connection,
    { kind: 'GlobalNetworkSet' },
    undefined,
    undefined,
  );
  expect([entries.length + errors.length, limits]).toEqual([3, [10_000, 30_000, 30_000]]);
  expect(asked).toEqual([
    ['', 0n],
    ['s1\0', 7n],
    ['s2\0', 7n],
  ]);
});

it.each([
  [1, 10_000, 10_000],
  [2, 10_000, 5_000],
  [5, 10_000, 3_000],
  [3, 900, 900],
])('of %i members each gets of %i ms for a connection %i', (members, dial, each) => {
  expect(dialOf({ ...TIMING, dial }, members)).toBe(each);
});
