// Port ranges as matches. One range stands in the rule; up to 15 slots (a range takes two) are one `multiport`, which is
// several times cheaper per packet than a set and needs no second object in the kernel; beyond that TCP and UDP share a
// `bitmap:port` ipset named by its content. SCTP cannot (a bitmap never matches it) and takes several `multiport`.
import { type Ipset, portIpset } from '../../ipsets/index.ts';
import { type PortRange, protocolName } from '../../net/index.ts';
import type { Condition } from '../program.ts';
import type { Match } from './matches.ts';

const MULTIPORT_SLOTS = 15;
const SCTP = 132;

type Ports = Extract<Condition, { kind: 'ports' }>;

/** Alternatives of conjunctions, as matches.ts has them. */
export function portMatches(ports: Ports, onSet: (set: Ipset) => void): Match[][] {
  const { protocol, ranges, negated } = ports;
  const no = negated ? '! ' : '';
  const side = ports.side === 'source' ? 's' : 'd';
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined && protocol !== SCTP) {
    return [[{ protocol, text: `-m ${protocolName(protocol)} ${no}--${side}port ${rangeText(only)}` }]];
  }
  const parts = slices(ranges);
  if (parts.length > 1 && protocol !== SCTP) {
    const set = portIpset(ranges);
    onSet(set);
    const direction = side === 's' ? 'src' : 'dst';
    return [[{ protocol, lookUp: true, text: `-m set ${no}--match-set ${set.name} ${direction}` }]];
  }
  const matches = parts.map((part): Match => {
    return { protocol, text: `-m multiport ${no}--${side}ports ${part.map(rangeText).join(',')}` };
  });
  return negated ? [matches] : matches.map((match) => [match]);
}

function rangeText({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}:${last}`;
}

function slices(ranges: readonly PortRange[]): PortRange[][] {
  const parts: PortRange[][] = [];
  let used = MULTIPORT_SLOTS;
  for (const range of ranges) {
    const slots = range.first === range.last ? 1 : 2;
    if (used + slots > MULTIPORT_SLOTS) {
      parts.push([]);
      used = 0;
    }
    parts.at(-1)?.push(range);
    used += slots;
  }
  return parts;
}
