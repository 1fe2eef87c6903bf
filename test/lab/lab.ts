// A lab: a node, workloads and an outside host in network namespaces of their own, joined by veths, and a prober that
// sends hand-made packets between them. Runs inside scripts/lab-exec.mjs, which makes `ip netns` private and takes
// everything away at the end.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from '../../src/host/index.ts';
import { systemRunner } from '../../src/host/index.ts';
import { formatAddress } from '../../src/net/index.ts';
import type { HostFacts } from '../../src/policy/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import {
  farBatch,
  HOST_MARK,
  type LabSpec,
  labFacts,
  linksOf,
  nodeBatch,
  nodeMac,
  SETTINGS_ANSWERING,
  SETTINGS_NODE,
  SETTINGS_SILENT,
  SETTINGS_SPEECHLESS,
  SILENCE,
} from './plan.ts';
import { beforeNat, loadNat, NO_NAT, natBatches, natTables } from './nat.ts';
import { type Prober, startProber, type WireFlow, type WirePacket } from './prober.ts';

export { type LabSpec, UPLINK } from './plan.ts';
export { trackedState } from './states.ts';

export interface Lab {
  readonly spec: LabSpec;
  readonly facts: HostFacts;
  /** Namespace of the node; `namespaces` has all, for people. */
  readonly node: string;
  readonly namespaces: ReadonlyMap<string, string>;
  /** Runs programs inside the node's namespace. */
  readonly runner: Runner;
  /** Sends each packet and tells whether it arrived where it should: `true` means delivered. */
  probe(packets: readonly Packet[]): Promise<boolean[]>;
  /** The same, with the source that it arrived with; undefined: not delivered. */
  observe(packets: readonly Packet[]): Promise<(Arrival | undefined)[]>;
  /** Sends these packets without end while `work` goes on, and counts what arrives. */
  storm<T>(packets: readonly StormPacket[], work: (storm: Storm) => Promise<T>): Promise<StormResult<T>>;
  close(): Promise<void>;
}

/** A packet that must arrive: between `host` and an interface of it, behind which the other end is. */
export interface StormPacket {
  readonly from: string;
  readonly to: string;
  readonly family: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 6 | 17;
  /** Absent: another one each time, so each is a connection of its own. */
  readonly sourcePort?: number;
  readonly destinationPort: number;
  /** Of a connection that is known: the direction in which it was opened, or the other one. */
  readonly established?: 'original' | 'reply';
}

export interface Storm {
  /** What is sent from now on is counted under this name; resolves when all packets have been sent once. */
  phase(name: string): Promise<void>;
}

export interface StormResult<T> {
  readonly value: T;
  /** By phase: how often all packets were sent, and how often which of them did not arrive. */
  readonly phases: ReadonlyMap<
    string,
    { readonly rounds: number; readonly lost: ReadonlyMap<number, number> }
  >;
}

