// One rule of Kubernetes → one Calico rule for each group of ports and each peer, the groups outermost.
import type { Path } from '../errors/problem.ts';
import type { Direction, EntityRule, Rule } from '../resources/index.ts';
import type { ConvertedRule } from './conversion.ts';
import type { ProtocolPorts } from './ports.ts';

export interface ConvertedPeer {
  readonly peer: EntityRule;
  readonly origin: Path;
}

/** Without peers, the rule is for everyone: `peers` is then one empty peer. */
export function fanOut(
  action: Rule['action'],
  direction: Direction,
  groups: readonly ProtocolPorts[],
  peers: readonly ConvertedPeer[],
  name?: string,
): ConvertedRule[] {
  return groups.flatMap(({ protocol, ports }) =>
    peers.map(({ peer, origin }): ConvertedRule => {
      const to: EntityRule = ports.length === 0 ? {} : { ports: [...ports] };
      const sides =
        direction === 'ingress'
          ? { source: peer, destination: to }
          : { source: {}, destination: { ...peer, ...to } };
      const metadata = name ? { metadata: { annotations: new Map([['name', name]]) } } : {};
      return { rule: { action, ...(protocol && { protocol }), ...sides, ...metadata }, origin };
    }),
  );
}
