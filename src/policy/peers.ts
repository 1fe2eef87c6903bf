// One side of a v3 rule → a compiled side: selectors and named ports become references to IP sets.
import { formatPrefix, maskPrefix, normalisePorts, parsePrefix, type PortRange } from '../net/index.ts';
import type { EntityRule, Port } from '../resources/index.ts';
import type { RuleContext } from './rules.ts';
import type { Side } from './node-policy.ts';
import type { ParsedSelector } from './selector-cache.ts';
import { mergeNegative, peerSelectorText, trimmed } from './selector-text.ts';
import { netSet, portProtocol, portSet, serviceAddressSet, serviceSet } from './set-definition.ts';

const NONE: readonly never[] = Object.freeze([]);
export const EMPTY_SIDE: Side = Object.freeze({
  nets: NONE,
  notNets: NONE,
  sets: NONE,
  notSets: NONE,
  ports: NONE,
  notPorts: NONE,
  namedPorts: NONE,
  notNamedPorts: NONE,
});

/** `protocol` is the rule's: a named port is looked up with it. */
export function compilePeer(
  side: 'source' | 'destination',
  peer: EntityRule | undefined,
  protocol: number | undefined,
  context: RuleContext,
): Side {
  if (!peer || isEmpty(peer)) return EMPTY_SIDE;
  const text = mergeNegative(peerSelectorText(peer, context.namespace), trimmed(peer.notSelector));
  const positive = text.positive === '' ? undefined : context.parse(text.positive);
  const negative = text.negative === '' ? undefined : context.parse(text.negative);
  const ranges = portRanges(peer.ports);
  const service = serviceOf(peer, context);
  // A rule to a service has no ports of its own, so that its set stands alone among the named ports.
  const named =
    service !== undefined && side === 'destination'
      ? [context.use(serviceSet(service))]
      : namedPorts(peer.ports, positive, protocol, context);
  const addresses =
    service !== undefined && side === 'source' ? [context.use(serviceAddressSet(service))] : NONE;
  // The sets of named ports hold only what the selector matches: alone they need no second look-up.
  const implied = named.length > 0 && ranges.length === 0;
  return {
    nets: compileNets(peer.nets, context),
    notNets: compileNets(peer.notNets, context),
    sets: positive && !implied ? [context.use(netSet(positive)), ...addresses] : addresses,
    notSets: negative ? [context.use(netSet(negative))] : NONE,
    ports: ranges,
    notPorts: portRanges(peer.notPorts),
    namedPorts: named,
    notNamedPorts: namedPorts(peer.notPorts, positive, protocol, context),
  };
}

/** `namespace/name` of the service that the peer names; its namespace is the policy's by default. */
export function serviceOf(
  { services }: EntityRule,
  { namespace }: { readonly namespace: string | undefined },
): string | undefined {
  return services?.name ? `${services.namespace || (namespace ?? '')}/${services.name}` : undefined;
}

function isEmpty(peer: EntityRule): boolean {
  return Object.values(peer).every(
    (value) => value === undefined || (Array.isArray(value) && value.length === 0),
  );
}

function compileNets(nets: readonly string[] | undefined, context: RuleContext): readonly string[] {
  if (!nets?.length) return NONE;
  const masked: string[] = [];
  for (const net of nets) {
    const parsed = parsePrefix(net);
    if (parsed) masked.push(formatPrefix(maskPrefix(parsed.prefix)));
    // Dropping the entry could leave a rule that matches everything.
    else context.refuse('policy/net', `invalid CIDR ${JSON.stringify(net)}`);
  }
  return masked;
}

function portRanges(ports: readonly Port[] | undefined): readonly PortRange[] {
  const ranges = (ports ?? NONE).flatMap((port) =>
    port.kind === 'range' ? [{ first: port.first, last: port.last }] : [],
  );
  return ranges.length === 0 ? NONE : normalisePorts(ranges);
}

function namedPorts(
  ports: readonly Port[] | undefined,
  positive: ParsedSelector | undefined,
  protocol: number | undefined,
  context: RuleContext,
): readonly string[] {
  const names = (ports ?? NONE).flatMap((port) => (port.kind === 'name' ? [port.name] : []));
  if (names.length === 0) return NONE;
  const selector = positive ?? context.parse('all()');
  if (!selector) return NONE;
  const at = portProtocol(protocol);
  return [...new Set(names)].map((name) => context.use(portSet(selector, { protocol: at, name })));
}
