// Ports of the host that no policy of a host endpoint can close: one chain for what comes in, one for what the host sends.
// In filter they accept. Elsewhere they mark the packet *passed* and leave what follows to the caller, so that the rules
// of others in those tables still see it.
import type { Family } from '../../net/index.ts';
import type { Failsafe, NodeConfig } from '../../policy/index.ts';
import type { Direction } from '../../resources/index.ts';
import type { ChainText, IptablesTableName, RuleLine } from '../ruleset.ts';
import { PASS_CHAIN } from './actions.ts';
import { chain } from './chain.ts';
import { matchText } from './matches.ts';
import { portMatches } from './ports.ts';

/** Router solicitation and advertisement, neighbour solicitation and advertisement. */
const NEIGHBOUR_DISCOVERY = [133, 134, 135, 136];
/** What one `multiport` takes. */
const PORTS = 15;

export function failsafeChainName(direction: Direction): string {
  return `tortie-failsafe-${direction === 'ingress' ? 'in' : 'out'}`;
}

/** No chain when nothing is configured. */
export function failsafeChain(
  direction: Direction,
  table: IptablesTableName,
  { config, family }: { readonly config: NodeConfig; readonly family: Family },
): ChainText | undefined {
  const target = table === 'filter' ? '-j ACCEPT' : `-g ${PASS_CHAIN}`;
  const inbound = direction === 'ingress';
  const own = inbound ? config.failsafeInbound : config.failsafeOutbound;
  const matches = portTexts(own, 'destination', inbound ? '-s' : '-d', family);
  // Untracked packets have no state that tells a reply.
  if (table === 'raw') {
    const replies = inbound ? config.failsafeOutbound : config.failsafeInbound;
    matches.push(...portTexts(replies, 'source', inbound ? '-s' : '-d', family));
  }
  const rules: RuleLine[] = matches.map((match) => ({ text: `${match} ${target}`, comment: 'failsafe' }));
  if (family === 6 && config.hostNeighbourDiscovery) {
    for (const type of NEIGHBOUR_DISCOVERY) {
      const text = `-p icmpv6 -m icmp6 --icmpv6-type ${type} ${target}`;
      rules.push({ text, comment: 'neighbour discovery' });
    }
  }
  return rules.length === 0 ? undefined : chain(failsafeChainName(direction), rules);
}

/** Ports for any address together, by protocol; those of a net each alone, and only in its family. */
function portTexts(
  failsafes: readonly Failsafe[],
  side: 'source' | 'destination',
  option: '-s' | '-d',
  family: Family,
): string[] {
  const anywhere = new Map<number, Set<number>>();
  const texts: string[] = [];
  for (const { protocol, port, net } of failsafes) {
    if (net === undefined) {
      anywhere.set(protocol, (anywhere.get(protocol) ?? new Set<number>()).add(port));
    } else if (net.includes(':') === (family === 6)) {
      texts.push(`${option} ${net} ${portText(protocol, side, [port])}`);
    }
  }
  const shared = [...anywhere].flatMap(([protocol, ports]) => {
    const all = [...ports];
    const parts = Array.from({ length: Math.ceil(all.length / PORTS) }, (_, i) =>
      all.slice(i * PORTS, (i + 1) * PORTS),
    );
    return parts.map((part) => portText(protocol, side, part));
  });
  return [...shared, ...texts];
}

function portText(protocol: number, side: 'source' | 'destination', ports: readonly number[]): string {
  const ranges = ports.map((port) => ({ first: port, last: port }));
  const [match = []] = portMatches({ kind: 'ports', side, protocol, ranges, negated: false }, () => {});
  return matchText(match);
}
