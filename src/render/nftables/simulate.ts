// Test code: what the kernel does with a ruleset and a packet, after nft(8), over the lowered statements. Strict: a
// match that loads what a packet does not have fails, negated or not; anything that it does not know throws.
import { formatAddress, IntervalSet, parsePrefix, protocolName } from '../../net/index.ts';
import type { Packet, Translation } from '../../verdict/index.ts';
import type { NftChain, NftRuleset, NftSet, RuleLine } from '../ruleset.ts';
import type { Expression, Match, Statement, Value } from './statement.ts';

export interface Simulated {
  readonly verdict: 'allow' | 'deny';
  /** Rule ids, in the order of logging. */
  readonly logged: readonly string[];
  /** The packet's mark afterwards. */
  readonly mark: number;
  /** As the evaluator says it. */
  readonly translation?: Translation;
}

type Loaded = string | number | readonly (string | number)[] | undefined;

const NAMES: ReadonlyMap<string, number> = new Map([
  ['mld-listener-query', 130],
  ['mld-listener-report', 131],
  ['mld-listener-done', 132],
  ['nd-router-solicit', 133],
  ['nd-router-advert', 134],
  ['nd-neighbor-solicit', 135],
  ['nd-neighbor-advert', 136],
]);

const CONNTRACK_PRIORITY = -200;
const DNAT_PRIORITY = -100;

export function simulate(ruleset: NftRuleset, packet: Packet, mark = 0): Simulated {
  const state: State = { mark, logged: [], conntrack: packet.state ?? 'new', tracked: false };
  const denied = basesOf(ruleset, packet).some(({ name, base }) => {
    const { hook = '', priority = 0, type } = base ?? {};
    // Only the first packet of a connection comes to a chain of this type.
    if (type === 'nat' && state.conntrack !== 'new') return false;
    state.tracked = priority > CONNTRACK_PRIORITY;
    const early = hook === 'prerouting' || (hook === 'output' && priority < DNAT_PRIORITY);
    const verdict = walk(ruleset, name, early ? beforeDnat(packet) : packet, state);
    if (verdict === 'reject' && hook === 'postrouting') throw new Error('no reject in postrouting');
    return verdict !== 'accept';
  });
  const { translation } = state;
  return {
    verdict: denied ? 'deny' : 'allow',
    logged: state.logged,
    mark: state.mark,
    ...(translation && !denied && { translation }),
  };
}

function basesOf(ruleset: NftRuleset, { inInterface, outInterface }: Packet): NftChain[] {
  const hooks =
    inInterface === undefined
      ? ['output', 'postrouting']
      : ['prerouting', ...(outInterface === undefined ? ['input'] : ['forward', 'postrouting'])];
  return hooks.flatMap((hook) =>
    [...ruleset.chains.values()]
      .filter((chain) => chain.base?.hook === hook)
      .sort((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0)),
  );
}

function beforeDnat(packet: Packet): Packet {
  const { originalDestination, originalDestinationPort } = packet;
  if (originalDestination === undefined) return packet;
  const port = originalDestinationPort === undefined ? {} : { destinationPort: originalDestinationPort };
  return { ...packet, destination: originalDestination, ...port };
}

interface State {
  mark: number;
  readonly logged: string[];
  conntrack: NonNullable<Packet['state']>;
  /** Has the packet passed conntrack? */
  tracked: boolean;
  translation?: Translation;
}

function walk(ruleset: NftRuleset, base: string, packet: Packet, state: State): 'accept' | 'drop' | 'reject' {
  const stack = [{ chain: base, next: 0 }];
  while (stack.length > 0) {
    const frame = stack[stack.length - 1]!;
    const chain = ruleset.chains.get(frame.chain);
    if (chain === undefined) throw new Error(`no chain ${frame.chain}`);
    const rule = chain.rules[frame.next++];
    const verdict = rule === undefined ? { return: null } : runRule(ruleset, rule, packet, state);
    if (verdict === undefined) continue;
    if ('accept' in verdict) return 'accept';
    if ('drop' in verdict) return 'drop';
    if ('reject' in verdict) return 'reject';
    if ('return' in verdict) stack.pop();
    else if ('goto' in verdict) stack.splice(-1, 1, { chain: verdict.goto.target, next: 0 });
    else if ('jump' in verdict) stack.push({ chain: verdict.jump.target, next: 0 });
    if (stack.length > 40) throw new Error('jumped too deep');
  }
  return 'accept';
}

function runRule(ruleset: NftRuleset, rule: RuleLine, packet: Packet, state: State): Statement | undefined {
  for (const statement of (rule.expr ?? []) as readonly Statement[]) {
    if ('match' in statement) {
      if (!holds(ruleset, statement, packet, state)) return undefined;
    } else if ('mangle' in statement) {
      state.mark = load(statement.mangle.value, packet, state) as number;
    } else if ('log' in statement) {
      state.logged.push(rule.rule ?? '');
    } else if ('notrack' in statement) {
      if (state.tracked) throw new Error('notrack behind conntrack');
      state.conntrack = 'untracked';
    } else if ('vmap' in statement) {
      const key = load(statement.vmap.key, packet, state);
      const found = ruleset.maps.get(statement.vmap.data.slice(1))?.elements.get(String(key));
      if (found !== undefined) return { goto: { target: found.replace('goto ', '') } };
    } else if ('masquerade' in statement || 'snat' in statement) {
      const nat = 'snat' in statement ? statement.snat : statement.masquerade;
      state.translation = translationOf(nat);
      return { accept: null };
    } else if (!('counter' in statement) && !('continue' in statement)) {
      return statement;
    }
  }
  return undefined;
}

