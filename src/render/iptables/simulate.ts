// Test code: tables of iptables as the kernel holds them, what iptables-restore does to them commit by commit, and what
// they do to a packet. Strict: an option or target that it does not know throws.
import type { Ipset } from '../../ipsets/index.ts';
import { parseAddress, protocolName } from '../../net/index.ts';
import type { Packet, Translation } from '../../verdict/index.ts';
import type { IptablesTableName } from '../ruleset.ts';

type Chains = ReadonlyMap<string, readonly string[]>;
export type Tables = ReadonlyMap<IptablesTableName, Chains>;

const BUILT_IN: readonly (readonly [IptablesTableName, readonly string[]])[] = [
  ['raw', ['PREROUTING', 'OUTPUT']],
  ['mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']],
  ['nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']],
  ['filter', ['INPUT', 'FORWARD', 'OUTPUT']],
];

export const EMPTY: Tables = new Map(
  BUILT_IN.map(([table, chains]) => [table, new Map(chains.map((name) => [name, []]))]),
);

/** What `iptables-restore --noflush` leaves behind after each COMMIT. */
export function restore(tables: Tables, text: string): Tables[] {
  const states: Tables[] = [];
  let now = tables;
  let table: IptablesTableName = 'filter';
  let chains = new Map<string, readonly string[]>();
  const rulesOf = (name: string): readonly string[] => {
    const rules = chains.get(name);
    if (rules === undefined) throw new Error(`no chain ${name} in ${table}`);
    return rules;
  };
  for (const line of text.split('\n').filter((l) => l !== '')) {
    const [verb = '', name = ''] = line.split(' ');
    const rule = line.slice(verb.length + name.length + 2);
    if (verb.startsWith('*')) {
      table = verb.slice(1) as IptablesTableName;
      chains = new Map(now.get(table));
    } else if (verb.startsWith(':')) chains.set(verb.slice(1), []);
    else if (verb === '-A') chains.set(name, [...rulesOf(name), rule]);
    else if (verb === '-I') {
      const [, place = '1', text = ''] = /^(?:(\d+) )?(.*)$/.exec(rule) ?? [];
      chains.set(name, rulesOf(name).toSpliced(Number(place) - 1, 0, text));
    } else if (verb === '-D') {
      const at = rulesOf(name).indexOf(rule);
      if (at < 0) throw new Error(`no rule to delete: ${line}`);
      chains.set(name, rulesOf(name).toSpliced(at, 1));
    } else if (verb === '-X') {
      if (rulesOf(name).length > 0) throw new Error(`not empty: ${line}`);
      chains.delete(name);
    } else if (verb === 'COMMIT') {
      for (const target of [...chains.values()]
        .flat()
        .flatMap((r) => / -[jg] (tortie-\S+)$/.exec(` ${r}`)?.[1] ?? []))
        rulesOf(target);
      now = new Map(now).set(table, chains);
      states.push(now);
    } else throw new Error(`what is ${line}?`);
  }
  return states;
}

export interface Simulated {
  readonly verdict: 'allow' | 'deny';
  readonly mark: number;
  /** As the evaluator says it. */
  readonly translation?: Translation;
}

interface State {
  readonly tables: Tables;
  readonly ipsets: ReadonlyMap<string, Ipset>;
  mark: number;
  conntrack: NonNullable<Packet['state']>;
  translation?: Translation;
}

/** `outInterface` of the packet is where it really leaves. */
export function simulate(
  tables: Tables,
  ipsets: ReadonlyMap<string, Ipset>,
  packet: Packet,
  mark = 0,
): Simulated {
  const state: State = { tables, ipsets, mark, conntrack: packet.state ?? 'new' };
  const before = beforeDnat(packet);
  // What the host sends was routed before DNAT, and OUTPUT does not learn of it.
  const stale = before === packet ? packet : { ...packet, outInterface: 'elsewhere0' };
  const hooks: [IptablesTableName, string, Packet][] =
    packet.inInterface === undefined
      ? [
          ['raw', 'OUTPUT', before],
          ['filter', 'OUTPUT', stale],
          ['mangle', 'POSTROUTING', packet],
          ['nat', 'POSTROUTING', packet],
        ]
      : [
          ['raw', 'PREROUTING', before],
          ['mangle', 'PREROUTING', before],
          ...(packet.outInterface === undefined
            ? [['filter', 'INPUT', packet] satisfies [IptablesTableName, string, Packet]]
            : ([
                ['filter', 'FORWARD', packet],
                ['mangle', 'POSTROUTING', packet],
                ['nat', 'POSTROUTING', packet],
              ] satisfies [IptablesTableName, string, Packet][])),
        ];
  const denied = hooks.some(([table, chain, seen]) => {
    // Only the first packet of a connection comes to that table.
    if (table === 'nat' && state.conntrack !== 'new') return false;
    return run(state, table, chain, seen) === 'drop';
  });
  const { translation } = state;
  return {
    verdict: denied ? 'deny' : 'allow',
    mark: state.mark,
    ...(translation && !denied && { translation }),
  };
}

function beforeDnat(packet: Packet): Packet {
  const { originalDestination, originalDestinationPort } = packet;
  if (originalDestination === undefined) return packet;
  const port = originalDestinationPort === undefined ? {} : { destinationPort: originalDestinationPort };
  return { ...packet, destination: originalDestination, ...port };
}

type End = 'accept' | 'drop' | undefined;

