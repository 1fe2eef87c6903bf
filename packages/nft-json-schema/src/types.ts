// The JSON of nftables (`nft -j`), as discriminated types: every command, statement and expression is an object with
// exactly one key, its tag. Liberal where versions differ: flags are a scalar or an array (nft 1.1.4 prints one-element
// arrays as scalars), `|` takes two or more operands.

export type OneOrMany<T> = T | readonly T[];
export type Family = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

export interface Document {
  readonly nftables: readonly Item[];
}

/** One entry of a document: the header, a command, or (in listings) a bare object. */
export type Item = { readonly metainfo: Metainfo } | Command | ListedObject;

export interface Metainfo {
  readonly version?: string;
  readonly release_name?: string;
  readonly json_schema_version?: number;
}

export type Command =
  | { readonly add: ListedObject }
  | { readonly create: ListedObject }
  | { readonly insert: ListedObject }
  | { readonly replace: ListedObject }
  | { readonly delete: ListedObject }
  | { readonly destroy: ListedObject }
  | { readonly flush: ListedObject | { readonly ruleset: null } }
  | { readonly list: ListedObject | { readonly ruleset: null } };

export type ListedObject =
  | { readonly table: Table }
  | { readonly chain: Chain }
  | { readonly rule: Rule }
  | { readonly set: Set }
  | { readonly map: Map }
  | { readonly element: Element }
  | { readonly counter: NamedCounter }
  | { readonly quota: NamedQuota }
  | { readonly limit: NamedLimit }
  | { readonly secmark: Secmark }
  | { readonly flowtable: Flowtable }
  | { readonly 'ct helper': Opaque }
  | { readonly 'ct timeout': Opaque }
  | { readonly 'ct expectation': Opaque }
  | { readonly synproxy: Opaque };

/** Accepted as it is, not described further. */
export type Opaque = Readonly<Record<string, unknown>>;

export interface Table {
  readonly family: Family;
  readonly name?: string;
  readonly handle?: number;
  readonly flags?: OneOrMany<string>;
  readonly comment?: string;
}

interface InTable {
  readonly family: Family;
  readonly table: string;
  readonly handle?: number;
  readonly comment?: string;
}

export interface Chain extends InTable {
  readonly name?: string;
  readonly newname?: string;
  readonly type?: string;
  readonly hook?: string;
  readonly prio?: number | string;
  readonly dev?: OneOrMany<string>;
  readonly policy?: 'accept' | 'drop';
}

export interface Rule extends InTable {
  readonly chain: string;
  readonly index?: number;
  /** In a listing, the text of a statement for which nft has no JSON. */
  readonly expr?: readonly (Statement | string)[];
}

export interface Set extends InTable {
  readonly name: string;
  readonly type?: OneOrMany<string> | { readonly typeof: Expression };
  readonly policy?: 'performance' | 'memory';
  readonly flags?: OneOrMany<string>;
  readonly elem?: OneOrMany<Expression | readonly Expression[]>;
  readonly timeout?: number;
  readonly 'gc-interval'?: number;
  readonly size?: number;
  readonly 'auto-merge'?: boolean;
  readonly stmt?: readonly Statement[];
}

/** Elements are pairs: `[key, value]`. */
export interface Map extends Set {
  readonly map?: OneOrMany<string> | { readonly typeof: Expression };
}

export interface Element extends InTable {
  readonly name: string;
  readonly elem: OneOrMany<Expression | readonly Expression[]>;
}

export interface NamedCounter extends InTable {
  readonly name: string;
  readonly packets?: number;
  readonly bytes?: number;
}

export interface NamedQuota extends InTable {
  readonly name: string;
  readonly bytes?: number;
  readonly used?: number;
  readonly inv?: boolean;
}

export interface NamedLimit extends InTable {
  readonly name: string;
  readonly rate?: number;
  readonly rate_unit?: string;
  readonly per?: string;
  readonly burst?: number;
  readonly burst_unit?: string;
  readonly unit?: string;
  readonly inv?: boolean;
}

export interface Secmark extends InTable {
  readonly name: string;
  readonly context?: string;
}

export interface Flowtable extends InTable {
  readonly name?: string;
  readonly hook?: string;
  readonly prio?: number | string;
  readonly dev?: OneOrMany<string>;
  readonly flags?: OneOrMany<string>;
}

export type Verdict =
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly continue: null }
  | { readonly return: null }
  | { readonly jump: { readonly target: string } }
  | { readonly goto: { readonly target: string } };

