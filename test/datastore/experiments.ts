// What a newcomer to Calico does first, examples/coming-from-calicoctl.sh, with the output that every datastore gives to
// it. The objects are of one small cluster, however it came into the store: `seed` for those where all is written.
/* oxlint-disable vitest/no-standalone-expect -- called by tests */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import type { Client } from '../../src/index.ts';

const root = join(import.meta.dirname, '../..');
const SCRIPT = readFileSync(join(root, 'examples/coming-from-calicoctl.sh'), 'utf8');

/** By command; spaces at the ends of lines, which the tables have, left out. */
const OUTPUT: Readonly<Record<string, string>> = {
  'get ippools': `
NAME           CIDR           SELECTOR
default-ipv4   10.65.0.0/16   all()
`,
  'get nodes -o wide': `
NAME   ASN     IPV4            IPV6
n1     65001   192.0.2.11/24
`,
  'get workloadendpoints -A -o wide': `
NAMESPACE   NAME              WORKLOAD   NODE   NETWORKS       INTERFACE         PROFILES   NATS
prod        n1-k8s-web-eth0   web        n1     10.65.0.2/32   calic36cb0217f8   kns.prod
`,
  'get networkpolicies -A': `
NAMESPACE   NAME   TIER
prod        db     default
`,
  'get globalnetworkpolicies -o wide': `
NAME   TIER      ORDER   SELECTOR
deny   default   1000    all()
`,
  'get felixconfiguration default -o yaml': `
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata:
  creationTimestamp: TIME
  name: default
  resourceVersion: REVISION
  uid: UID
spec:
  bpfConnectTimeLoadBalancing: TCP
  bpfHostNetworkedNATWithoutCTLB: Enabled
  bpfLogLevel: ""
  defaultEndpointToHostAction: Accept
  floatingIPs: Disabled
  nftablesFlowTableOffload: Disabled
  nftablesMode: Auto
`,
  'apply -f examples/pool.yaml': `
Successfully applied 1 'IPPool' resource(s)
`,
  'patch ippool rack-1 -p {"spec": {"natOutgoing": true}}': `
Successfully patched 1 'IPPool' resource
`,
  'get ippool rack-1 -o wide': `
NAME     CIDR           NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR      ASSIGNMENTMODE
rack-1   10.66.0.0/16   true   Never      Never       false      false              rack == '1'   Automatic
`,
  'delete ippool rack-1': `
Successfully deleted 1 'IPPool' resource(s)
`,
};

/** All that the cluster has beside its nodes, pods and namespaces. */
export async function seedPolicy(client: Client): Promise<void> {
  await client.ensureInitialized();
  await client.ipPools.create({ metadata: { name: 'default-ipv4' }, spec: { cidr: '10.65.0.0/16' } });
  await client.felixConfigurations.create({
    metadata: { name: 'default' },
    spec: { defaultEndpointToHostAction: 'Accept' },
  });
  await client.networkPolicies.create({
    metadata: { name: 'db', namespace: 'prod' },
    spec: { selector: "app == 'db'" },
  });
  await client.globalNetworkPolicies.create({
    metadata: { name: 'deny' },
    spec: { selector: 'all()', order: 1000, types: ['Ingress'] },
  });
}

export async function seed(client: Client): Promise<void> {
  await seedPolicy(client);
  const bgp = { ipv4Address: '192.0.2.11/24', asNumber: 65_001 };
  await client.nodes.create({ metadata: { name: 'n1' }, spec: { bgp } });
  await client.workloadEndpoints.create({
    metadata: { name: 'n1-k8s-web-eth0', namespace: 'prod', labels: { app: 'web' } },
    spec: {
      orchestrator: 'k8s',
      node: 'n1',
      pod: 'web',
      endpoint: 'eth0',
      interfaceName: 'calic36cb0217f8',
      ipNetworks: ['10.65.0.2/32'],
      profiles: ['kns.prod'],
    },
  });
}

export async function expectExperiments(env: Readonly<Record<string, string>>): Promise<void> {
  const outputs: Record<string, string> = {};
  const lines = SCRIPT.trim().split('\n');
  for (const line of lines) {
    const argv = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    expect(argv.shift()).toBe('tortie');
    const { status, stdout, stderr } = await tortie(
      argv.map((word) => (word.startsWith('examples/') ? join(root, word) : word)),
      { env },
    );
    expect([line, status, stderr]).toEqual([line, 0, '']);
    outputs[argv.join(' ')] = shown(stdout);
  }
  expect(outputs).toEqual(OUTPUT);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, section = ''] = /^## Coming from calicoctl$([^]*?)^## /m.exec(readme) ?? [];
  for (const line of lines) expect(section).toContain(`\n${line}`);
}

const shown = (text: string): string =>
  `\n${text.replace(/ +$/gm, '').trimEnd()}\n`
    .replace(/(creationTimestamp: )"?\d{4}-.*/, '$1TIME')
    .replace(/(resourceVersion: ).*/, '$1REVISION')
    .replace(/(uid: )[-0-9a-f]{36}/, '$1UID');