/** Undefined: the end of the chain, or a return. */
function run(state: State, table: IptablesTableName, name: string, packet: Packet, depth = 0): End {
  if (depth > 15) throw new Error('jumped too deep');
  const rules = state.tables.get(table)?.get(name);
  if (rules === undefined) throw new Error(`no chain ${name} in ${table}`);
  for (const rule of rules) {
    const target = matched(rule, state, table, packet);
    if (target === undefined || target.length === 0) continue;
    const [verb, to = '', ...options] = target;
    if (to === 'ACCEPT') return 'accept';
    if (to === 'DROP') return 'drop';
    if (to === 'REJECT') {
      if (table !== 'filter') throw new Error(`REJECT in ${table}`);
      return 'drop';
    }
    if (to === 'RETURN') return undefined;
    if (to === 'LOG' || to === 'NFLOG') continue;
    if (to === 'MARK') {
      const [value = 0, mask = 0] = (options[1] ?? '').split('/').map(Number);
      state.mark = ((state.mark & ~mask) | value) >>> 0;
    } else if (to === 'MASQUERADE' || to === 'SNAT') {
      if (table !== 'nat') throw new Error(`${to} in ${table}`);
      state.translation = translationOf(options);
      return 'accept';
    } else if (to === 'CT' && options[0] === '--notrack' && table === 'raw') state.conntrack = 'untracked';
    else if (to.startsWith('tortie-')) {
      const end = run(state, table, to, packet, depth + 1);
      if (end !== undefined || verb === '-g') return end;
    } else throw new Error(`what does ${rule} do?`);
  }
  return undefined;
}

function translationOf(options: readonly string[]): Translation {
  const value = (name: string): string => options[options.indexOf(name) + 1] ?? '';
  const [address = '', range = ''] = options.includes('--to-source')
    ? value('--to-source').split(':')
    : ['', options.includes('--to-ports') ? value('--to-ports') : ''];
  const [first = 0, last = first] = range.split('-').map(Number);
  return { ...(address !== '' && { address }), ...(range !== '' && { ports: { first, last } }) };
}

/** The words of the target, if all matches hold; an empty list for a rule without one. */
function matched(
  rule: string,
  state: State,
  table: IptablesTableName,
  packet: Packet,
): readonly string[] | undefined {
  const words = [...rule.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  for (let i = 0; i < words.length; ) {
    let word = words[i++] ?? '';
    const no = word === '!';
    if (no) word = words[i++] ?? '';
    if (word === '-j' || word === '-g') return words.slice(i - 1);
    const value = words[i++] ?? '';
    if (word === '-m' || word === '--comment') continue;
    const more = word === '--match-set' ? (words[i++] ?? '') : '';
    if (holds(word, value, more, state, table, packet) === no) return undefined;
  }
  return [];
}

function holds(
  option: string,
  value: string,
  more: string,
  { mark, conntrack, ipsets }: State,
  table: IptablesTableName,
  packet: Packet,
): boolean {
  const { family, source, destination, sourcePort, destinationPort, protocol } = packet;
  switch (option) {
    case '-i':
      return named(packet.inInterface, value);
    case '-o':
      return named(packet.outInterface, value);
    case '-p':
      return value === protocolText(packet);
    // With `--validmark` for its value; that option has none.
    case '--invert':
      return packet.spoofed === true && !(family === 6 && source === 0n);
    case '-s':
      return inNet(value, family, source);
    case '-d':
      return inNet(value, family, destination);
    case '--sport':
    case '--sports':
      return inPorts(value, sourcePort);
    case '--dport':
    case '--dports':
      return inPorts(value, destinationPort);
    case '--icmp-type':
    case '--icmpv6-type': {
      const [type, code] = value.split('/').map(Number);
      return packet.icmpType === type && (code === undefined || packet.icmpCode === code);
    }
    case '--mark': {
      const [bits = 0, mask = 0] = value.split('/').map(Number);
      return (mark & mask) >>> 0 === bits;
    }
    case '--ctstate': {
      if (table === 'raw') throw new Error('a state before conntrack');
      const tracked = conntrack !== 'untracked' && conntrack !== 'invalid';
      const dnat = tracked && packet.originalDestination !== undefined ? ['DNAT'] : [];
      return [conntrack.toUpperCase(), ...dnat].some((s) => value.split(',').includes(s));
    }
    case '--match-set': {
      const set = ipsets.get(value);
      if (set === undefined) throw new Error(`no set ${value}`);
      const [address, port] = more.startsWith('src') ? [source, sourcePort] : [destination, destinationPort];
      if (set.type === 'bitmap:port') return port !== undefined && set.members.includes(String(port));
      if (set.type === 'hash:net') return set.members.some((net) => inNet(net, family, address));
      return set.members.some((member) => {
        const [ip = '', service] = member.split(',');
        return inNet(ip, family, address) && service === `${protocolName(protocol)}:${port}`;
      });
    }
    default:
      throw new Error(`what is ${option}?`);
  }
}

function protocolText({ protocol }: Packet): string {
  const names = new Map([
    [1, 'icmp'],
    [6, 'tcp'],
    [17, 'udp'],
    [58, 'icmpv6'],
    [132, 'sctp'],
  ]);
  return names.get(protocol) ?? String(protocol);
}

function named(name: string | undefined, pattern: string): boolean {
  return pattern.endsWith('+') ? (name ?? '').startsWith(pattern.slice(0, -1)) : name === pattern;
}

function inNet(net: string, family: 4 | 6, bits: bigint): boolean {
  const [text = '', length] = net.split('/');
  const address = parseAddress(text);
  if (address?.family !== family) return false;
  const width = family === 4 ? 32 : 128;
  const shift = BigInt(width - Number(length ?? width));
  return address.bits >> shift === bits >> shift;
}

function inPorts(list: string, port: number | undefined): boolean {
  return (
    port !== undefined &&
    list.split(',').some((range) => {
      const [first = -1, last = first] = range.split(':').map(Number);
      return port >= first && port <= last;
    })
  );
}
