// Tries every command on one object of every kind. Tests compare what worked with the record of their store in
// kind-commands/, from which docs/compatibility.md is made; `npm run kinds` writes the records anew, and the table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, type CommandName, recordText } from '../../scripts/docs/kind-support.ts';
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

/**
 * As a record has it. `run` is a command line on an empty store; `there`: names of objects that the store has before, where
 * it makes them by itself.
 */
export async function tryCommands(
  run: (argv: readonly string[]) => Promise<Ran>,
  there: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-kinds-'));
  const file = join(folder, 'object.json');
  const worked = new Map<string, readonly CommandName[]>();
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
      for (const command of ['create', ...COMMANDS.filter((each) => each !== 'create')] as const) {
        const { status, stderr } = await run(words[command]);
        // A wrong command line, or a fault of ours, is no answer.
        if (status > 1) throw new Error(`${words[command].join(' ')}: ${stderr}`);
        if (status === 0) done.add(command);
      }
      worked.set(
        kind,
        COMMANDS.filter((command) => done.has(command)),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return recordText(worked);
}
