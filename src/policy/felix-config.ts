// FelixConfiguration objects → NodeConfig of a node. Field by field, later wins: built-in defaults, the object
// `default`, the one selector-scoped object that matches the Node's labels (of several the oldest, then by name),
// the object `node.<name>`.
import { type Problem, problem } from '../errors/problem.ts';
import {
  type FelixConfiguration,
  type FelixConfigurationSpec,
  type Node,
  resourceKey,
} from '../resources/index.ts';
import { canonicalPrefix, formatPrefix, maskPrefix, parsePrefix } from '../net/index.ts';
import type { Failsafe, MasqueradeConfig, NodeConfig } from './node-config.ts';
import { compareText } from './order.ts';
import { sameValue } from './same-value.ts';
import { isParsed, type SelectorCache } from './selector-cache.ts';
import { trimmed } from './selector-text.ts';

const TCP = 6;
const UDP = 17;
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['tcp', TCP],
  ['udp', UDP],
  ['sctp', 132],
]);

/** Calico's standard lists: SSH, DHCP, BGP, etcd, Typha, the Kubernetes API; outbound DNS too. */
const CONTROL_PLANE = [179, 2379, 2380, 5473, 6443, 6666, 6667].map((port) => ({ protocol: TCP, port }));
const FAILSAFE_INBOUND: readonly Failsafe[] = Object.freeze([
  { protocol: TCP, port: 22 },
  { protocol: UDP, port: 68 },
  ...CONTROL_PLANE,
]);
const FAILSAFE_OUTBOUND: readonly Failsafe[] = Object.freeze([
  { protocol: UDP, port: 53 },
  { protocol: UDP, port: 67 },
  ...CONTROL_PLANE,
]);

/** Ours, since Calico has no such thing. */
const NEIGHBOUR_DISCOVERY = 'tortie.dev/hostNeighbourDiscovery';
const SWITCH: ReadonlySet<string | undefined> = new Set(['enabled', 'disabled']);

export const DEFAULT_CONFIG: NodeConfig = Object.freeze({
  interfacePrefixes: Object.freeze(['cali']),
  endpointToHostAction: 'drop',
  iptables: Object.freeze({
    denyAction: 'drop',
    acceptAction: 'accept',
    mangleAcceptAction: 'accept',
    markMask: 0xffff_0000,
  }),
  nftables: Object.freeze({ denyAction: 'drop', acceptAction: 'accept', markMask: 0xffff_0000 }),
  logPrefix: 'calico-packet',
  maxIpsetSize: 1_048_576,
  dropInvalid: true,
  dropVxlanFromWorkloads: true,
  vxlanPort: 4789,
  dropIpipFromWorkloads: true,
  allowSpoofing: false,
  masquerade: Object.freeze({}),
  failsafeInbound: FAILSAFE_INBOUND,
  failsafeOutbound: FAILSAFE_OUTBOUND,
  hostNeighbourDiscovery: true,
  chainInsertMode: 'insert',
});

/** ipset reads no more than 32 bits. */
const MAX_UNSIGNED = 0xffff_ffff;
const NODE_PREFIX = 'node.';

export class FelixConfigs {
  readonly #selectors: SelectorCache;
  readonly #objects = new Map<string, FelixConfiguration>();
  readonly #nodes = new Map<string, Node>();
  readonly #resolved = new Map<string, NodeConfig>();
  #dirty = true;

  constructor(selectors: SelectorCache) {
    this.#selectors = selectors;
  }

  put(name: string, object: FelixConfiguration | undefined): void {
    if (object) this.#objects.set(name, object);
    else this.#objects.delete(name);
    this.#dirty = true;
  }

  putNode(name: string, node: Node | undefined): void {
    if (node) this.#nodes.set(name, node);
    else this.#nodes.delete(name);
    this.#dirty = true;
  }

  /** Values of our own annotation that mean nothing. */
  problems(): Problem[] {
    return [...this.#objects.values()].flatMap(({ kind, metadata }) => {
      const value = metadata.annotations?.get(NEIGHBOUR_DISCOVERY);
      if (value === undefined || SWITCH.has(value.toLowerCase())) return [];
      const message = `${NEIGHBOUR_DISCOVERY} is ${JSON.stringify(value)} and counts for nothing`;
      return problem('policy/annotation', message, {
        severity: 'warning',
        resource: resourceKey(kind, undefined, metadata.name),
        path: ['metadata', 'annotations', NEIGHBOUR_DISCOVERY],
        hint: 'Enabled or Disabled',
      });
    });
  }

  /** The same object as long as nothing in it changes. */
  resolve(nodes: Iterable<string>): ReadonlyMap<string, NodeConfig> {
    if (!this.#dirty) return this.#resolved;
    this.#dirty = false;
    for (const node of nodes) {
      const config = this.#resolveNode(node);
      if (!sameValue(config, this.#resolved.get(node))) this.#resolved.set(node, config);
    }
    return this.#resolved;
  }

  #resolveNode(node: string): NodeConfig {
    const layers = [
      this.#objects.get('default'),
      this.#scoped(node),
      this.#objects.get(`${NODE_PREFIX}${node}`),
    ];
    const switches = layers.map((layer) =>
      layer?.metadata.annotations?.get(NEIGHBOUR_DISCOVERY)?.toLowerCase(),
    );
    const last = switches.findLast((value) => SWITCH.has(value));
    return toConfig(
      Object.assign({}, ...layers.map((layer) => definedFields(layer?.spec))),
      last !== 'disabled',
    );
  }

  /** A Node that is not known matches nothing, and so does an object without a selector. */
  #scoped(node: string): FelixConfiguration | undefined {
    const labels = this.#nodes.get(node)?.metadata;
    if (!labels) return undefined;
    const matching = [...this.#objects.values()].filter(({ metadata, spec }) => {
      if (metadata.name === 'default' || metadata.name.startsWith(NODE_PREFIX)) return false;
      const text = trimmed(spec.nodeSelector);
      const selector = text === '' ? undefined : this.#selectors.parse(text);
      return selector !== undefined && isParsed(selector) && selector.test(labels.labels ?? new Map());
    });
    return matching.sort(
      (a, b) => compareText(age(a), age(b)) || compareText(a.metadata.name, b.metadata.name),
    )[0];
  }
}

