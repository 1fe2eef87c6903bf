// One condition of the program → what nft must ask. Three kinds of answers, since nft cannot say "or" in one rule:
//
//  all    matches that stand in the rule itself
//  any    alternatives, each a list of matches: one of them must hold
//  none   the same requirement from the other side: it fails when one of these holds
//
// A requirement has `all`, and beside it `any`, `none`, both, or neither. A match that loads a port or an ICMP type
// fails, negated or not, on a packet that has none; a negated match is therefore used only where the rule's protocol
// sees to it that there is one (conntrack's defragmentation has run before our hooks), otherwise `none`.
import { icmpProtocol, type Family } from '../../net/index.ts';
import type { Condition, SideName } from '../program.ts';
import type { NftSet } from '../ruleset.ts';
import { portRangeSet } from './sets.ts';
import { type Expression, type Match, match, metaMatch, payload } from './statement.ts';

export interface Requirement {
  readonly all: readonly Match[];
  readonly any?: readonly (readonly Match[])[];
  readonly none?: readonly (readonly Match[])[];
}

export interface MatchContext {
  readonly family: Family;
  /** The protocol that the rule demands. */
  readonly protocol: number | undefined;
  /** The nft sets of one family behind a set of the program. */
  readonly halves: (set: string) => readonly NftSet[];
  /** Called with every set of port ranges that a match needs. */
  readonly use: (set: NftSet) => void;
}

const PORT_HEADERS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

export function requirement(condition: Condition, context: MatchContext): Requirement {
  switch (condition.kind) {
    case 'protocol':
      return { all: [metaMatch('l4proto', condition.protocol, condition.negated)] };
    case 'net': {
      const [addr = '', length = ''] = condition.net.split('/');
      const full = length === (context.family === 4 ? '32' : '128');
      const net = full ? addr : { prefix: { addr, len: Number(length) } };
      return { all: [match(address(condition.side, context.family), net, condition.negated)] };
    }
    case 'set': {
      const left = address(condition.side, context.family);
      const halves = context.halves(condition.set);
      const [only, second] = halves;
      if (only !== undefined && second === undefined)
        return { all: [match(left, reference(only), condition.negated)] };
      const sets = halves.map((half) => `@${half.name}`);
      if (condition.negated) return { all: sets.map((set) => match(left, set, true)) };
      return {
        all: [],
        any: sets.map((set) => [match(left, set)]),
        none: [sets.map((set) => match(left, set, true))],
      };
    }
    case 'port-set': {
      const sets = context.halves(condition.set).map((half) => `@${half.name}`);
      const positive = sets.map((set) => [match(addressAndPort(condition.side, context.family), set)]);
      if (!condition.negated)
        return positive.length === 1 ? { all: positive.flat() } : { all: [], any: positive };
      if (context.protocol === undefined || !PORT_HEADERS.has(context.protocol))
        return { all: [], none: positive };
      return { all: sets.map((set) => match(addressAndPort(condition.side, context.family), set, true)) };
    }
    case 'ports':
      return { all: [ports(condition, context)] };
    case 'icmp':
      return icmp(condition, context.family);
    case 'any-of':
      return {
        all: [],
        any: condition.alternatives.map((alternative) => requirement(alternative, context).all),
      };
  }
}

const OF_ONE_FAMILY: ReadonlySet<string> = new Set(['ip', 'ip6', 'icmp', 'icmpv6']);

/** Do these matches fail on every packet of the other family? nft asks for the family before it loads an address. */
export function impliesFamily(matches: readonly Match[]): boolean {
  return matches.some(({ match: { left } }) => {
    const first = 'concat' in left ? left.concat[0] : left;
    return first !== undefined && 'payload' in first && OF_ONE_FAMILY.has(first.payload.protocol);
  });
}

/** Do these matches fail on every packet of another protocol? */
export function impliesProtocol(matches: readonly Match[], protocol: number): boolean {
  const header = PORT_HEADERS.get(protocol);
  return matches.some(({ match: { left } }) => 'payload' in left && left.payload.protocol === header);
}

function ports(condition: Condition & { kind: 'ports' }, context: MatchContext): Match {
  const { side, protocol, ranges, negated } = condition;
  const left = payload(PORT_HEADERS.get(protocol) ?? 'th', portField(side));
  const [only, second] = ranges;
  if (only === undefined || second !== undefined) {
    const set = portRangeSet(ranges);
    context.use(set);
    return match(left, `@${set.name}`, negated);
  }
  const range = only.first === only.last ? only.first : ({ range: [only.first, only.last] } as const);
  return match(left, range, negated);
}

/** Type and code are negated together: not (type and code). */
function icmp(condition: Condition & { kind: 'icmp' }, family: Family): Requirement {
  const field = (name: string): Expression => payload(family === 4 ? 'icmp' : 'icmpv6', name);
  const { type, code, negated } = condition;
  if (code === undefined) return { all: [match(field('type'), type, negated)] };
  const both = [match(field('type'), type), match(field('code'), code)];
  if (!negated) return { all: both };
  return {
    all: [metaMatch('l4proto', icmpProtocol(family))],
    any: [[match(field('type'), type, true)], [match(field('code'), code, true)]],
    none: [both],
  };
}

const references = new WeakMap<NftSet, string>();

/** One text for all rules that ask the set. */
function reference(set: NftSet): string {
  let text = references.get(set);
  if (text === undefined) references.set(set, (text = `@${set.name}`));
  return text;
}

const ADDRESSES: Readonly<Record<Family, Readonly<Record<SideName, Expression>>>> = {
  4: { source: payload('ip', 'saddr'), destination: payload('ip', 'daddr') },
  6: { source: payload('ip6', 'saddr'), destination: payload('ip6', 'daddr') },
};

function address(side: SideName, family: Family): Expression {
  return ADDRESSES[family][side];
}

function addressAndPort(side: SideName, family: Family): Expression {
  return { concat: [address(side, family), { meta: { key: 'l4proto' } }, payload('th', portField(side))] };
}

function portField(side: SideName): string {
  return side === 'source' ? 'sport' : 'dport';
}
