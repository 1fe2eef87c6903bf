// Which commands work on which kind in which datastore: what the tests have seen and recorded
// (test/datastore/kind-commands/, see test/datastore/kind-commands.ts), and why some do not.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const COMMANDS = ['get', 'create', 'apply', 'replace', 'patch', 'label', 'delete'] as const;
export type CommandName = (typeof COMMANDS)[number];

export const STORES = ['etcd', 'kubernetes', 'file'] as const;
export type StoreName = (typeof STORES)[number];

export const recordFile = (store: StoreName): string =>
  fileURLToPath(new URL(`../../test/datastore/kind-commands/${store}.txt`, import.meta.url));

/** A line for each kind. */
export const recordText = (worked: ReadonlyMap<string, readonly CommandName[]>): string =>
  [...worked].map(([kind, commands]) => `${[`${kind}:`, ...commands].join(' ')}\n`).join('');

/** By kind. */
export function readRecord(store: StoreName): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(recordFile(store), 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [kind = '', commands = ''] = line.split(':');
      return [kind, commands.split(' ').filter(Boolean)];
    }),
  );
}

const INFORMATION = 'written by what it is about; as in calicoctl';

/** What a reader has to know where not all is as it seems. Required where a command does not work. */
const NOTES: Readonly<Record<string, Partial<Record<StoreName, string>>>> = {
  ClusterInformation: { etcd: INFORMATION, kubernetes: INFORMATION, file: INFORMATION },
  IPAMConfiguration: { etcd: 'in etcd Calico’s IPAM does not read it, see [commands](commands.md)' },
  Node: { kubernetes: 'the node is Kubernetes’ own' },
  Profile: { kubernetes: 'made of namespaces and service accounts' },
  WorkloadEndpoint: {
    kubernetes:
      'made of pods; `delete` takes the addresses off the pod’s annotations, as in Calico, and the pod stays',
  },
};

export const noteOn = (kind: string, store: StoreName): string | undefined => NOTES[kind]?.[store];