const ip = (args: readonly string[], input: readonly string[]): void => {
  execFileSync('ip', [...args, '-batch', '-'], {
    input: `${input.join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
};
const path = (namespace: string): string => `/run/netns/${namespace}`;

/** How a packet arrived. At the host itself nobody looks at the source. */
export interface Arrival {
  readonly source?: string;
  readonly sourcePort?: number;
}

/** Makes a lab. Throws when the tools or the rights are missing; see scripts/lab-exec.mjs. */
export async function openLab(spec: LabSpec): Promise<Lab> {
  if (!process.env['TORTIE_LAB'])
    throw new Error('a lab needs a private namespace: run inside node scripts/lab-exec.mjs');
  const node = `${spec.name}-node`;
  const links = linksOf(spec);
  const far = links.map((_, n) =>
    n === 0
      ? `${spec.name}-out`
      : n <= spec.workloads.length
        ? `${spec.name}-w${n - 1}`
        : `${spec.name}-out${n - spec.workloads.length}`,
  );
  const all = [node, ...far];
  ip(
    [],
    all.map((name) => `netns add ${name}`),
  );
  const prober = startProber();
  try {
    await Promise.all([
      prober.ask({
        op: 'sysctl',
        ns: path(node),
        values: spec.answers ? SETTINGS_NODE : { ...SETTINGS_NODE, ...SETTINGS_SPEECHLESS },
      }),
      ...far.map((ns) =>
        prober.ask({
          op: 'sysctl',
          ns: path(ns),
          values: spec.answers ? SETTINGS_ANSWERING : SETTINGS_SILENT,
        }),
      ),
    ]);
    ip(['-n', node], ['link set lo up', ...nodeBatch(spec, (n) => far[n] ?? '')]);
    if (!spec.answers) for (const family of [4, 6] as const) ip([`-${family}`, '-n', node], SILENCE[family]);
    for (const [n, ns] of far.entries()) ip(['-n', ns], farBatch(spec, n));
    await prober.ask({
      op: 'open',
      ports: links.map(({ interface: name }, n) => ({
        name,
        ns: path(far[n] ?? ''),
        dev: 'eth0',
        to: nodeMac(n),
      })),
      host: { ns: path(node), mark: HOST_MARK },
      fence: { ns: path(node), send: 'fence0', receive: 'fence1' },
    });
  } catch (error) {
    await prober.close();
    throw error;
  }
  const runner = inNamespace(node);
  const observe = async (packets: readonly Packet[]): Promise<(Arrival | undefined)[]> => {
    const seen: (Arrival | undefined)[] = [];
    for (const batch of natBatches(packets)) {
      const nat = natTables(batch);
      if (nat !== undefined) await loadNat(runner, nat);
      const reply = await prober.ask({ op: 'probe', packets: batch.map(onWire) });
      if (nat !== undefined) await loadNat(runner, NO_NAT);
      const delivered = reply['delivered'] as Sighting[][];
      seen.push(...batch.map((packet, index) => arrived(packet, delivered[index] ?? [])));
    }
    return seen;
  };
  return {
    spec,
    node,
    facts: labFacts(spec),
    namespaces: new Map([
      ['node', node],
      ['outside', far[0] ?? ''],
      ...links.slice(1).map((link, n) => [link.interface, far[n + 1] ?? ''] as const),
    ]),
    runner,
    observe,
    probe: async (packets) => (await observe(packets)).map((arrival) => arrival !== undefined),
    storm: (packets, work) => runStorm(prober, packets, work),
    close: async () => {
      await prober.close();
      ip(
        [],
        all.map((name) => `netns del ${name}`),
      );
    },
  };
}

async function runStorm<T>(
  prober: Prober,
  packets: readonly StormPacket[],
  work: (storm: Storm) => Promise<T>,
): Promise<StormResult<T>> {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-storm-'));
  const [current, done] = [join(folder, 'phase'), join(folder, 'done')];
  const say = (name: string): void => {
    writeFileSync(`${current}.new`, name);
    renameSync(`${current}.new`, current);
  };
  say('start');
  let failed: Error | undefined;
  const reply = prober
    .ask({
      op: 'storm',
      phase: current,
      done,
      packets: packets.map((p) => [
        p.from,
        p.to,
        p.family,
        p.source,
        p.destination,
        p.protocol,
        p.sourcePort ?? null,
        p.destinationPort,
        p.protocol === 17 ? 0 : p.established ? ACK : SYN,
        p.established ?? null,
      ]),
    })
    .catch((error: Error) => {
      failed = error;
      return {};
    });
  const phase = async (name: string): Promise<void> => {
    say(name);
    while (!existsSync(done) || readFileSync(done, 'utf8') !== name) {
      if (failed) throw failed;
      await sleep(1);
    }
  };
  try {
    const value = await work({ phase });
    say('stop');
    const counted = ((await reply) as { phases?: Record<string, [number, Record<string, number>]> }).phases;
    if (!counted) throw failed ?? new Error('the prober counted nothing');
    const phases = Object.entries(counted).map(([name, [rounds, lost]]) => {
      const byIndex = Object.entries(lost).map(([index, times]) => [Number(index), times] as const);
      return [name, { rounds, lost: new Map(byIndex) }] as const;
    });
    return { value, phases: new Map(phases) };
  } finally {
    say('stop');
    await reply;
    rmSync(folder, { recursive: true });
  }
}

/** The runner that enters a namespace first; what it runs is the program itself, with no shell between. */
export function inNamespace(namespace: string, runner: Runner = systemRunner): Runner {
  return {
    run: (argv, options) => runner.run(['nsenter', `--net=${path(namespace)}`, '--', ...argv], options),
  };
}

/** Where a packet came out; its source and source port, unless that is the host. */
type Sighting = readonly [where: string, source: string | null, sourcePort: number | null];

function arrived(packet: Packet, delivered: readonly Sighting[]): Arrival | undefined {
  const wanted = packet.outInterface ?? 'host';
  const stray = delivered.find(([where]) => where !== wanted);
  if (stray !== undefined || delivered.length > 1) {
    throw new Error(
      `a packet for ${wanted} was seen at ${delivered.map(([where]) => where).join(', ')} (${JSON.stringify(onWire(packet))}): the lab does not route as its plan says`,
    );
  }
  const [found] = delivered;
  if (found === undefined) return undefined;
  const [, source, sourcePort] = found;
  return { ...(source !== null && { source }), ...(sourcePort !== null && { sourcePort }) };
}

const SYN = 0x02;
const ACK = 0x10;
/** SYN and FIN together: conntrack calls this invalid. */
const IMPOSSIBLE = 0x03;

/**
 * The bytes that put a packet into its conntrack state: `established` has a known connection behind it, `related` is
 * an ICMP error about one, `invalid` has impossible TCP flags or is an ICMP message that can open nothing.
 */
function onWire(packet: Packet): WirePacket {
  const text = (bits: bigint): string => formatAddress({ family: packet.family, bits });
  const sent = beforeNat(packet);
  const [source, destination] = [text(packet.source), text(sent.destination)];
  const flow: WireFlow = [
    packet.family,
    source,
    destination,
    packet.protocol,
    packet.sourcePort ?? 0,
    sent.destinationPort ?? 0,
  ];
  const back: WireFlow = [packet.family, destination, source, 17, 40_000, 9];
  const established = packet.state === 'established';
  const related = packet.state === 'related';
  return [
    packet.inInterface ?? 'host',
    packet.family,
    source,
    destination,
    packet.protocol,
    packet.sourcePort ?? null,
    sent.destinationPort ?? null,
    packet.icmpType ?? null,
    packet.icmpCode ?? null,
    packet.state === 'invalid' ? IMPOSSIBLE : established ? ACK : SYN,
    established ? flow : related ? back : null,
    related ? back : null,
    sent === packet ? null : [text(packet.destination), packet.destinationPort ?? 0],
  ];
}
