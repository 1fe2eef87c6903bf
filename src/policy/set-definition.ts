// The IP sets that rules refer to: what makes one, and its id. Equal content gives the same id, whoever refers to it.
import { uniqueId } from '../selector/index.ts';
import type { ParsedSelector } from './selector-cache.ts';

/** Protocol of a named port: `any` when the rule has none. */
export type PortProtocol = 'any' | 'tcp' | 'udp' | 'sctp';

export interface NamedPort {
  readonly protocol: PortProtocol;
  readonly name: string;
}

export interface SetDefinition {
  readonly id: string;
  readonly type: 'net' | 'port';
  readonly description: string;
  readonly selector: ParsedSelector;
  /** Only for `port` sets. */
  readonly port?: NamedPort;
}

/** All addresses of what the selector matches. */
export function netSet(selector: ParsedSelector): SetDefinition {
  return { id: selector.id, type: 'net', description: selector.text, selector };
}

/** (address, protocol, port) of what the selector matches and has a port of that name. */
export function portSet(selector: ParsedSelector, port: NamedPort): SetDefinition {
  return {
    id: uniqueId('n', `${selector.id},${port.protocol},${port.name}`),
    type: 'port',
    description: `${selector.text} ${port.protocol} ${port.name}`,
    selector,
    port,
  };
}

/** The protocol that a named port of a rule is looked up with; `protocol` is that of the rule. */
export function portProtocol(protocol: number | undefined): PortProtocol {
  if (protocol === undefined) return 'any';
  if (protocol === 17) return 'udp';
  return protocol === 132 ? 'sctp' : 'tcp';
}
