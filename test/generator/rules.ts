// Random rules: plain objects as they stand in YAML, valid by construction. A rule has few conditions, so that packets
// aimed at it often meet it, and each condition decides now and then.
import type { Family } from '../../src/net/index.ts';
import type { Random } from './random.ts';
import { selector } from './selectors.ts';
import {
  ACCOUNT_LABELS,
  ACCOUNTS,
  EVERYTHING,
  NAMESPACE_LABELS,
  NETS,
  PORT_NAMES,
  PORTS,
} from './universe.ts';

export type Raw = { [field: string]: unknown };
const PORTED = [
  ['TCP', 6],
  ['UDP', 17],
  ['SCTP', 132],
] as const;
export const ICMP_TYPES: Readonly<Record<Family, readonly number[]>> = {
  4: [8, 13, 8, 17, 3],
  6: [128, 139, 128, 135, 143, 129],
};

export interface RuleContext {
  readonly rand: Random;
  /** Only policies may say all that an action can be; profiles rarely pass. */
  readonly profile: boolean;
}

export function rule({ rand, profile }: RuleContext): Raw {
  const family = rand.pick([4, 6] as const);
  const made: Raw = {
    action: rand.weighted([
      [10, 'Allow'],
      [11, 'Deny'],
      [profile ? 1 : 3, 'Pass'],
      [1, 'Log'],
    ]),
    ...head(rand, family),
  };
  const source: Raw = {};
  const destination: Raw = {};
  // Ports need a protocol that has them; names alone do not.
  if (ported(made['protocol'])) addPorts(rand, source, destination, true);
  else if (made['protocol'] === undefined && made['notProtocol'] === undefined && rand.chance(0.2))
    addPorts(rand, source, destination, false);
  // What a rule says of ICMP is about one family; nets must not contradict it too often.
  for (const side of rand.chance(0.2) ? [source, destination] : [rand.pick([source, destination])]) {
    if (rand.chance(0.75))
      addPeer(
        rand,
        side,
        (made['ipVersion'] as Family | undefined) ?? (isIcmp(made) ? familyOfIcmp(made) : family),
      );
  }
  const nets = [source, destination].flatMap((side) => [...listOf(side['nets']), ...listOf(side['notNets'])]);
  // One family of networks per rule, and the version has to fit.
  const families = new Set(nets.map((net) => (String(net).includes(':') ? 6 : 4)));
  if (families.size === 1 && made['ipVersion'] !== undefined && !families.has(made['ipVersion'] as 4 | 6))
    delete made['ipVersion'];
  if (Object.keys(source).length > 0) made['source'] = source;
  if (Object.keys(destination).length > 0) made['destination'] = destination;
  if (made['action'] === 'Allow' && made['protocol'] === 'TCP' && !profile && rand.chance(0.02))
    made['http'] = { methods: ['GET'] };
  return made;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const ported = (protocol: unknown): boolean =>
  PORTED.some(([name, number]) => protocol === name || protocol === number || protocol === String(number));
const isIcmp = (made: Raw): boolean => ['ICMP', 'ICMPv6', 1, 58].includes(made['protocol'] as string);
const familyOfIcmp = (made: Raw): Family => (made['protocol'] === 'ICMP' || made['protocol'] === 1 ? 4 : 6);

function head(rand: Random, family: Family): Raw {
  const version = rand.chance(0.12) ? { ipVersion: family } : {};
  const [name, number] = rand.pick(PORTED);
  const icmp = { protocol: rand.chance(0.6) ? (family === 4 ? 'ICMP' : 'ICMPv6') : family === 4 ? 1 : 58 };
  const type = rand.pick(ICMP_TYPES[family]);
  const match = rand.chance(0.5) ? { type, code: rand.below(2) } : { type };
  return rand.weighted<() => Raw>([
    [30, () => ({ ...version, protocol: name })],
    [10, () => ({ ...version, protocol: rand.chance(0.5) ? number : String(number) })],
    [24, () => version],
    [7, () => ({ ...version, notProtocol: rand.pick([name, number, 47]) })],
    [3, () => ({ notProtocol: icmp.protocol })],
    [4, () => ({ ...version, ...icmp })],
    [12, () => ({ ...version, ...icmp, icmp: match })],
    [4, () => ({ ...version, ...icmp, notICMP: match })],
    [4, () => ({ ...version, notICMP: match })],
    [4, () => ({ ...version, protocol: rand.pick([47, 50, 'UDPLite', 136, 253]) })],
  ])();
}

function port(rand: Random): unknown {
  const [low, high] = [rand.pick(PORTS), rand.pick(PORTS)].sort((a, b) => a - b) as [number, number];
  return rand.weighted<unknown>([
    [5, rand.pick(PORTS)],
    [3, `${low}:${high}`],
    [1, String(rand.pick(PORTS))],
  ]);
}

function portList(rand: Random, numeric: boolean): unknown[] {
  const names = rand.some(PORT_NAMES, rand.between(1, 2));
  if (!numeric || rand.chance(0.3)) return names;
  // The API allows fifty, and iptables fifteen per match.
  const length = rand.chance(0.22) ? 50 : rand.between(1, 3);
  const ports: unknown[] = Array.from({ length }, (_, n) => (length === 50 ? 3000 + n * 3 : port(rand)));
  if (length === 50) ports[rand.below(50)] = rand.pick(PORTS);
  return rand.chance(0.2) ? [...ports.slice(0, 49), rand.pick(PORT_NAMES)] : ports;
}

function addPorts(rand: Random, source: Raw, destination: Raw, numeric: boolean): void {
  const choice = rand.weighted([
    [50, 'destination'],
    [14, 'notDestination'],
    [30, 'source'],
    [14, 'notSource'],
    [4, 'both'],
    [numeric ? 8 : 0, 'none'],
  ]);
  if (choice === 'destination' || choice === 'both') destination['ports'] = portList(rand, numeric);
  if (choice === 'notDestination' || choice === 'both') destination['notPorts'] = portList(rand, numeric);
  if (choice === 'source') source['ports'] = portList(rand, numeric);
  if (choice === 'notSource') source['notPorts'] = portList(rand, numeric);
}

function nets(rand: Random, family: Family): string[] {
  if (rand.chance(0.2)) {
    const many = Array.from({ length: 230 }, (_, n) =>
      family === 4 ? `172.16.${n}.0/24` : `fd72:${n.toString(16)}::/32`,
    );
    return [...many, ...rand.some(NETS[family], 3)];
  }
  return rand.some(
    NETS[family],
    rand.weighted([
      [5, 1],
      [3, 2],
      [1, 4],
    ]),
  );
}

function addPeer(rand: Random, side: Raw, family: Family): void {
  for (
    let left = rand.weighted([
      [7, 1],
      [3, 2],
    ]);
    left > 0;
    left -= 1
  ) {
    rand.weighted<() => void>([
      [
        9,
        () => {
          side['nets'] = rand.chance(0.04) ? [EVERYTHING[family]] : nets(rand, family);
        },
      ],
      [
        5,
        () => {
          side['notNets'] = nets(rand, family);
        },
      ],
      [
        10,
        () => {
          side['selector'] = selector(rand);
        },
      ],
      [
        6,
        () => {
          side['notSelector'] = selector(rand);
        },
      ],
      [
        4,
        () => {
          Object.assign(side, { selector: selector(rand), notSelector: selector(rand) });
        },
      ],
      [
        5,
        () => {
          side['namespaceSelector'] = rand.chance(0.15) ? 'all()' : selector(rand, NAMESPACE_LABELS);
        },
      ],
      [
        3,
        () => {
          side['namespaceSelector'] = rand.chance(0.5) ? 'global()' : ' global() ';
        },
      ],
      [
        4,
        () => {
          side['serviceAccounts'] = {
            ...serviceAccounts(side),
            names: rand.some(ACCOUNTS, rand.between(1, 2)),
          };
        },
      ],
      [
        3,
        () => {
          side['serviceAccounts'] = { ...serviceAccounts(side), selector: selector(rand, ACCOUNT_LABELS) };
        },
      ],
    ])();
  }
}

const serviceAccounts = (side: Raw): Raw => (side['serviceAccounts'] as Raw | undefined) ?? {};
