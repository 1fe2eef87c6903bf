// The way of every user: Kubernetes objects as `kubectl get -o json` prints them → files → graph → what the node enforces;
// and a connection between the ends of the little cluster as the packet that the node meets.
import { loadFiles } from '../../src/datastore/file/index.ts';
import { formatProblems } from '../../src/errors/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import { createGraph, type NodePolicy } from '../../src/policy/index.ts';
import { feed } from '../../src/sync/index.ts';
import type { Packet } from '../../src/verdict/index.ts';
import { UPLINK } from '../lab/plan.ts';
import { addressOf, NODE, OUTSIDE, PROTOCOL_NUMBERS } from './cluster.ts';
import type { Connection } from './literal.ts';

export async function compile(objects: readonly object[]): Promise<NodePolicy> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const loaded = await loadFiles(['-'], { stdin: () => Promise.resolve(list) });
  const errors = loaded.problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new Error(formatProblems(errors));
  const graph = createGraph({ nodes: [NODE] });
  feed(loaded.resources, graph);
  graph.flush();
  return graph.nodePolicy(NODE);
}

/** By address; Calico's names, hashes of the pods'. */
export function interfacesOf(policy: NodePolicy): ReadonlyMap<string, string> {
  return new Map(
    [...policy.endpoints.values()].flatMap((endpoint) =>
      endpoint.addresses.map((address) => [address.split('/')[0] ?? '', endpoint.interfaceName]),
    ),
  );
}

const CLIENT_PORT = 40_000;

/** `interfaces`: by address; what is outside is beyond the uplink. */
export function packetOf(connection: Connection, interfaces: ReadonlyMap<string, string>): Packet {
  const { from, to, protocol, port, family } = connection;
  const [source, destination] = [addressOf(from, family), addressOf(to, family)];
  const interfaceOf = (name: string, address: string): string => {
    const found = OUTSIDE.has(name) ? UPLINK : interfaces.get(address);
    if (found === undefined) throw new Error(`${name} has no interface with ${address}`);
    return found;
  };
  return {
    family,
    inInterface: interfaceOf(from, source),
    outInterface: interfaceOf(to, destination),
    source: parseAddress(source)?.bits ?? 0n,
    destination: parseAddress(destination)?.bits ?? 0n,
    protocol: PROTOCOL_NUMBERS[protocol],
    sourcePort: CLIENT_PORT,
    destinationPort: port,
  };
}
