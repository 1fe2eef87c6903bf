// The lowered form: a rule is a list of statements, and a statement is what nft's JSON calls so. JSON output is this
// form itself, text is printed from it (text.ts), so that the two cannot say different things. Only what we render is
// in these types; all of it is understood by nft 1.0.6.

export type Expression =
  | { readonly meta: { readonly key: 'nfproto' | 'l4proto' | 'iif' | 'iifname' | 'oifname' | 'mark' } }
  | { readonly ct: { readonly key: 'state' | 'status' } }
  | { readonly payload: { readonly protocol: string; readonly field: string } }
  | { readonly fib: { readonly result: 'oif'; readonly flags: readonly string[] } }
  | { readonly concat: readonly Expression[] }
  | { readonly '&': readonly [Expression, number] }
  | { readonly '|': readonly [Expression, number] };

export type Value =
  | string
  | number
  | readonly string[]
  | { readonly prefix: { readonly addr: string; readonly len: number } }
  | { readonly range: readonly [number, number] };

export interface Match {
  readonly match: {
    readonly op: '==' | '!=' | 'in';
    readonly left: Expression;
    readonly right: Value;
  };
}

/** One port, or a range of them, of a translated source. */
type NatPort = number | { readonly range: readonly [number, number] };

export type Statement =
  | Match
  | { readonly counter: null }
  | { readonly mangle: { readonly key: Expression; readonly value: Expression } }
  | { readonly vmap: { readonly key: Expression; readonly data: string } }
  | { readonly log: { readonly prefix: string; readonly level?: 'info'; readonly group?: number } }
  | { readonly notrack: null }
  | { readonly reject: null }
  | { readonly masquerade: { readonly port?: NatPort; readonly flags: 'fully-random' } }
  | {
      readonly snat: {
        readonly family: 'ip';
        readonly addr: string;
        readonly port?: NatPort;
        readonly flags: 'fully-random';
      };
    }
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly return: null }
  | { readonly continue: null }
  | { readonly jump: { readonly target: string } }
  | { readonly goto: { readonly target: string } };

export const COUNTER: Statement = { counter: null };
const MARK: Expression = { meta: { key: 'mark' } };

export function match(left: Expression, right: Value, negated = false): Match {
  return { match: { op: negated ? '!=' : '==', left, right } };
}

const payloads = new Map<string, Expression>();

/** A field of a header; the same object each time, since a ruleset has thousands of them. */
export function payload(protocol: string, field: string): Expression {
  const key = `${protocol} ${field}`;
  let expression = payloads.get(key);
  if (expression === undefined) payloads.set(key, (expression = { payload: { protocol, field } }));
  return expression;
}

export function metaMatch(
  key: 'nfproto' | 'l4proto' | 'iif' | 'iifname' | 'oifname',
  right: Value,
  negated = false,
): Match {
  return match(META[key], right, negated);
}

const META = {
  nfproto: { meta: { key: 'nfproto' } },
  l4proto: { meta: { key: 'l4proto' } },
  iif: { meta: { key: 'iif' } },
  iifname: { meta: { key: 'iifname' } },
  oifname: { meta: { key: 'oifname' } },
} as const;

export function ctState(...states: readonly ('established' | 'related' | 'invalid')[]): Match {
  const [only, second] = states;
  return {
    match: {
      op: 'in',
      left: { ct: { key: 'state' } },
      right: only !== undefined && second === undefined ? only : states,
    },
  };
}

/** Has the packet's connection been sent to another destination? Never for a packet without a connection. */
export const DNATED: Match = { match: { op: 'in', left: { ct: { key: 'status' } }, right: 'dnat' } };

/** Does no route to the packet's source lead back to where it came from? */
export const SPOOFED: Match = match({ fib: { result: 'oif', flags: ['saddr', 'mark', 'iif'] } }, 0);

export function jump(target: string): Statement {
  return { jump: { target } };
}

export function goto(target: string): Statement {
  return { goto: { target } };
}

/** Is the bit of the packet's mark set (or clear)? */
export function markMatch(bit: number, set: boolean): Match {
  return match({ '&': [MARK, bit] }, 0, set);
}

/** Sets or clears one bit and leaves the others as they are. */
export function setMark(bit: number, set: boolean): Statement {
  return { mangle: { key: MARK, value: set ? { '|': [MARK, bit] } : { '&': [MARK, ~bit >>> 0] } } };
}
