// The oracle's reading of FelixConfiguration: field by field, the node's own object before the one whose selector
// matches the node before `default`.
import type { FelixConfigurationSpec, Resource } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { block, inBlock } from './addresses.ts';
import { predicate } from './labels.ts';

interface ProtoPort {
  readonly protocol: string;
  readonly port: number;
  readonly net?: string | undefined;
}

export interface Felix extends FelixConfigurationSpec {
  readonly failsafesIn: readonly ProtoPort[];
  readonly failsafesOut: readonly ProtoPort[];
  readonly neighbourDiscovery: boolean;
}

const tcp = (...ports: number[]): ProtoPort[] => ports.map((port) => ({ protocol: 'tcp', port }));
const CLUSTER = [179, 2379, 2380, 5473, 6443, 6666, 6667];
const DEFAULT_IN = [...tcp(22), { protocol: 'udp', port: 68 }, ...tcp(...CLUSTER)];
const DEFAULT_OUT = [{ protocol: 'udp', port: 53 }, { protocol: 'udp', port: 67 }, ...tcp(...CLUSTER)];

const NUMBERS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };
const numberOf = (protocol: string): number => NUMBERS[protocol.toLowerCase()] ?? Number(protocol);

/** Some failsafe of the list is about this packet: its port on the named side, its network on the other one's. */
export function failsafe(
  list: readonly ProtoPort[],
  packet: Packet,
  port: 'sourcePort' | 'destinationPort',
  far: 'source' | 'destination',
): boolean {
  return list.some((one) => {
    if (numberOf(one.protocol) !== packet.protocol || one.port !== packet[port]) return false;
    if (one.net === undefined) return true;
    const net = block(one.net);
    return net !== undefined && inBlock(net, packet.family, packet[far]);
  });
}

export function felixOf(resources: readonly Resource[], node: string): Felix {
  const found = resources.filter((one) => one.kind === 'FelixConfiguration');
  const labels = resources.find((one) => one.kind === 'Node' && one.metadata.name === node)?.metadata.labels;
  const machine = { blocks: [], ports: [], label: (name: string) => labels?.get(name) };
  // Without a time of creation an object is the newest.
  const created = (one: (typeof found)[number]): number => {
    const text = one.metadata.other?.['creationTimestamp'];
    return typeof text === 'string' ? Date.parse(text) : Number.MAX_VALUE;
  };
  const selected = found
    .filter(
      (one) =>
        one.metadata.name !== 'default' &&
        !one.metadata.name.startsWith('node.') &&
        labels &&
        predicate(one.spec.nodeSelector)?.(machine),
    )
    .sort((a, b) => created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
  const named = (name: string): (typeof found)[number] | undefined =>
    found.find((one) => one.metadata.name === name);
  const given = [named('default'), selected, named(`node.${node}`)].flatMap((one) => (one ? [one] : []));
  const spec = given.reduce(
    (low, { spec: high }) => ({
      ...low,
      ...Object.fromEntries(Object.entries(high).filter(([, value]) => value !== undefined)),
    }),
    {} as FelixConfigurationSpec,
  );
  const switches = given.flatMap(
    (one) => one.metadata.annotations?.get('tortie.dev/hostNeighbourDiscovery') ?? [],
  );
  return {
    ...spec,
    failsafesIn: spec.failsafeInboundHostPorts ?? DEFAULT_IN,
    failsafesOut: spec.failsafeOutboundHostPorts ?? DEFAULT_OUT,
    neighbourDiscovery: switches.at(-1) !== 'Disabled',
  };
}