function translationOf({
  addr,
  port,
}: {
  readonly addr?: string;
  readonly port?: number | { readonly range: readonly [number, number] };
}): Translation {
  const [first, last] = typeof port === 'number' ? [port, port] : (port?.range ?? []);
  return {
    ...(addr !== undefined && { address: addr }),
    ...(first !== undefined && last !== undefined && { ports: { first, last } }),
  };
}

function holds(ruleset: NftRuleset, { match }: Match, packet: Packet, state: State): boolean {
  const left = load(match.left, packet, state);
  return left !== undefined && equals(ruleset, left, match.right, packet) === (match.op !== '!=');
}

function load(expression: Expression, packet: Packet, state: State): Loaded {
  if ('meta' in expression) {
    switch (expression.meta.key) {
      case 'nfproto':
        return packet.family === 4 ? 'ipv4' : 'ipv6';
      case 'l4proto':
        return packet.protocol;
      // Zero when there is none.
      case 'iif':
        return packet.inInterface === undefined ? 0 : 1;
      case 'iifname':
        return packet.inInterface;
      case 'oifname':
        return packet.outInterface;
      case 'mark':
        return state.mark;
    }
  }
  if ('ct' in expression) {
    if (!state.tracked) throw new Error('ct before conntrack');
    if (expression.ct.key === 'state') return state.conntrack;
    // Without a connection there is nothing to load.
    if (state.conntrack === 'untracked' || state.conntrack === 'invalid') return undefined;
    return packet.originalDestination === undefined ? '' : 'dnat';
  }
  if ('fib' in expression) return packet.spoofed === true ? 0 : 1;
  if ('concat' in expression) {
    const parts = expression.concat.map((part) => load(part, packet, state));
    return parts.includes(undefined) ? undefined : (parts as (string | number)[]);
  }
  if ('&' in expression)
    return ((load(expression['&'][0], packet, state) as number) & expression['&'][1]) >>> 0;
  if ('|' in expression)
    return ((load(expression['|'][0], packet, state) as number) | expression['|'][1]) >>> 0;
  const { protocol, field } = expression.payload;
  const { family } = packet;
  switch (`${protocol} ${field}`) {
    case 'ip saddr':
    case 'ip6 saddr':
      return (protocol === 'ip') === (family === 4)
        ? formatAddress({ family, bits: packet.source })
        : undefined;
    case 'ip daddr':
    case 'ip6 daddr':
      return (protocol === 'ip') === (family === 4)
        ? formatAddress({ family, bits: packet.destination })
        : undefined;
    case 'icmp type':
    case 'icmpv6 type':
      return isIcmp(protocol, packet) ? packet.icmpType : undefined;
    case 'icmp code':
    case 'icmpv6 code':
      return isIcmp(protocol, packet) ? packet.icmpCode : undefined;
    default:
      if (protocol !== 'th' && protocolName(packet.protocol) !== protocol) return undefined;
      return field === 'sport' ? packet.sourcePort : packet.destinationPort;
  }
}

function isIcmp(protocol: string, packet: Packet): boolean {
  return protocol === 'icmp'
    ? packet.family === 4 && packet.protocol === 1
    : packet.family === 6 && packet.protocol === 58;
}

function equals(ruleset: NftRuleset, left: NonNullable<Loaded>, right: Value, packet: Packet): boolean {
  if (typeof right === 'string' && right.startsWith('@')) {
    const set = ruleset.sets.get(right.slice(1));
    if (set === undefined) throw new Error(`no set ${right}`);
    return contains(set, left, packet);
  }
  if (typeof right === 'string' && right.endsWith('*')) return String(left).startsWith(right.slice(0, -1));
  if (typeof right === 'object') {
    if ('prefix' in right) return inPrefix(`${right.prefix.addr}/${right.prefix.len}`, String(left));
    if ('range' in right) return Number(left) >= right.range[0] && Number(left) <= right.range[1];
    return right.includes(String(left));
  }
  return left === right || (typeof right === 'string' && NAMES.get(right) === left);
}

function contains(set: NftSet, left: NonNullable<Loaded>, packet: Packet): boolean {
  if (typeof left === 'object') {
    const [address, , port] = left;
    return set.elements.includes(`${address} . ${protocolName(packet.protocol)} . ${port}`);
  }
  if (set.type === 'inet_service') {
    return set.elements.some((element) => {
      const [first = 0, last = first] = element.split('-').map(Number);
      return Number(left) >= first && Number(left) <= last;
    });
  }
  if (set.type === 'icmpv6_type') return set.elements.some((element) => NAMES.get(element) === left);
  if (!set.interval) return set.elements.includes(String(left));
  return set.elements.some((element) => inPrefix(element, String(left)));
}

function inPrefix(prefix: string, address: string): boolean {
  const [outer, inner] = [parsePrefix(prefix), parsePrefix(address)];
  if (outer === undefined || inner === undefined) throw new Error(`${prefix} or ${address} is no prefix`);
  return IntervalSet.of([outer.prefix]).has({ family: inner.prefix.family, bits: inner.prefix.bits });
}