/** Creation time as text that sorts by time; an object that has none (not from a cluster) is the newest. */
function age(object: FelixConfiguration): string {
  const created = object.metadata.other?.['creationTimestamp'];
  const time = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(time) ? '~' : new Date(time).toISOString();
}

function definedFields(spec: FelixConfigurationSpec | undefined): Partial<FelixConfigurationSpec> {
  return Object.fromEntries(
    Object.entries(spec ?? {}).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function toConfig(spec: Partial<FelixConfigurationSpec>, hostNeighbourDiscovery: boolean): NodeConfig {
  const standard = DEFAULT_CONFIG;
  return {
    interfacePrefixes: spec.interfacePrefix?.split(',') ?? standard.interfacePrefixes,
    endpointToHostAction: lower(spec.defaultEndpointToHostAction) ?? standard.endpointToHostAction,
    iptables: {
      denyAction: lower(spec.iptablesFilterDenyAction) ?? standard.iptables.denyAction,
      acceptAction: lower(spec.iptablesFilterAllowAction) ?? standard.iptables.acceptAction,
      mangleAcceptAction: lower(spec.iptablesMangleAllowAction) ?? standard.iptables.mangleAcceptAction,
      markMask: spec.iptablesMarkMask ?? standard.iptables.markMask,
    },
    nftables: {
      denyAction: lower(spec.nftablesFilterDenyAction) ?? standard.nftables.denyAction,
      acceptAction: lower(spec.nftablesFilterAllowAction) ?? standard.nftables.acceptAction,
      markMask: spec.nftablesMarkMask ?? standard.nftables.markMask,
    },
    logPrefix: spec.logPrefix ?? standard.logPrefix,
    maxIpsetSize: Math.min(Math.max(spec.maxIpsetSize ?? standard.maxIpsetSize, 1), MAX_UNSIGNED),
    dropInvalid: !(spec.disableConntrackInvalidCheck ?? false),
    dropVxlanFromWorkloads: !(spec.allowVXLANPacketsFromWorkloads ?? false),
    vxlanPort: spec.vxlanPort ?? standard.vxlanPort,
    dropIpipFromWorkloads: !(spec.allowIPIPPacketsFromWorkloads ?? false),
    allowSpoofing: spec.workloadSourceSpoofing === 'Any',
    masquerade: masqueradeConfig(spec),
    failsafeInbound: spec.failsafeInboundHostPorts?.flatMap(toFailsafe) ?? standard.failsafeInbound,
    failsafeOutbound: spec.failsafeOutboundHostPorts?.flatMap(toFailsafe) ?? standard.failsafeOutbound,
    hostNeighbourDiscovery,
    chainInsertMode: lower(spec.chainInsertMode) ?? standard.chainInsertMode,
  };
}

function masqueradeConfig(spec: Partial<FelixConfigurationSpec>): MasqueradeConfig {
  const { natPortRange: ports, natOutgoingAddress: address } = spec;
  const outInterface = spec.iptablesNATOutgoingInterfaceFilter;
  const withHosts = spec.natOutgoingExclusions === 'IPPoolsAndHostIPs';
  return {
    // A lone `+` is every interface.
    ...(outInterface !== undefined && outInterface !== '+' && { outInterface }),
    ...(ports && { ports: { first: ports.first, last: ports.last } }),
    ...(address !== undefined && { address }),
    ...(withHosts && {
      exceptHosts: (spec.externalNodesList ?? []).flatMap((net) => canonicalPrefix(net) ?? []),
    }),
  };
}

type PortEntry = NonNullable<FelixConfigurationSpec['failsafeInboundHostPorts']>[number];

function toFailsafe({ protocol, port, net }: PortEntry): Failsafe[] {
  const number = PROTOCOLS.get(protocol.toLowerCase());
  if (number === undefined) return [];
  if (net === undefined) return [{ protocol: number, port }];
  const parsed = parsePrefix(net);
  return parsed ? [{ protocol: number, port, net: formatPrefix(maskPrefix(parsed.prefix)) }] : [];
}

function lower<T extends string>(value: T | undefined): Lowercase<T> | undefined {
  return value?.toLowerCase() as Lowercase<T> | undefined;
}
