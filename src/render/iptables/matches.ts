// Conditions → matches of iptables. A kernel rule is a conjunction, and some options stand in it only once; so the
// conditions of a rule become the matches that one kernel rule can hold, and the *choices* left over: lists of
// alternatives, one of which must hold, for which block.ts makes chains.
import type { Ipset } from '../../ipsets/index.ts';
import { type Family, icmpProtocol } from '../../net/index.ts';
import type { Condition } from '../program.ts';
import { portMatches } from './ports.ts';

export interface Match {
  /** Of matches with one slot, a kernel rule holds only one. */
  readonly slot?: '-p' | '-s' | '-d';
  readonly text?: string;
  /** The kernel rule must name this protocol for the match to be taken. */
  readonly protocol?: number;
  /** A look-up in a set costs many times what other matches do, so it stands behind them. */
  readonly lookUp?: true;
}

/** What lowering needs to know of the sets: their kernel names; it is told of port sets made on the way. */
export interface SetNames {
  netSet(id: string, family: Family): string;
  portSet(set: Ipset): void;
}

export interface LoweredConditions {
  /** All hold, in one kernel rule. */
  readonly all: readonly Match[];
  /** Each: alternatives, every one a conjunction. */
  readonly choices: readonly (readonly (readonly Match[])[])[];
}

export function lowerConditions(
  conditions: readonly Condition[],
  family: Family,
  sets: SetNames,
): LoweredConditions {
  const all: Match[] = [];
  const choices: Match[][][] = [];
  for (const condition of conditions) {
    const options = alternatives(condition, family, sets);
    const [only] = options;
    if (options.length === 1 && only?.every(({ slot }) => !slot || !all.some((m) => m.slot === slot))) {
      all.push(...only);
    } else if (options.length > 0) {
      choices.push(options);
    }
  }
  return { all, choices };
}

/** The text of one kernel rule's matches, the protocol first. The matches must fit together. */
export function matchText(matches: readonly Match[]): string {
  const protocol = matches.find((m) => m.protocol !== undefined)?.protocol;
  const texts = protocol === undefined ? [] : [`-p ${protocolText(protocol)}`];
  const lookUps: string[] = [];
  for (const { slot, text, lookUp } of matches) {
    // A protocol that a match needs stands already; the program never asks for two different ones.
    if (text === undefined || (slot === '-p' && protocol !== undefined)) continue;
    (lookUp ? lookUps : texts).push(text);
  }
  return [...texts, ...lookUps].join(' ');
}

/** Alternatives, each a conjunction. */
function alternatives(condition: Condition, family: Family, sets: SetNames): Match[][] {
  switch (condition.kind) {
    case 'protocol': {
      const text = protocolText(condition.protocol);
      if (!condition.negated) return [[{ slot: '-p', protocol: condition.protocol }]];
      return [[{ slot: '-p', text: `! -p ${text}` }]];
    }
    case 'net': {
      const slot = condition.side === 'source' ? '-s' : '-d';
      return [[{ slot, text: `${condition.negated ? '! ' : ''}${slot} ${condition.net}` }]];
    }
    case 'set':
    case 'port-set': {
      const side = condition.side === 'source' ? 'src' : 'dst';
      const name = sets.netSet(condition.set, family);
      const flags = condition.kind === 'set' ? side : `${side},${side}`;
      return [
        [{ lookUp: true, text: `-m set ${condition.negated ? '! ' : ''}--match-set ${name} ${flags}` }],
      ];
    }
    case 'ports':
      return portMatches(condition, (set) => sets.portSet(set));
    case 'icmp': {
      const { type, code, negated } = condition;
      const value = code === undefined ? `${type}` : `${type}/${code}`;
      const no = negated ? '! ' : '';
      const text =
        family === 4 ? `-m icmp ${no}--icmp-type ${value}` : `-m icmp6 ${no}--icmpv6-type ${value}`;
      return [[{ protocol: icmpProtocol(family), text }]];
    }
    case 'any-of':
      return condition.alternatives.flatMap((c) => alternatives(c, family, sets));
  }
}

/** Names that every version of iptables has built in; the others as numbers, since /etc/protocols may be missing. */
const PROTOCOL_TEXT: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmpv6'],
  [132, 'sctp'],
]);

function protocolText(protocol: number): string {
  return PROTOCOL_TEXT.get(protocol) ?? `${protocol}`;
}
