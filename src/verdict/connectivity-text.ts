// Traffic in a few words: `all`, `none`, `tcp 80,443; udp`, `all but tcp 22`. Of a set and its complement the one with
// fewer words is said. What differs between the families is said for each.
import type { Family } from '../net/index.ts';
import { portText, type Traffic, type TrafficClasses, trafficName } from './connectivity-traffic.ts';

/** `allowed` holds elements of `all`, in its order. */
export function trafficText(allowed: ReadonlyMap<Family, readonly Traffic[]>, all: TrafficClasses): string {
  const texts = [...allowed].map(([family, list]) => [family, familyText(list, all[family])] as const);
  const [first] = texts;
  if (first === undefined) return 'none';
  // A family that one of the ends lacks is not spoken of.
  if (texts.every(([, text]) => text === first[1])) return first[1];
  return texts.map(([family, text]) => `IPv${family}: ${text}`).join(' / ');
}

function familyText(list: readonly Traffic[], all: readonly Traffic[]): string {
  if (list.length === 0) return 'none';
  if (list.length === all.length) return 'all';
  const positive = words(list, all);
  if (!list.some((t) => t.protocol === undefined)) return positive;
  return `all but ${words(
    all.filter((t) => !list.includes(t)),
    all,
  )}`;
}

function words(list: readonly Traffic[], all: readonly Traffic[]): string {
  const protocols = [...new Set(list.map((t) => t.protocol))];
  return protocols
    .map((protocol) => {
      const mine = list.filter((t) => t.protocol === protocol);
      const every = all.filter((t) => t.protocol === protocol);
      return mine.length === every.length ? whole(mine) : part(mine, every);
    })
    .join('; ');
}

const whole = ([one]: readonly Traffic[]): string => {
  if (one === undefined) return '';
  const { protocol } = one;
  return trafficName(protocol === undefined ? one : { protocol, sample: one.sample });
};

function part(mine: readonly Traffic[], every: readonly Traffic[]): string {
  const name = whole(mine);
  const rest = every.filter((t) => !mine.includes(t));
  const [inside, outside] = [pieces(mine), pieces(rest)];
  return outside.length < inside.length ? `${name} but ${outside.join(',')}` : `${name} ${inside.join(',')}`;
}

/** Neighbouring port intervals joined; ICMP types without the protocol's name. */
function pieces(list: readonly Traffic[]): string[] {
  const ranges: { first: number; last: number }[] = [];
  const others: string[] = [];
  for (const { ports, icmp } of list) {
    const before = ranges.at(-1);
    if (ports === undefined) others.push(icmpText(icmp));
    else if (before !== undefined && before.last + 1 === ports.first) before.last = ports.last;
    else ranges.push({ ...ports });
  }
  return [...ranges.map(portText), ...others];
}

function icmpText(icmp: Traffic['icmp']): string {
  if (icmp?.type === undefined) return 'other types';
  return `type ${icmp.type}${icmp.code === undefined ? '' : ` code ${icmp.code}`}`;
}
