// Ports of Kubernetes rules, grouped by protocol: a Calico rule has one protocol.
import { normalisePorts } from '../net/index.ts';
import type { Port } from '../resources/index.ts';

type Protocol = 'TCP' | 'UDP' | 'SCTP';

export interface RulePort {
  /** Absent: whatever protocol the named port has. */
  readonly protocol?: Protocol | undefined;
  /** Absent: all ports of the protocol. */
  readonly port?: Port | undefined;
}

export interface ProtocolPorts {
  readonly protocol?: Protocol;
  /** Empty: all of them. */
  readonly ports: readonly Port[];
}

/** In the order of the protocols' names, none first. Without any port there is one group without conditions. */
export function groupPorts(ports: readonly RulePort[]): ProtocolPorts[] {
  if (ports.length === 0) return [{ ports: [] }];
  const groups = new Map<Protocol | '', (Port | undefined)[]>();
  for (const { protocol = '' as const, port } of ports) {
    const group = groups.get(protocol);
    if (group) group.push(port);
    else groups.set(protocol, [port]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([protocol, group]) => ({ ...(protocol && { protocol }), ports: coalesced(group) }));
}

/** An entry for all ports swallows the others. Numbers are sorted and joined where there are several, names first. */
function coalesced(group: readonly (Port | undefined)[]): Port[] {
  const ports: Port[] = [];
  for (const port of group) {
    if (port === undefined) return [];
    ports.push(port);
  }
  const names = ports.filter((port) => port.kind === 'name');
  const ranges = ports.filter((port) => port.kind === 'range');
  if (ports.length < 2 || ranges.length === 0) return ports;
  return [...names, ...normalisePorts(ranges).map((range) => ({ kind: 'range' as const, ...range }))];
}
