// Tries every command on one object of every kind, and says which worked. What the store makes by itself it may bring
// along in `there`: names of objects that exist before.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, type CommandName, type StoreName, supportOf } from '../../scripts/docs/kind-support.ts';
import { RESOURCE_KINDS } from '../../src/cli/resources/kinds.ts';
import type { Ran } from '../../src/cli/testing.ts';

/** Enough of a spec to be accepted. */
const SPECS: Readonly<Record<string, object>> = {
  BGPPeer: { peerIP: '192.0.2.1', asNumber: 64512 },
  CalicoNodeStatus: { node: 'n', classes: ['BGP'], updatePeriodSeconds: 10 },
  HostEndpoint: { node: 'n', interfaceName: 'eth0' },
  IPPool: { cidr: '10.65.0.0/16' },
  IPReservation: { reservedCIDRs: ['10.65.0.0/28'] },
  KubeControllersConfiguration: { controllers: {} },
  StagedKubernetesNetworkPolicy: { podSelector: {}, policyTypes: ['Ingress'] },
  Tier: { order: 10 },
  WorkloadEndpoint: {
    orchestrator: 'k8s',
    node: 'n',
    pod: 'p',
    endpoint: 'eth0',
    interfaceName: 'cali1',
    ipNetworks: ['10.65.0.1/32'],
  },
};

const NAMES: Readonly<Record<string, string>> = {
  ClusterInformation: 'default',
  IPAMConfiguration: 'default',
  KubeControllersConfiguration: 'default',
  WorkloadEndpoint: 'n-k8s-p-eth0',
};

export type Tried = Readonly<Record<string, readonly CommandName[]>>;

/** `run` answers with the command line's status; `there`: of kinds that cannot be created. */
export async function tryCommands(
  run: (argv: readonly string[]) => Promise<Ran>,
  there: Readonly<Record<string, string>> = {},
): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-kinds-'));
  const file = join(folder, 'object.json');
  const worked: Record<string, CommandName[]> = {};
  try {
    for (const { kind, namespaced } of RESOURCE_KINDS) {
      const name = there[kind] ?? NAMES[kind] ?? 'tried';
      const metadata = { name, ...(namespaced && { namespace: 'default' }) };
      const object = { apiVersion: 'projectcalico.org/v3', kind, metadata, spec: SPECS[kind] ?? {} };
      writeFileSync(file, JSON.stringify(object));
      const words: Record<CommandName, readonly string[]> = {
        create: ['create', '-f', file],
        get: ['get', kind, name, '-o', 'json'],
        apply: ['apply', '-f', file],
        replace: ['replace', '-f', file],
        patch: ['patch', kind, name, '-p', '{"metadata":{"annotations":{"tried":"1"}}}'],
        label: ['label', kind, name, 'tried=1'],
        delete: ['delete', kind, name],
      };
      const done = new Set<CommandName>();
      for (const command of ['create', ...COMMANDS.filter((each) => each !== 'create')] as const)
        if ((await run(words[command])).status === 0) done.add(command);
      worked[kind] = COMMANDS.filter((command) => done.has(command));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return worked;
}

export const expectedIn = (store: StoreName): Tried =>
  Object.fromEntries(RESOURCE_KINDS.map(({ kind }) => [kind, supportOf(kind, store).works]));
