// With which source a packet leaves a node, for people: what is put in place of it, and the IP pools that are the reason.
import { parsePrefix, type PortRange, prefixContains } from '../net/index.ts';
import { type Resource, type ResourceKey, resourceKey } from '../resources/index.ts';
import type { ExplainedSide } from '../verdict/index.ts';

export interface Leaving {
  /** The new source; absent: an address of the interface, whichever the kernel takes. */
  readonly address?: string;
  /** By which it leaves. */
  readonly interface: string;
  /** The new source port is one of these; absent: any. */
  readonly ports?: PortRange;
  /** Those with natOutgoing that the old source is in. */
  readonly pools: readonly ResourceKey[];
}

/** Undefined: the packet does not leave, or as it came. */
export function leavingOf(
  { packet, judgement: { translation } }: ExplainedSide,
  resources: readonly Resource[],
): Leaving | undefined {
  if (translation === undefined || packet.outInterface === undefined) return undefined;
  const source = { family: packet.family, bits: packet.source };
  const pools = resources.flatMap((one) => {
    if (one.kind !== 'IPPool' || !one.spec.natOutgoing) return [];
    const prefix = parsePrefix(one.spec.cidr)?.prefix;
    const covers = prefix !== undefined && prefixContains(prefix, source);
    return covers ? [resourceKey('IPPool', undefined, one.metadata.name)] : [];
  });
  return { ...translation, interface: packet.outInterface, pools: pools.toSorted() };
}

/** `an address of eth0, port 40000 to 50000`. */
export function leavingText({ address, interface: name, ports }: Leaving): string {
  const source = address ?? `an address of ${name}`;
  if (ports === undefined) return source;
  const range = ports.first === ports.last ? `${ports.first}` : `${ports.first} to ${ports.last}`;
  return `${source}, port ${range}`;
}
