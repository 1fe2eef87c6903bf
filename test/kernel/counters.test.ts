// counters on real kernels: each packet that a policy rule decided is counted for that rule once, on both dataplanes, with
// file and line; and the time since which it counts moves only when the chain is written anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folder, tortie } from '../../src/cli/testing.ts';
import { parseAddress } from '../../src/net/index.ts';
import { type Lab, openLab } from '../lab/lab.ts';

const LONG = `p${'x'.repeat(180)}`;
const INPUT = (port: number) => `
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n1-k8s-a-eth0, namespace: ns, labels: { app: a } }
spec: { orchestrator: k8s, node: n1, pod: a, endpoint: eth0, interfaceName: cali0, ipNetworks: [10.65.0.3/32], profiles: [open] }
---
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n1-k8s-b-eth0, namespace: ns, labels: { app: b } }
spec: { orchestrator: k8s, node: n1, pod: b, endpoint: eth0, interfaceName: cali1, ipNetworks: [10.65.1.7/32], profiles: [open] }
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata: { name: open }
spec: { ingress: [{ action: Allow }], egress: [{ action: Allow }] }
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: ${LONG}, namespace: ns }
spec:
  selector: app == 'b'
  types: [Ingress]
  ingress:
    - { action: Log, protocol: TCP }
    - { action: Allow, protocol: TCP, destination: { ports: [${port}, 1000, 2000] } }
    - { action: Deny, protocol: UDP }
    - action: Allow
      protocol: TCP
      source: { nets: [10.65.0.0/24, 10.99.0.0/16] }
      destination: { nets: [10.65.1.0/24, 10.98.0.0/16], ports: [7777, 3000] }
`;
const files = folder({
  'old.yaml': INPUT(80),
  'new.yaml': INPUT(81),
});
afterAll(() => files.remove());

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({
    name: 'counts',
    workloads: [
      { interface: 'cali0', routes: ['10.65.0.0/28'] },
      { interface: 'cali1', routes: ['10.65.1.0/28'] },
    ],
    nodeAddresses: ['192.0.2.1/24'],
  });
});
afterAll(async () => lab?.close());

const bits = (text: string): bigint => parseAddress(text)?.bits ?? 0n;
let port = 20_000;
const packet = (protocol: number, destinationPort: number) => ({
  family: 4 as const,
  inInterface: 'cali0',
  outInterface: 'cali1',
  source: bits('10.65.0.3'),
  destination: bits('10.65.1.7'),
  protocol,
  sourcePort: port++,
  destinationPort,
});

interface Counter {
  readonly rule: string;
  readonly packets: number;
  readonly bytes: number;
  readonly since: string | null;
  readonly file?: string;
  readonly line?: number;
}

const on = (...argv: string[]) => tortie(argv, { runner: lab.runner });
async function counters(...argv: string[]): Promise<ReadonlyMap<string, Counter>> {
  const done = await on('counters', '-o', 'json', ...argv);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const { counters: list } = JSON.parse(done.stdout) as { counters: Counter[] };
  return new Map(list.map((c) => [c.rule, c]));
}

const lineOf = (text: string) =>
  INPUT(80)
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;
const RULE = (index: number) => `NetworkPolicy/ns/${LONG}/ingress/${index}`;

describe.each([
  ['--dataplane', 'nftables'],
  ['--dataplane', 'iptables', '--iptables-backend', 'nft'],
  ['--dataplane', 'iptables', '--iptables-backend', 'legacy'],
])('counters: %s %s %s %s', (...options) => {
  const argv = options.filter((o) => o !== undefined);
  // The other commands name their backend, counters finds it.
  const dialect = argv.slice(0, 2);

  it('counts each packet once for the rule that decided it', async () => {
    await on('clear');
    expect(await on('counters')).toMatchObject({ status: 1, stdout: 'nothing is enforced\n' });
    expect(await on('enforce', '-q', '-f', files.path('old.yaml'), ...argv)).toMatchObject({
      status: 0,
      stderr: '',
    });
    const delivered = await lab.probe([
      ...[80, 80, 1000, 7777, 9].map((p) => packet(6, p)),
      ...[5, 6, 7].map((p) => packet(17, p)),
    ]);
    expect(delivered).toEqual([true, true, true, true, false, false, false, false]);

    const found = await counters('-f', files.path('old.yaml'), ...dialect);
    const packets = [0, 1, 2, 3].map((i) => found.get(RULE(i))?.packets);
    expect(packets).toEqual([5, 3, 3, 1]);
    expect(found.get('Profile/open/egress/0')?.packets).toBe(8);
    expect(found.get('Profile/open/ingress/0')?.packets ?? 0).toBe(0);
    expect(found.get(RULE(2))).toMatchObject({ file: files.path('old.yaml'), line: lineOf('action: Deny') });
    expect(found.get(RULE(2))?.bytes).toBeGreaterThan(3 * 28 - 1);
    // Without the policy the notes of enforce know the names, which are too long for a comment.
    const noted = await counters();
    expect([...noted.keys()]).toEqual([...found.keys()]);
    expect(noted.get(RULE(1))).toMatchObject({ packets: 3 });
    expect((await on('counters')).stdout).toMatch(/^PACKETS +BYTES +SINCE +RULE\n/);
  });

  it('begins anew with its chain, and says since when', async () => {
    const before = await counters();
    const profile = before.get('Profile/open/egress/0');
    expect(profile?.since).toMatch(/^\d{4}-/);
    expect(await on('enforce', '-q', '-f', files.path('new.yaml'), ...argv)).toMatchObject({ status: 0 });
    const after = await counters();
    expect(after.get('Profile/open/egress/0')).toEqual(profile);
    expect(after.get(RULE(1))?.packets).toBe(0);
    expect((after.get(RULE(1))?.since ?? '') > (before.get(RULE(1))?.since ?? '')).toBe(true);
    // A policy that is not the one in force: said, and named as applied.
    const other = await on('counters', '-f', files.path('old.yaml'), ...dialect);
    expect(other).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('warning[apply/other-ruleset]'),
    });
    expect(await on('enforce', '-q', '-f', files.path('new.yaml'), ...argv)).toMatchObject({ status: 0 });
    expect(await counters()).toEqual(after);
    await on('clear');
  });
});
