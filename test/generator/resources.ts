// Random sets of resources: plain objects as a YAML reader would give them. Every kind and feature that changes a
// verdict occurs; staged policies and host-only ones occur to show that they change none.
import type { Problem } from '../../src/errors/index.ts';
import { BUILTINS, parseResource, type Resource } from '../../src/resources/index.ts';
import { convertObject } from '../../src/convert/index.ts';
import { kubernetesType, parseKubernetes } from '../../src/resources/index.ts';
import type { Random } from './random.ts';
import { failsafeFields, hostEndpoints, hostPolicies } from './host-resources.ts';
import { labels, resource, someRules, TIERS, withoutHttp } from './parts.ts';
import type { Raw } from './rules.ts';
import { endpointSlices, withServices } from './services.ts';
import { selector } from './selectors.ts';
import {
  ACCOUNT_LABELS,
  ACCOUNTS,
  EVERYTHING,
  HOST,
  NAMESPACE_LABELS,
  NAMESPACES,
  NETS,
  NODE,
  OTHER_NODE,
  OUTSIDE,
  PORT_NAMES,
  PORTS,
  SLOTS,
  type Slot,
} from './universe.ts';

/** `hosts`: with host endpoints, policies for them, and failsafes. */
export function resources(rand: Random, { hosts = false } = {}): Raw[] {
  const made = [
    ...tiers(rand),
    ...nodes(rand),
    ...pools(rand),
    ...felix(rand).map((one) => (hosts ? withFailsafes(rand, one) : one)),
    ...profiles(rand),
    ...networkSets(rand),
    ...endpointSlices(rand),
    ...SLOTS.flatMap((slot, n) => endpoints(rand, slot, n)),
    ...policies(rand),
    ...(hosts ? [...hostEndpoints(rand), ...hostPolicies(rand)] : []),
  ];
  return made;
}

function withFailsafes(rand: Random, one: Raw): Raw {
  const discovery = rand.chance(0.25) ? rand.pick(['Disabled', 'Disabled', 'Enabled']) : undefined;
  return {
    ...one,
    ...(discovery && {
      metadata: {
        ...(one['metadata'] as Raw),
        annotations: { 'tortie.dev/hostNeighbourDiscovery': discovery },
      },
    }),
    spec: { ...(one['spec'] as Raw), ...failsafeFields(rand) },
  };
}

/** The resources as the product reads them, with the built-in ones. Throws when a generated one is not valid. */
export function parsed(raw: readonly Raw[]): Resource[] {
  const own = raw.map((one) => {
    const { value, problems } = read(one);
    const bad = problems.filter((problem) => problem.severity === 'error');
    if (!value || bad.length > 0)
      throw new InvalidCase(
        `${JSON.stringify(one)}: ${bad.map((p) => `${p.path?.join('.')}: ${p.message}`).join('; ')}`,
      );
    return value;
  });
  const named = new Set(own.map((one) => `${one.kind}/${one.metadata.name}`));
  return [...BUILTINS.filter((one) => !named.has(`${one.kind}/${one.metadata.name}`)), ...own];
}

/** EndpointSlices are the only Kubernetes objects among them. */
function read(raw: Raw): { readonly value?: Resource; readonly problems: readonly Problem[] } {
  const type = kubernetesType(raw);
  if (!type || !('known' in type)) return parseResource(raw);
  const { value, problems } = parseKubernetes(type.known, raw);
  return value && problems.length === 0 ? convertObject(value) : { problems };
}

/** Shrinking makes sets of resources that are no longer valid; they are no failures. */
export class InvalidCase extends Error {}

function tiers(rand: Random): Raw[] {
  const one = (name: string): Raw =>
    resource('Tier', name, {
      ...(rand.chance(0.7) && { order: rand.between(1, 4) * 500 }),
      ...(rand.chance(0.8) && { defaultAction: rand.chance(0.75) ? 'Pass' : 'Deny' }),
    });
  return [one('security'), one('extra')];
}

