// Who reaches whom: probes every pair of a lab on the real kernel, asks the evaluator the same, and prints one table.
import { createEvaluator, type NodePolicy, type Packet } from '../../src/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import { UPLINK, type Lab } from '../../test/lab/lab.ts';
import { HOST, OUTSIDE } from './sample.ts';

interface Place {
  readonly name: string;
  /** Absent: the host itself. */
  readonly interface?: string;
  /** IPv4 and IPv6. */
  readonly addresses: readonly [string, string];
}

interface Service {
  readonly letter: string;
  readonly title: string;
  readonly protocol: number;
  readonly port?: number;
}

export const SERVICES: readonly Service[] = [
  { letter: 'w', title: 'web, TCP 8080', protocol: 6, port: 8080 },
  { letter: 'g', title: 'grpc, TCP 9000', protocol: 6, port: 9000 },
  { letter: 'p', title: 'postgres, TCP 5432', protocol: 6, port: 5432 },
  { letter: 'x', title: 'exporter, TCP 9187', protocol: 6, port: 9187 },
  { letter: 'd', title: 'dns, UDP 53', protocol: 17, port: 53 },
  { letter: 'e', title: 'echo request', protocol: 1 },
];

/** What a host is asked for, or asks for itself. */
export const HOST_SERVICES: readonly Service[] = [
  { letter: 's', title: 'ssh, TCP 22', protocol: 6, port: 22 },
  { letter: 'k', title: 'Kubernetes API, TCP 6443', protocol: 6, port: 6443 },
  { letter: 'm', title: 'metrics, TCP 9100', protocol: 6, port: 9100 },
  { letter: 't', title: 'telnet, TCP 23', protocol: 6, port: 23 },
  { letter: 'h', title: 'https, TCP 443', protocol: 6, port: 443 },
  { letter: 'd', title: 'dns, UDP 53', protocol: 17, port: 53 },
  { letter: 'e', title: 'echo request', protocol: 1 },
];

export function legend(services: readonly Service[]): string {
  return `${services.map((s) => `${s.letter} = ${s.title}`).join('; ')}; · = not delivered; * = changed`;
}

export interface Matrix {
  readonly places: readonly string[];
  /** How wide a cell is. */
  readonly width: number;
  /** `from|to` → letters of what is delivered, over both families. */
  readonly cells: ReadonlyMap<string, string>;
  readonly probes: number;
  /** Probes on which kernel and evaluator differed, described. */
  readonly disagreements: readonly string[];
}

export function placesOf(policy: NodePolicy): readonly Place[] {
  const bare = (text: string | undefined): string => (text ?? '').replace(/\/\d+$/, '');
  const workloads = [...policy.endpoints.values()].map((e) => ({
    name: e.interfaceName.replace(/^cali/, ''),
    interface: e.interfaceName,
    addresses: [
      bare(e.addresses.find((a) => a.includes('.'))),
      bare(e.addresses.find((a) => a.includes(':'))),
    ] as const,
  }));
  return [
    ...workloads,
    { name: 'node', addresses: HOST },
    { name: 'outside', interface: UPLINK, addresses: OUTSIDE },
  ];
}

let nextPort = 20_000;

/** `policy` absent: nothing is enforced, everything is expected to arrive. */
export async function probeAll(
  lab: Lab,
  places: readonly Place[],
  policy: NodePolicy | undefined,
  services: readonly Service[] = SERVICES,
): Promise<Matrix> {
  const asked = places.flatMap((from) =>
    places
      .filter((to) => to !== from)
      .flatMap((to) =>
        services.flatMap((service) =>
          [0, 1].map((f) => ({ from, to, service, packet: packetOf(from, to, service, f) })),
        ),
      ),
  );
  const delivered = await lab.probe(asked.map((a) => a.packet));
  const evaluator = policy && createEvaluator(policy, lab.facts);
  const cells = new Map<string, Set<string>>();
  const disagreements: string[] = [];
  for (const [n, { from, to, service, packet }] of asked.entries()) {
    const arrived = delivered[n] === true;
    const expected = evaluator ? evaluator.verdict(packet) === 'allow' : true;
    if (arrived !== expected) {
      disagreements.push(
        `${from.name} → ${to.name}, ${service.title}, IPv${packet.family}: kernel ${arrived ? 'delivers' : 'drops'}, evaluator ${expected ? 'allows' : 'denies'}`,
      );
    }
    const key = `${from.name}|${to.name}`;
    const letters = cells.get(key) ?? new Set();
    cells.set(key, letters);
    if (arrived) letters.add(service.letter);
  }
  const text = (letters: ReadonlySet<string>): string =>
    services.map((s) => (letters.has(s.letter) ? s.letter : '·')).join('');
  return {
    places: places.map((p) => p.name),
    width: services.length,
    cells: new Map([...cells].map(([key, letters]) => [key, text(letters)])),
    probes: asked.length,
    disagreements,
  };
}

function packetOf(from: Place, to: Place, service: Service, f: number): Packet {
  const bits = (place: Place): bigint => parseAddress(place.addresses[f] ?? '')?.bits ?? 0n;
  const icmp = service.protocol === 1;
  return {
    family: f === 0 ? 4 : 6,
    ...(from.interface !== undefined && { inInterface: from.interface }),
    ...(to.interface !== undefined && { outInterface: to.interface }),
    source: bits(from),
    destination: bits(to),
    protocol: icmp && f === 1 ? 58 : service.protocol,
    ...(icmp
      ? { icmpType: f === 0 ? 8 : 128, icmpCode: 0 }
      : { sourcePort: nextPort++, destinationPort: service.port ?? 0 }),
  };
}

/** Rows are senders. With `before`, cells that differ from it are marked with `*`. */
export function printMatrix(matrix: Matrix, before?: Matrix): string {
  const width = Math.max(...matrix.places.map((p) => p.length), matrix.width + 1) + 1;
  const pad = (text: string): string => text.padEnd(width);
  const row = (from: string): string =>
    pad(from) +
    matrix.places
      .map((to) => {
        const cell = matrix.cells.get(`${from}|${to}`) ?? '';
        const changed = cell !== '' && before !== undefined && before.cells.get(`${from}|${to}`) !== cell;
        return pad(changed ? `${cell}*` : cell);
      })
      .join('')
      .trimEnd();
  return [pad('') + matrix.places.map(pad).join('').trimEnd(), ...matrix.places.map(row)].join('\n');
}
