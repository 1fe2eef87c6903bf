// What calicoctl printed on an API server, printed by our commands on another one; and what kubectl shows of what was
// stored. The recording is in sections, which go on where the one before them ended.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folder, tortie } from '../../src/cli/testing.ts';
import { playTranscript, readTranscript } from '../support/transcript.ts';
import { DEVIATIONS } from './calicoctl-deviations.ts';
import { createRecordedPod, recordedPods } from './pods.ts';
import { type Cluster, startCluster } from './server.ts';
import { head, jq, printed, type Ran, runLine, sed } from './shell.ts';

const SESSION = readFileSync(join(import.meta.dirname, 'testing/calicoctl-session.txt'), 'utf8');
const SECTIONS = new Map(
  SESSION.split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('.')), text]),
);

const document = (kind: string, name: string, spec: string, namespace?: string) =>
  `apiVersion: projectcalico.org/v3
kind: ${kind}
metadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }
spec: ${spec}
`;
/** Files that the recording names, with what it says behind the command. */
const FILES: Readonly<Record<string, string>> = {
  'pool0.yaml': document('IPPool', 'p0', '{ cidr: 10.9.0.0/16 }'),
  'node9.yaml': document('Node', 'node-9', '{}'),
  'b13.yaml': document('NetworkPolicy', 'n1', '{}', 'nosuchns'),
  ...Object.fromEntries(
    [...SESSION.matchAll(/(\S+\.yaml) {3}# (\w+) (\S+), spec: (.*)$/gm)].map(
      ([, file = '', kind = '', name = '', spec = '']) => [file, document(kind, name, spec)],
    ),
  ),
};

const files = folder(FILES);
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => {
  await cluster?.stop();
  files.remove();
});

const CRDS = join(import.meta.dirname, '../../deploy/crds');
function createCrds(rewrite: (text: string) => string = (text) => text): void {
  const texts = readdirSync(CRDS).map((file) => rewrite(readFileSync(join(CRDS, file), 'utf8')));
  cluster.kubectl(['create', '-f', '-'], texts.join('\n---\n'));
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
}

/** The group that newer releases of Calico have, with the same schemas. */
const native = (text: string) =>
  text
    .replaceAll('crd.projectcalico.org', 'projectcalico.org')
    .replace(/^( +- name: )v1$/m, '$1v3')
    .replaceAll(/\b(ipamconfig)(s?)\b/g, '$1uration$2')
    .replaceAll(/\bIPAMConfig(List)?$/gm, 'IPAMConfiguration$1');

/** What the recording does not show. */
const BEFORE: Readonly<Record<string, () => void>> = {
  '2': () => createCrds(),
  '5': () => {
    const named = new Set(
      ['dual-ips', 'nat', 'ann-bad', 'asp-bad', 'hostnet', 'no-ip'].map((name) => `prod/${name}`),
    );
    for (const [name, pod] of recordedPods()) if (named.has(name)) createRecordedPod(cluster, name, pod);
  },
  '11': () => createCrds(native),
};

async function program(
  [name = '', ...argv]: readonly string[],
  stdin: string,
  env: Readonly<Record<string, string>>,
): Promise<Ran | undefined> {
  const words = argv.map((word) => (/^[\w-]+\.yaml$/.test(word) ? files.path(word) : word));
  switch (name) {
    case 'calicoctl': {
      const KUBECONFIG = `${cluster.kubeconfig()}:${cluster.kubeconfig('nobody')}`;
      return tortie(words, { env: { DATASTORE_TYPE: 'kubernetes', KUBECONFIG, ...env } });
    }
    case 'kubectl':
      return kubectl(words);
    case 'stored':
      return stored(words);
    case 'jq':
      return jq(words.length > 1 ? (words[0] ?? '') : '', words.at(-1) ?? '', stdin);
    case 'sed':
      return sed(words);
    case 'head':
      return head(-Number(words[0]), stdin);
  }
  return undefined;
}

function kubectl(argv: readonly string[]): Ran {
  try {
    return printed(cluster.kubectl(argv));
  } catch (error) {
    return { stdout: '', stderr: (error as Error).message, status: 1 };
  }
}

/** The recording's own word. */
function stored([what = '', namespace]: readonly string[]): Ran {
  const [plural, name = ''] = what.split('/');
  const place = namespace === undefined ? [] : ['-n', namespace];
  const { stdout } = kubectl(['get', `${plural}.crd.projectcalico.org`, name, ...place, '-o', 'json']);
  return jq('-c', '[.metadata.annotations,.metadata.labels,.spec]', stdout);
}

const normalise = (output: string) =>
  output
    // What can be done is said in lines of its own, behind calicoctl's words.
    .replace(/^hint: .*\n/gm, '')
    // Of a list of profiles; other things happen in a cluster meanwhile.
    .replace(/"\d+\/\d+"/g, '"<both>"')
    // The recording has no blanks at the ends of lines, and no empty line behind a table or an object.
    .replace(/ +$/gm, '')
    .replace(/\n+$/, '');

const REVISION = /(?<=resourceVersion"?: ?"?\/?|ResourceVersion = '|<uid \d+>(?: |","))\d+/g;

test.each([
  ['1', 5, 'Before the CRDs are installed'],
  ['2', 3, 'Legacy CRDs installed, store empty'],
  ['3', 21, 'Node'],
  ['4', 14, 'Profiles'],
  ['5', 17, 'Pods'],
  ['6', 7, 'Kubernetes NetworkPolicy'],
  ['8', 19, 'What calicoctl writes (legacy CRDs)'],
  ['9', 13, 'What kubectl wrote, read by calicoctl'],
  ['10', 36, 'Errors and conflicts'],
  ['11', 6, 'Native CRDs (projectcalico.org/v3)'],
])('%s. with %i commands: %s', async (section, commands, title) => {
  BEFORE[section]?.();
  const text = SECTIONS.get(section) ?? '';
  expect(text.slice(0, text.indexOf('\n'))).toBe(`${section}. ${title}`);
  const steps = readTranscript(text);
  expect(steps).toHaveLength(commands);
  const differences = await playTranscript(steps, {
    deviations: DEVIATIONS[section] ?? [],
    normalise,
    identities: [['revision', REVISION]],
    pathOf: (file) => files.path(file),
    run: (argv, env) =>
      runLine(
        argv,
        (words, stdin) => program(words, stdin, env),
        (file) => files.path(file),
      ),
  });
  expect(differences.join('\n\n')).toBe('');
});