function nodes(rand: Random): Raw[] {
  return [NODE, OTHER_NODE].map((name) =>
    resource('Node', name, addresses(rand, name), { labels: { zone: rand.pick(['east', 'west']) } }),
  );
}

/** Hosts that no pool's masquerade need reach: one that announces itself, one of Kubernetes, one that nobody knows. */
function addresses(rand: Random, name: string): Raw {
  const [four, six] = name === NODE ? [HOST[4], HOST[6]] : [OUTSIDE[4][1], OUTSIDE[6][1]];
  return rand.weighted<Raw>([
    [2, { bgp: { ipv4Address: `${four}/24`, ipv6Address: `${six}/64` } }],
    [2, { addresses: [four, six].map((address) => ({ address, type: 'InternalIP' })) }],
    [1, {}],
  ]);
}

/** Some overlap; some are disabled, which changes nothing. */
function pools(rand: Random): Raw[] {
  const cidrs = ['10.65.0.0/16', '10.65.0.0/22', '10.66.0.0/16', '10.64.0.0/14', '203.0.113.0/24'];
  const six = ['fd65::/16', 'fd66::/16', 'fd65:0:0:1::/64', '2001:db8:9::/48'];
  const chosen = [...rand.some(cidrs, rand.between(1, 3)), ...rand.some(six, rand.between(1, 3))];
  return rand.chance(0.25)
    ? []
    : chosen.map((cidr, n) =>
        resource('IPPool', `pool${n}`, {
          cidr,
          natOutgoing: rand.chance(0.65),
          disabled: rand.chance(0.2),
          ...(rand.chance(0.1) && { allowedUses: ['LoadBalancer'] }),
        }),
      );
}

function felix(rand: Random): Raw[] {
  const spec = (): Raw => ({
    ...(rand.chance(0.2) && { interfacePrefix: rand.pick(['cali', 'cali,tap', 'nope,cali']) }),
    ...(rand.chance(0.5) && {
      defaultEndpointToHostAction: rand.pick(['Drop', 'Accept', 'Return', 'accept', 'RETURN']),
    }),
    ...(rand.chance(0.6) && { disableConntrackInvalidCheck: rand.chance(0.8) }),
    ...(rand.chance(0.3) && { allowVXLANPacketsFromWorkloads: rand.chance(0.7) }),
    ...(rand.chance(0.3) && { allowIPIPPacketsFromWorkloads: rand.chance(0.7) }),
    ...(rand.chance(0.2) && { vxlanPort: rand.pick([4789, 80, 2000]) }),
    ...(rand.chance(0.9) && { workloadSourceSpoofing: rand.pick(['Any', 'Any', 'Any', 'any', 'Disabled']) }),
    ...(rand.chance(0.45) && { natPortRange: rand.pick(['40000:50000', '1024:65535']) }),
    ...(rand.chance(0.5) && { natOutgoingAddress: '192.0.2.77' }),
    ...(rand.chance(0.25) && {
      natOutgoingExclusions: rand.pick(['IPPoolsOnly', 'IPPoolsAndHostIPs', 'IPPoolsAndHostIPs']),
      externalNodesList: ['198.51.100.0/25'],
    }),
    ...(rand.chance(0.15) && {
      iptablesNATOutgoingInterfaceFilter: rand.pick(['uplink0', 'uplink+', 'cali+']),
    }),
    ...(rand.chance(0.2) && { iptablesMangleAllowAction: rand.pick(['Accept', 'Return']) }),
    ...(rand.chance(0.2) && {
      iptablesFilterDenyAction: rand.pick(['Drop', 'Reject']),
      nftablesFilterDenyAction: rand.pick(['Drop', 'Reject']),
    }),
    ...(rand.chance(0.2) && {
      iptablesFilterAllowAction: rand.pick(['Accept', 'Return']),
      nftablesFilterAllowAction: rand.pick(['Accept', 'Return']),
    }),
    ...(rand.chance(0.2) && { iptablesMarkMask: 0xff000000, nftablesMarkMask: 0xff000000 }),
  });
  const scoped = (name: string, day: number): Raw =>
    resource(
      'FelixConfiguration',
      name,
      { ...spec(), nodeSelector: `zone == '${rand.pick(['east', 'west'])}'` },
      { creationTimestamp: `2024-01-0${day}T00:00:00Z` },
    );
  return [
    ...(rand.chance(0.8) ? [resource('FelixConfiguration', 'default', spec())] : []),
    ...(rand.chance(0.3) ? [resource('FelixConfiguration', `node.${NODE}`, spec())] : []),
    ...(rand.chance(0.3) ? [scoped('zone-b', rand.between(1, 2)), scoped('zone-a', rand.between(1, 2))] : []),
  ];
}

