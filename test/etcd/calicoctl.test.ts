// What calicoctl printed on an empty etcd, printed by our commands on another one, to the letter; and what it stored.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folder, tortie } from '../../src/cli/testing.ts';
import { version } from '../../src/cli/version.ts';
import { type Deviation, playTranscript, readTranscript } from '../support/transcript.ts';
import { type EtcdServer, startEtcd } from './server.ts';

const SESSION = readFileSync(
  fileURLToPath(new URL('testing/calicoctl-session.txt', import.meta.url)),
  'utf8',
);

/** Files that the recording names and does not show. */
const FILES = {
  'bad.yaml': `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: bad }
spec: { selector: "app = 'x'" }
`,
  'bad3.yaml': `apiVersion: projectcalico.org/v3
kind: IPPool
metadata: { name: overlap }
spec: { cidr: 10.65.128.0/24 }
`,
};

const NO_IPAM = 'the commands on addresses are not there yet';
const DEVIATIONS: readonly Deviation[] = [
  {
    command: 'calicoctl version',
    reason: 'tortie has a version of its own',
    instead: ({ output, status }) => ({ output: output.replace('master', version()), status }),
  },
  {
    command: 'calicoctl get globalnetworkpolicy -o json',
    reason: 'a last line ends with a newline',
    instead: ({ output, status }) => ({ output: `${output}\n`, status }),
  },
  { command: 'calicoctl ipam show', reason: NO_IPAM },
  { command: 'calicoctl ipam show --show-blocks', reason: NO_IPAM },
];

const files = folder(FILES);
let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd?.remove();
  files.remove();
});

test('a session of calicoctl', async () => {
  const steps = readTranscript(SESSION);
  expect(steps).toHaveLength(35);
  const differences = await playTranscript(steps, {
    deviations: DEVIATIONS,
    // What can be done is said in lines of its own, behind calicoctl's words.
    normalise: (output) => output.replace(/^hint: .*\n/gm, ''),
    pathOf: (file) => files.path(file),
    run: async ([program, ...argv], env) => {
      if (program === 'etcdctl') return { output: await dump(argv.includes('--keys-only')), status: 0 };
      if (program !== 'calicoctl') return undefined;
      const words = argv.map((word) => (word.endsWith('.yaml') ? files.path(word) : word));
      const store = { DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: etcd.endpoint };
      const { status, stdout, stderr } = await tortie(words, { env: { ...store, ...env } });
      return { status, output: stdout + stderr };
    },
  });
  expect(differences.join('\n\n')).toBe('');
});

/** As etcdctl prints a range: keys and values in turn, or keys with an empty line behind each. */
async function dump(keysOnly: boolean): Promise<string> {
  const [key, rangeEnd] = [Buffer.from('/calico'), Buffer.from('/calicp')];
  const { kvs } = await etcd.kv.range({ key, rangeEnd });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return kvs.map((kv) => `${text(kv.key)}\n${keysOnly ? '' : text(kv.value)}\n`).join('');
}