export type Statement =
  | Verdict
  | { readonly match: Match }
  | { readonly counter: { readonly packets?: number; readonly bytes?: number } | string | null }
  | { readonly mangle: { readonly key: Expression; readonly value: Expression } }
  | { readonly reset: Expression }
  | { readonly log: Log | null }
  | { readonly limit: Limit | string }
  | {
      readonly quota:
        | {
            readonly val: number;
            readonly val_unit?: string;
            readonly used?: number;
            readonly used_unit?: string;
            readonly inv?: boolean;
          }
        | string;
    }
  | { readonly 'ct count': { readonly val: number; readonly inv?: boolean } }
  | { readonly reject: { readonly type?: string; readonly expr?: Expression } | null }
  | { readonly snat: Nat | null }
  | { readonly dnat: Nat | null }
  | { readonly masquerade: Nat | null }
  | { readonly redirect: Nat | null }
  | { readonly notrack: null }
  | { readonly vmap: { readonly key: Expression; readonly data: Expression } }
  | {
      readonly set: {
        readonly op: string;
        readonly elem: Expression;
        readonly set: string;
        readonly stmt?: readonly Statement[];
      };
    }
  | {
      readonly map: {
        readonly op: string;
        readonly elem: Expression;
        readonly data: Expression;
        readonly map: string;
      };
    }
  | { readonly tproxy: { readonly family?: string; readonly addr?: Expression; readonly port?: Expression } }
  | { readonly flow: { readonly op: string; readonly flowtable: string } }
  | { readonly queue: Opaque | null }
  | { readonly dup: Opaque }
  | { readonly fwd: Opaque }
  | { readonly last: Opaque | null }
  | { readonly meter: Opaque }
  | { readonly 'ct helper': string }
  | { readonly 'ct timeout': string }
  | { readonly 'ct expectation': string }
  | { readonly synproxy: Opaque | string | null }
  /** iptables-nft tables appear with it. */
  | { readonly xt: Opaque | null };

export interface Match {
  readonly op: '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in';
  readonly left: Expression;
  readonly right: Expression;
}

export interface Log {
  readonly prefix?: string;
  readonly group?: number;
  readonly snaplen?: number;
  readonly 'queue-threshold'?: number;
  readonly level?: string;
  readonly flags?: OneOrMany<string>;
}

export interface Limit {
  readonly rate: number;
  readonly rate_unit?: string;
  readonly per: string;
  readonly burst?: number;
  readonly burst_unit?: string;
  readonly inv?: boolean;
}

export interface Nat {
  readonly family?: string;
  readonly addr?: Expression;
  readonly port?: Expression;
  readonly flags?: OneOrMany<string>;
  readonly type_flags?: OneOrMany<string>;
}

export type Expression = string | number | boolean | readonly Expression[] | TaggedExpression;

export type TaggedExpression =
  | Verdict
  | { readonly payload: Payload }
  | { readonly meta: { readonly key: string } }
  | { readonly ct: { readonly key: string; readonly dir?: string; readonly family?: string } }
  | { readonly rt: { readonly key: string; readonly family?: string } }
  | { readonly socket: { readonly key: string } }
  | { readonly fib: { readonly result: string; readonly flags?: OneOrMany<string> } }
  | { readonly prefix: { readonly addr: Expression; readonly len: number } }
  | { readonly range: readonly [Expression, Expression] }
  | { readonly concat: readonly Expression[] }
  | { readonly set: OneOrMany<Expression | readonly Expression[]> }
  | { readonly map: { readonly key: Expression; readonly data: Expression } }
  | {
      readonly elem: {
        readonly val: Expression;
        readonly timeout?: number;
        readonly expires?: number;
        readonly comment?: string;
        readonly counter?: { readonly packets: number; readonly bytes: number };
      };
    }
  | { readonly '&': readonly Expression[] }
  | { readonly '|': readonly Expression[] }
  | { readonly '^': readonly Expression[] }
  | { readonly '<<': readonly Expression[] }
  | { readonly '>>': readonly Expression[] }
  | { readonly 'tcp option': Opaque }
  | { readonly 'ip option': Opaque }
  | { readonly 'sctp chunk': Opaque }
  | { readonly 'dccp option': Opaque }
  | { readonly exthdr: Opaque }
  | { readonly numgen: Opaque }
  | { readonly jhash: Opaque }
  | { readonly symhash: Opaque }
  | { readonly osf: Opaque }
  | { readonly ipsec: Opaque };

export type Payload =
  | { readonly protocol: string; readonly field: string }
  | { readonly base: 'll' | 'nh' | 'th' | 'ih'; readonly offset: number; readonly len: number };