/** A profile that says nothing more to what its rules did not decide, or that allows the rest. */
function profileRules(rand: Random): Raw {
  const list = (): Raw[] => [
    ...someRules(rand, 0, 2, true),
    ...(rand.chance(0.6) ? [{ action: 'Allow' }] : []),
  ];
  return { ingress: list(), egress: list() };
}

function profiles(rand: Random): Raw[] {
  const prefixed = (prefix: string, values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([label, value]) => [prefix + label, value]));
  return [
    ...NAMESPACES.map((name) =>
      resource('Profile', `kns.${name}`, {
        ...profileRules(rand),
        labelsToApply: {
          ...prefixed('pcns.', { ...labels(rand, NAMESPACE_LABELS), 'projectcalico.org/name': name }),
          ...(rand.chance(0.3) && { env: 'prod' }),
        },
      }),
    ),
    ...NAMESPACES.flatMap((space) =>
      ACCOUNTS.map((name) =>
        resource('Profile', `ksa.${space}.${name}`, {
          ...(rand.chance(0.3) && profileRules(rand)),
          labelsToApply: prefixed('pcsa.', {
            ...labels(rand, ACCOUNT_LABELS),
            'projectcalico.org/name': name,
          }),
        }),
      ),
    ),
    resource('Profile', 'custom', { ...profileRules(rand), labelsToApply: { env: 'dev', app: 'db' } }),
  ];
}

function networkSets(rand: Random): Raw[] {
  const nets = (): string[] => [
    ...new Set(
      ([4, 6] as const).flatMap((family) => [
        ...rand.some(NETS[family], rand.between(0, 3)),
        ...rand.some(OUTSIDE[family], rand.between(0, 2)),
        ...(rand.chance(0.02) ? [family === 4 ? '0.0.0.0/0' : '::/0'] : []),
      ]),
    ),
  ];
  return [
    ...[0, 1, 2].map((n) =>
      resource('GlobalNetworkSet', `set${n}`, { nets: nets() }, { labels: labels(rand) }),
    ),
    ...NAMESPACES.map((namespace) =>
      resource('NetworkSet', 'inner', { nets: nets() }, { namespace, labels: labels(rand) }),
    ),
  ];
}

