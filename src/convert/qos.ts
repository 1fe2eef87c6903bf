// Annotations of a pod about quality of service → qosControls, as Calico reads them. A number out of its range counts as
// the nearest that is in it; what cannot be read, and what lacks the limit that it belongs to, does not count. None of it
// costs the endpoint: each fault is a warning.
import { type Problem, problem } from '../errors/problem.ts';
import type { WorkloadEndpointSpec } from '../resources/index.ts';
import { decodeDscp } from '../resources/scalars/dscp.ts';
import { parseQuantity } from './quantity.ts';

type QosControls = NonNullable<WorkloadEndpointSpec['qosControls']>;
type Limit = Exclude<keyof QosControls, 'dscp'>;

const PREFIX = 'qos.projectcalico.org/';
const DSCP = `${PREFIX}dscp`;
const WAYS = ['ingress', 'egress'] as const;

/** The inclusive range of each limit. */
const RANGES = [
  ['Bandwidth', 1_000n, 10n ** 15n],
  ['Burst', 1_000n, 0xffff_ffffn * 8n],
  ['Peakrate', 1_010n, 1_010n * 10n ** 12n],
  ['Minburst', 1_000n, 10n ** 8n],
  ['PacketRate', 1n, 10_000n],
  ['PacketBurst', 1n, 10_000n],
  ['MaxConnections', 1n, 0xffff_ffffn],
] as const;

const BURST = 4 * 1024 ** 3;
const PACKET_BURST = 5;

/** Undefined where nothing is limited. */
export function qosControls(
  annotations: ReadonlyMap<string, string>,
  problems: Problem[],
): QosControls | undefined {
  const found: { -readonly [L in Limit]?: number } = {};
  const report = (name: string, message: string) =>
    void problems.push(
      problem('convert/qos', message, { severity: 'warning', path: ['metadata', 'annotations', name] }),
    );
  for (const way of WAYS) {
    for (const [limit, least, most] of RANGES) {
      // Kubernetes' own comes first, so that Calico's has the last word, even where it cannot be read.
      const names = [
        ...(limit === 'Bandwidth' ? [`kubernetes.io/${way}-bandwidth`] : []),
        `${PREFIX}${way}${limit}`,
      ];
      for (const name of names) {
        const text = annotations.get(name);
        if (text !== undefined) found[`${way}${limit}`] = limitOf(name, text, least, most, report);
      }
    }
    checkTogether(way, found, report);
  }
  const dscp = dscpOf(annotations.get(DSCP), report);
  const limits = Object.fromEntries(Object.entries(found).filter(([, value]) => value)) as QosControls;
  const all = { ...limits, ...(dscp !== undefined && { dscp }) };
  return Object.keys(all).length === 0 ? undefined : all;
}

type Report = (name: string, message: string) => void;

/** 0: none. */
function limitOf(name: string, text: string, least: bigint, most: bigint, report: Report): number {
  const value = parseQuantity(text);
  if (value === undefined) {
    report(name, `${JSON.stringify(text)} is no quantity, and does not count`);
    return 0;
  }
  const nearest = value < least ? least : value > most ? most : value;
  if (nearest !== value)
    report(name, `${JSON.stringify(text)} is not within ${least} and ${most}, and counts as ${nearest}`);
  return Number(nearest);
}

function checkTogether(way: (typeof WAYS)[number], found: { [L in Limit]?: number }, report: Report): void {
  const of = (limit: (typeof RANGES)[number][0]) => found[`${way}${limit}`] ?? 0;
  const drop = (limit: (typeof RANGES)[number][0], why: string) => {
    report(`${PREFIX}${way}${limit}`, `does not count ${why}`);
    found[`${way}${limit}`] = 0;
  };
  if (of('Burst') && !of('Bandwidth')) drop('Burst', `without ${way}Bandwidth`);
  if (of('Peakrate') && (!of('Bandwidth') || of('Bandwidth') >= of('Peakrate')))
    drop('Peakrate', `unless it is above ${way}Bandwidth`);
  if (of('Minburst') && !of('Peakrate')) drop('Minburst', `without ${way}Peakrate`);
  if (of('PacketBurst') && !of('PacketRate')) drop('PacketBurst', `without ${way}PacketRate`);
  if (of('Bandwidth') && !of('Burst')) found[`${way}Burst`] = BURST;
  if (of('PacketRate') && !of('PacketBurst')) found[`${way}PacketBurst`] = PACKET_BURST;
}

function dscpOf(text: string | undefined, report: Report): number | string | undefined {
  if (text === undefined) return undefined;
  const { value, fault } = { fault: undefined, value: undefined, ...decodeDscp(text.toUpperCase()) };
  if (fault) report(DSCP, `${JSON.stringify(text)} is no DSCP, and does not count`);
  return value;
}
