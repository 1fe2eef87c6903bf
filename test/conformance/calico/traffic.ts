// Packets of Calico's suite as words, and the hand-written expectations as lines over those words.
//   traffic  `TCP 80`, `UDP 80 from 1000`, `SCTP 80 established`, `UDPLITE 80`, `ping`, `ICMP 3 1` (IPv4 alone),
//            `ICMP6 135 0` (IPv6 alone), `protocol 47`
//   line     `deny x/*,out > y/a TCP 80`, with `IPv4` or `IPv6` at its end if need be. Ends: names, `x/*`, `pods`,
//            `outside`, `*` (everybody but the host), `all`. What follows is the beginning of the traffic's words; `_` is any.
import { type Family, parseAddress } from '../../../src/net/index.ts';
import type { Packet } from '../../../src/verdict/index.ts';
import { trackedState } from '../../lab/states.ts';
import { addressAt, type End, HOST, interfaceAt, NODE_PORT, nodePort } from './ends.ts';

const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132, UDPLITE: 136 };
const CLIENT_PORT = 40_000;
const bits = (text: string): bigint => parseAddress(text)?.bits ?? 0n;

interface Transport {
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

/** `undefined`: this family has no such traffic. */
function transport([kind = '', ...words]: readonly string[], family: Family): Transport | undefined {
  const [first = 0, second = 0] = words.map(Number);
  if (kind === 'ping')
    return { protocol: family === 4 ? 1 : 58, icmpType: family === 4 ? 8 : 128, icmpCode: 0 };
  if (kind === 'ICMP' || kind === 'ICMP6') {
    if ((kind === 'ICMP') !== (family === 4)) return undefined;
    return { protocol: family === 4 ? 1 : 58, icmpType: first, icmpCode: second };
  }
  if (kind === 'protocol') return { protocol: first };
  const protocol = PROTOCOLS[kind];
  if (protocol === undefined) throw new Error(`no such traffic: ${kind} ${words.join(' ')}`);
  const at = words.indexOf('from');
  return { protocol, sourcePort: at < 0 ? CLIENT_PORT : Number(words[at + 1]), destinationPort: first };
}

const STATES = ['established', 'related', 'invalid'] as const;

export function packetOf(
  from: End,
  to: End,
  traffic: string,
  family: Family,
  interfaces: ReadonlyMap<string, string>,
): Packet | undefined {
  const words = traffic.split(' ');
  const fields = transport(words, family);
  if (fields === undefined) return undefined;
  const [inInterface, outInterface] = [from, to].map((end) => interfaceAt(end, family, interfaces));
  const port = fields.destinationPort;
  const packet: Packet = {
    family,
    ...(inInterface !== undefined && { inInterface }),
    ...(outInterface !== undefined && { outInterface }),
    source: bits(addressAt(from, to, family)),
    destination: bits(addressAt(to, from, family)),
    ...fields,
    ...(to === NODE_PORT &&
      port !== undefined && {
        originalDestination: bits(HOST[family]),
        originalDestinationPort: nodePort(port),
      }),
  };
  return { ...packet, state: STATES.find((state) => words.includes(state)) ?? trackedState(packet) };
}

/** Whether the lines allow it: the last one that speaks of it decides. */
export function readLines(
  lines: readonly string[],
): (from: End, to: End, traffic: string, family: Family) => boolean {
  const read = lines.map(readLine);
  return (...asked) => read.findLast((line) => line.covers(...asked))?.allow ?? true;
}

function readLine(line: string) {
  const [verdict, from = '', arrow, to = '', ...rest] = line.split(' ');
  if ((verdict !== 'allow' && verdict !== 'deny') || arrow !== '>' || to === '')
    throw new Error(`not a line of an expectation: ${line}`);
  const only = /^IPv[46]$/.test(rest.at(-1) ?? '') ? rest.pop() : undefined;
  const covers = (source: End, target: End, traffic: string, family: Family): boolean => {
    const words = traffic.split(' ');
    return (
      isEnd(from, source) &&
      isEnd(to, target) &&
      rest.every((word, n) => word === '_' || word === words[n]) &&
      (only === undefined || only === `IPv${family}`)
    );
  };
  return { allow: verdict === 'allow', covers };
}

function isEnd(patterns: string, end: End): boolean {
  return patterns.split(',').some((pattern) => {
    if (pattern === 'all' || pattern === end) return true;
    if (pattern === '*') return end !== 'host';
    if (pattern === 'pods') return end.includes('/');
    if (pattern === 'outside') return end === 'out' || end === 'peer';
    return pattern.endsWith('/*') && end.startsWith(pattern.slice(0, -1));
  });
}