function endpoints(rand: Random, slot: Slot, n: number): Raw[] {
  if (rand.chance(0.05)) return [];
  const one = (pod: string): Raw => {
    const namespace = rand.pick(NAMESPACES);
    const account = rand.pick(ACCOUNTS);
    const addresses = [
      ...(rand.chance(0.93) ? rand.some(slot.addresses[4], rand.between(1, 3)) : []),
      ...(rand.chance(0.93) ? rand.some(slot.addresses[6], rand.between(1, 3)) : []),
      ...(rand.chance(0.1) ? [rand.pick(rand.pick(SLOTS).addresses[4])] : []),
    ];
    const withAccount = rand.chance(0.8);
    // Stores of today name it in the spec, those of yesterday in a label.
    const inSpec = withAccount && rand.chance(0.5);
    return resource(
      'WorkloadEndpoint',
      `${slot.node}-k8s-${pod}-eth0`,
      {
        orchestrator: 'k8s',
        node: slot.node,
        pod,
        endpoint: 'eth0',
        ...(inSpec && { serviceAccountName: account }),
        interfaceName: slot.interface,
        ipNetworks: [...new Set(addresses)].map((address) =>
          rand.chance(0.5) ? address : `${address}/${address.includes(':') ? 128 : 32}`,
        ),
        profiles: [
          ...(rand.chance(0.95) ? [`kns.${namespace}`] : []),
          ...(withAccount ? [`ksa.${namespace}.${account}`] : []),
          ...(rand.chance(0.2) ? ['custom'] : []),
          ...(rand.chance(0.04) ? ['missing'] : []),
          ...(rand.chance(0.15) ? ['projectcalico-default-allow'] : []),
        ],
        ...(rand.chance(0.8) && {
          allowSpoofedSourcePrefixes: rand.chance(0.7)
            ? [EVERYTHING[4], EVERYTHING[6]]
            : [...rand.some(NETS[4], 3), ...rand.some(NETS[6], 3)],
        }),
        ports: rand.some(PORT_NAMES, rand.between(1, 3)).map((name) => ({
          name,
          protocol: rand.pick(['TCP', 'TCP', 'UDP', 'UDP', 'SCTP', 6, 17]),
          port: rand.pick(PORTS),
        })),
      },
      {
        namespace,
        labels: {
          ...labels(rand),
          ...(withAccount && !inSpec && { 'projectcalico.org/serviceaccount': account }),
        },
      },
    );
  };
  return [one(`pod${n}`), ...(rand.chance(0.08) ? [one(`second${n}`)] : [])];
}

/** What the rules did not decide is handed on now and then: few packets would meet a second tier that passes too. */
const rest = (rand: Random): Raw[] => (rand.chance(0.2) ? [{ action: 'Pass' }] : []);

function policies(rand: Random): Raw[] {
  return Array.from({ length: rand.between(3, 7) }, (_, n) => {
    const namespaced = rand.chance(0.45);
    const staged = rand.chance(0.1);
    const types = rand.weighted<Raw>([
      [6, {}],
      [2, { types: ['Ingress', 'Egress'] }],
      [1, { types: ['Ingress'] }],
      [1, { types: ['Egress'] }],
    ]);
    const spec: Raw = {
      tier: rand.weighted([
        [3, TIERS[0]],
        [3, TIERS[1]],
        [1, TIERS[2]],
        [2, TIERS[3]],
        [2, TIERS[4]],
      ]),
      ...(rand.chance(0.7) && { order: rand.between(1, 4) * 10 }),
      ...(rand.chance(0.6) && { selector: rand.chance(0.3) ? 'all()' : selector(rand) }),
      ...(rand.chance(0.12) && {
        serviceAccountSelector: rand.chance(0.3) ? 'all()' : selector(rand, ACCOUNT_LABELS),
      }),
      ...(!namespaced &&
        rand.chance(0.2) && {
          namespaceSelector: rand.chance(0.3) ? 'all()' : selector(rand, NAMESPACE_LABELS),
        }),
      ...types,
      ...(!namespaced && !staged && rand.chance(0.04) && { doNotTrack: true, applyOnForward: true }),
      ...(rand.chance(0.8) && {
        ingress: [
          ...someRules(rand, 1, 4).map((one) => withServices(rand, one, 'source', namespaced)),
          ...rest(rand),
        ],
      }),
      ...(rand.chance(0.8) && {
        egress: [
          ...someRules(rand, 1, 4).map((one) =>
            withServices(rand, withoutHttp(one), 'destination', namespaced),
          ),
          ...rest(rand),
        ],
      }),
    };
    const kind = `${staged ? 'Staged' : ''}${namespaced ? '' : 'Global'}NetworkPolicy`;
    // Names out of step with their places, so that ties are broken by name and not by chance.
    return resource(kind, `p${(n * 7) % 10}`, spec, namespaced ? { namespace: rand.pick(NAMESPACES) } : {});
  });
}
