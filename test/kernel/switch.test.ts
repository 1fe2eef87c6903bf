// A change of dataplane or iptables backend on a live host, under packets all the while: what both sides deny is never
// delivered, and with the same policy on both sides nothing that is allowed is lost, neither new nor established.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folder, tortie } from '../../src/cli/testing.ts';
import { parseAddress } from '../../src/net/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { inUserNamespace } from '../support/user-namespace.ts';

const ENDPOINT = (name: string, device: string, address: string) => `
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n1-k8s-${name}-eth0, namespace: ns, labels: { app: ${name} } }
spec: { orchestrator: k8s, node: n1, pod: ${name}, endpoint: eth0, interfaceName: ${device}, ipNetworks: [${address}], profiles: [open] }
---`;
// As many policies as can be loaded at once, so that a switch takes long enough to be looked at.
const MANY = Array.from(
  { length: inUserNamespace ? 60 : 300 },
  (_, n) => `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: many-${n} }
spec:
  order: ${n}
  selector: app == 'b'
  types: [Ingress]
  ingress: [{ action: Allow, protocol: UDP, source: { nets: [10.${n % 250}.1.0/24] }, destination: { ports: [${n + 1}] } }]
---`,
).join('');
const files = folder({
  'policy.yaml': `${ENDPOINT('a', 'cali0', '10.65.0.3/32')}${ENDPOINT('b', 'cali1', '10.65.1.7/32')}${MANY}
apiVersion: projectcalico.org/v3
kind: Profile
metadata: { name: open }
spec: { ingress: [{ action: Allow }], egress: [{ action: Allow }] }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: web }
spec:
  order: 1000
  selector: app == 'b'
  types: [Ingress]
  ingress: [{ action: Allow, protocol: TCP, source: { selector: app == 'a' }, destination: { ports: [80] } }]
`,
});
afterAll(() => files.remove());

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({
    name: 'switch',
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
function packet(destinationPort: number, more: Partial<Packet> = {}): Packet {
  port = port < 60_000 ? port + 1 : 20_000;
  return {
    family: 4,
    inInterface: 'cali0',
    outInterface: 'cali1',
    source: bits('10.65.0.3'),
    destination: bits('10.65.1.7'),
    protocol: 6,
    sourcePort: port,
    destinationPort,
    ...more,
  };
}

const DATAPLANES: ReadonlyMap<string, readonly string[]> = new Map([
  ['nftables', ['--dataplane', 'nftables']],
  ['iptables-nft', ['--dataplane', 'iptables', '--iptables-backend', 'nft']],
  ['iptables-legacy', ['--dataplane', 'iptables', '--iptables-backend', 'legacy']],
]);
const enforce = (name: string) =>
  tortie(['enforce', '-q', '-f', files.path('policy.yaml'), ...(DATAPLANES.get(name) ?? [])], {
    runner: lab.runner,
  });

const ROUTE = [
  'nftables',
  'iptables-nft',
  'iptables-legacy',
  'nftables',
  'iptables-legacy',
  'iptables-nft',
  'nftables',
];

it.each(ROUTE.slice(1).map((to, i) => ({ from: ROUTE[i] ?? '', to })))(
  'from $from to $to',
  async ({ from, to }) => {
    expect(await enforce(from)).toMatchObject({ status: 0, stderr: '' });
    const switched = { done: false };
    const switching = enforce(to).finally(() => {
      switched.done = true;
    });
    const seen: boolean[][] = [];
    while (!switched.done) {
      // Denied, allowed, and allowed because its connection is established.
      seen.push(await lab.probe([packet(81), packet(80), packet(9, { state: 'established' })]));
    }
    expect(await switching).toMatchObject({ status: 0, stderr: '' });
    expect(seen.length).toBeGreaterThan(inUserNamespace ? 2 : 10);
    expect({
      deniedButDelivered: seen.filter(([denied]) => denied).length,
      allowedButLost: seen.filter(([, fresh]) => !fresh).length,
      establishedButLost: seen.filter(([, , established]) => !established).length,
    }).toEqual({ deniedButDelivered: 0, allowedButLost: 0, establishedButLost: 0 });
    const status = await tortie(['status', '-o', 'json'], { runner: lab.runner });
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'as-applied', loaded: [to] });
    // Not even a set is left of the other side.
    const sets = await lab.runner.run(['ipset', 'list', '-n']);
    expect(sets.stdout === '').toBe(to === 'nftables');
  },
);
