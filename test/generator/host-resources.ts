// Random host endpoints of every kind, policies for them with every combination of flags that is valid, and failsafes.
import type { Random } from './random.ts';
import { labels, resource, someRules, TIERS, withoutHttp } from './parts.ts';
import type { Raw } from './rules.ts';
import { selector } from './selectors.ts';
import {
  HOST,
  HOST_SECOND,
  NETS,
  NODE,
  OTHER_NODE,
  OUTSIDE,
  PORT_NAMES,
  PORTS,
  SECOND,
  UPLINK,
} from './universe.ts';

const KIND = 'host.example/kind';

/** Two may want one interface, and one may want an interface of a workload; none may be there at all. */
export function hostEndpoints(rand: Random): Raw[] {
  if (rand.chance(0.04)) return [];
  const kinds: Raw[] = [
    ...(rand.chance(0.65) ? [{ interfaceName: UPLINK }] : []),
    ...(rand.chance(0.4) ? [{ interfaceName: SECOND }] : []),
    ...(rand.chance(0.5) ? [{ interfaceName: '*' }] : []),
    ...(rand.chance(0.35)
      ? [{ expectedIPs: [rand.pick([HOST, HOST_SECOND])[rand.pick([4, 6] as const)]] }]
      : []),
    ...(rand.chance(0.1) ? [{ interfaceName: UPLINK }] : []),
    ...(rand.chance(0.07) ? [{ interfaceName: '*' }] : []),
    ...(rand.chance(0.07) ? [{ interfaceName: 'cali0' }] : []),
    ...(rand.chance(0.07) ? [{ expectedIPs: [OUTSIDE[4][0]] }] : []),
    ...(rand.chance(0.07) ? [{ interfaceName: 'absent0' }] : []),
  ];
  // Which of two is the smaller name must not follow from their kinds.
  const first = rand.below(10);
  const mine = kinds.map((kind, n) => endpoint(rand, `h${(first + n * 7) % 10}`, NODE, kind));
  const remote = { interfaceName: '*', expectedIPs: ['192.0.2.2', '2001:db8::2'] };
  return rand.chance(0.5) ? [...mine, endpoint(rand, 'remote', OTHER_NODE, remote)] : mine;
}

function endpoint(rand: Random, name: string, node: string, kind: Raw): Raw {
  const what = kind['interfaceName'] === '*' ? 'any' : kind['interfaceName'] === undefined ? 'ip' : 'named';
  return resource(
    'HostEndpoint',
    name,
    {
      node,
      ...kind,
      ...(kind['expectedIPs'] === undefined &&
        rand.chance(0.4) && { expectedIPs: [HOST[4], HOST_SECOND[6]] }),
      ...(rand.chance(0.5) && {
        profiles: [
          ...(rand.chance(0.5) ? ['custom'] : []),
          ...(rand.chance(0.4) ? [`kns.${rand.pick(['prod', 'dev'])}`] : []),
          ...(rand.chance(0.05) ? ['missing'] : []),
          ...(rand.chance(0.4) ? ['projectcalico-default-allow'] : []),
        ],
      }),
      ...(rand.chance(0.6) && {
        ports: rand.some(PORT_NAMES, rand.between(1, 3)).map((port) => ({
          name: port,
          protocol: rand.pick(['TCP', 'UDP', 'SCTP', 6, 17]),
          port: rand.pick(PORTS),
        })),
      }),
    },
    { labels: { ...(rand.chance(0.35) && labels(rand)), [KIND]: what } },
  );
}

/** Global policies that are mostly about hosts. Valid: untracked and pre-DNAT ones apply on forward, and not both. */
export function hostPolicies(rand: Random): Raw[] {
  return Array.from({ length: rand.between(4, 8) }, (_, n) => {
    const list = rand.weighted([
      [5, 'untracked'],
      [5, 'preDnat'],
      [5, 'forward'],
      [4, 'normal'],
    ] as const);
    const last = (): Raw[] =>
      rand.weighted<Raw[]>([
        [5, []],
        [4, [{ action: 'Allow' }]],
        [1, [{ action: 'Deny' }]],
        [1, [{ action: 'Pass' }]],
      ]);
    const rules = (): Raw[] => [...someRules(rand, 1, 4).map(withoutHttp), ...last()];
    const ingressOnly = list === 'preDnat';
    const types = ingressOnly ? [['Ingress']] : [['Ingress', 'Egress'], ['Ingress'], ['Egress']];
    const spec: Raw = {
      // Where a tier ends with Deny, profiles are never asked.
      tier: rand.pick([TIERS[0], TIERS[0], ...TIERS.slice(1), ...TIERS.slice(1)]),
      ...(rand.chance(0.7) && { order: rand.between(1, 4) * 10 }),
      selector: rand.weighted<() => string>([
        [6, () => `has(${KIND})`],
        [5, () => `${KIND} == '${rand.pick(['named', 'any', 'ip'])}'`],
        [1, () => 'all()'],
        [1, () => selector(rand)],
      ])(),
      ...(list === 'untracked' && { doNotTrack: true, applyOnForward: true }),
      ...(list === 'preDnat' && { preDNAT: true, applyOnForward: true }),
      ...(list === 'forward' && { applyOnForward: true }),
      ...(rand.chance(0.3) && { types: rand.pick(types) }),
      ...(rand.chance(ingressOnly ? 1 : 0.85) && { ingress: rules() }),
      ...(!ingressOnly && rand.chance(0.85) && { egress: rules() }),
    };
    return resource('GlobalNetworkPolicy', `q${(n * 7) % 10}`, spec);
  });
}

/** The lists of failsafes: not given, empty, or some, of which some only for a network. */
export function failsafeFields(rand: Random): Raw {
  const net = (): Raw => {
    const family = rand.pick([4, 6] as const);
    return {
      net: rand.pick([...NETS[family], ...OUTSIDE[family].map((one) => `${one}/${family === 4 ? 32 : 128}`)]),
    };
  };
  const list = (): Raw[] =>
    Array.from({ length: rand.between(1, 4) }, () => ({
      protocol: rand.pick(['tcp', 'TCP', 'udp', 'UDP', 'sctp']),
      port: rand.pick(PORTS),
      ...(rand.chance(0.5) && net()),
    }));
  return {
    ...(rand.chance(0.55) && { failsafeInboundHostPorts: rand.chance(0.25) ? [] : list() }),
    ...(rand.chance(0.55) && { failsafeOutboundHostPorts: rand.chance(0.25) ? [] : list() }),
  };
}
