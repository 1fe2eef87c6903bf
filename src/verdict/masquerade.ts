// Which source a packet leaves with (docs/semantics.md, "Masquerade"). It changes no verdict: every stage sees the packet as
// it was before.
import { IntervalSet, parsePrefix } from '../net/index.ts';
import type { PortRange } from '../net/types.ts';
import type { NodePolicy } from '../policy/index.ts';
import type { Packet } from './packet.ts';

export interface Translation {
  /** Absent: an address of the interface by which the packet leaves. */
  readonly address?: string;
  /** The source port is one of these. Absent: any. */
  readonly ports?: PortRange;
}

const TCP = 6;
const UDP = 17;

/** `packet` as it leaves, its state being what conntrack says then. Undefined: its source stays. */
export function createTranslator({
  masquerade,
  config,
}: NodePolicy): (packet: Packet) => Translation | undefined {
  if (masquerade.sources.length === 0) return () => undefined;
  const { outInterface, ports, address } = config.masquerade;
  // Made when the first packet that may leave asks: most evaluators judge few.
  let sets: { readonly sources: IntervalSet; readonly exceptions: IntervalSet } | undefined;
  return ({ family, source, destination, outInterface: to, protocol, state = 'new' }) => {
    // Of a connection that is known the first packet has decided.
    if (to === undefined || state !== 'new' || !named(to, outInterface)) return undefined;
    sets ??= { sources: setOf(masquerade.sources), exceptions: setOf(masquerade.exceptions) };
    const { sources, exceptions } = sets;
    if (!sources.has({ family, bits: source }) || exceptions.has({ family, bits: destination }))
      return undefined;
    const ranged = protocol === TCP || protocol === UDP;
    return {
      ...(family === 4 && address !== undefined && { address }),
      ...(ranged && ports && { ports }),
    };
  };
}

function setOf(prefixes: readonly string[]): IntervalSet {
  return IntervalSet.of(prefixes.flatMap((text) => parsePrefix(text)?.prefix ?? []));
}

function named(name: string, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  return filter.endsWith('+') ? name.startsWith(filter.slice(0, -1)) : name === filter;
}
