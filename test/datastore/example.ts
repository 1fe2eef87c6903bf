// examples/client.ts against a store, and what it must say; run with every backend that has a server or none.
/* oxlint-disable vitest/no-standalone-expect -- called by tests */
import { expect } from 'vitest';
import { main } from '../../examples/client.ts';
import type { Client } from '../../src/index.ts';

/** The store is empty but for a pool `default-ipv4` and the nodes that are named with their addresses. */
export async function expectExample(client: Client, nodes: readonly string[]): Promise<void> {
  const lines: string[] = [];
  await client.ipPools.create({ metadata: { name: 'default-ipv4' }, spec: { cidr: '10.65.0.0/16' } });
  await main(client, (line) => lines.push(line));
  // The watch and the writes go on side by side; a watch may join two changes that follow each other closely.
  const watched = (line: string) => /^(modified|deleted) /.test(line);
  expect(lines.filter((line) => !watched(line))).toEqual([
    'pool default-ipv4 10.65.0.0/16',
    ...nodes.map((node) => `node ${node}`),
    'created example-pool, blocks of /26',
    'update conflict: IPPool(example-pool)',
    'read example-pool, natOutgoing true',
  ]);
  expect(lines.filter(watched)).toContain('modified example-pool, natOutgoing true');
  expect(lines.filter(watched).at(-1)).toBe('deleted example-pool');
  expect((await client.ipPools.list()).items.map(({ metadata }) => metadata.name)).toEqual(['default-ipv4']);
}
