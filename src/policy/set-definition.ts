// The IP sets that rules refer to: what makes one, and its id. Equal content gives the same id, whoever refers to it.
import { uniqueId } from '../selector/index.ts';
import type { ParsedSelector } from './selector-cache.ts';

/** Protocol of a named port: `any` when the rule has none. */
export type PortProtocol = 'any' | 'tcp' | 'udp' | 'sctp';

export interface NamedPort {
  readonly protocol: PortProtocol;
  readonly name: string;
}

interface AnySet {
  readonly id: string;
  readonly type: 'net' | 'port';
  readonly description: string;
}

export interface SelectorSet extends AnySet {
  readonly selector: ParsedSelector;
  /** Only for `port` sets. */
  readonly port?: NamedPort;
}

export interface ServiceSet extends AnySet {
  /** `namespace/name`. */
  readonly service: string;
}

export type SetDefinition = SelectorSet | ServiceSet;

/** All addresses of what the selector matches. */
export function netSet(selector: ParsedSelector): SelectorSet {
  return { id: selector.id, type: 'net', description: selector.text, selector };
}

/** (address, protocol, port) of what the selector matches and has a port of that name. */
export function portSet(selector: ParsedSelector, port: NamedPort): SelectorSet {
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

/** (address, protocol, port) of the endpoints of a service: what a rule to it allows. */
export function serviceSet(service: string): ServiceSet {
  return { id: uniqueId('svc', service), type: 'port', description: `service ${service}`, service };
}

/** The addresses of the endpoints of a service: a rule from it cannot know their ports. */
export function serviceAddressSet(service: string): ServiceSet {
  const description = `addresses of service ${service}`;
  return { id: uniqueId('svcnoport', service), type: 'net', description, service };
}
