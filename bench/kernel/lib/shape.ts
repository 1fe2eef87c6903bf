// The ruleset of Felix's nftables benchmarks, in both dialects: sets of addresses, chains of ten rules that each ask one
// set and a port, and one unconditional jump to each chain.
import type {
  Ipset,
  IptablesRuleset,
  NftChain,
  NftRuleset,
  NftSet,
  RuleLine,
  Ruleset,
} from '../../../src/render/index.ts';
import { chainHash } from '../../../src/render/index.ts';

export interface Size {
  readonly sets: number;
  readonly members: number;
  readonly chains: number;
  readonly rules: number;
}

/** Felix's three sizes. */
export const SIZES: readonly Size[] = [
  { sets: 100, members: 20, chains: 100, rules: 10 },
  { sets: 500, members: 50, chains: 500, rules: 10 },
  { sets: 2000, members: 100, chains: 2000, rules: 10 },
];

/** Not among the members of any set. */
export const ODD_MEMBER = '172.16.0.0';

const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const number = (i: number) => String(i).padStart(6, '0');
const address = (n: number) => [10, (n >> 16) & 255, (n >> 8) & 255, n & 255].join('.');
const byName = <T extends { readonly name: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [item.name, item]));

function members({ members: count }: Size, set: number): string[] {
  return list(count, (i) => address(set * count + i));
}

function chain(name: string, rules: readonly string[]) {
  const lines = rules.map((text): RuleLine => ({ text }));
  return { name, hash: chainHash(lines), rules: lines };
}

/** One shape in one dialect, and what the two single changes make of it. */
export interface Shape<R extends Ruleset> {
  readonly ruleset: R;
  /** The first set with or without `ODD_MEMBER`. */
  readonly withMember: (ruleset: R, odd: boolean) => R;
  /** The first chain as one rule for this port. */
  readonly withChain: (ruleset: R, port: number) => R;
}

export function nftShape(size: Size): Shape<NftRuleset> {
  const set = (i: number): NftSet => {
    return { name: `s${number(i)}`, type: 'ipv4_addr', interval: false, elements: members(size, i) };
  };
  const rule = (i: number, port: number) =>
    `meta l4proto tcp ip saddr @s${number(i % size.sets)} tcp dport ${port} counter return`;
  const chains = list(size.chains, (c) =>
    chain(
      `cali-pi-${number(c)}`,
      list(size.rules, (r) => rule(c * 10 + r, 1000 + r)),
    ),
  );
  const base: NftChain = {
    ...chain(
      'forward',
      chains.map(({ name }) => `jump ${name}`),
    ),
    base: { type: 'filter', hook: 'forward', priority: 0 },
  };
  const first = set(0);
  return {
    ruleset: {
      dialect: 'nftables',
      sets: byName(list(size.sets, set)),
      maps: new Map(),
      chains: byName([...chains, base]),
    },
    withMember: (ruleset, odd) => ({
      ...ruleset,
      sets: new Map(ruleset.sets).set(first.name, {
        ...first,
        elements: odd ? [...first.elements, ODD_MEMBER] : first.elements,
      }),
    }),
    withChain: (ruleset, port) => ({
      ...ruleset,
      chains: new Map(ruleset.chains).set('cali-pi-000000', chain('cali-pi-000000', [rule(0, port)])),
    }),
  };
}

export function iptablesShape(size: Size): Shape<IptablesRuleset> {
  const set = (i: number): Ipset => ({
    name: `tortie-s${number(i)}`,
    type: 'hash:net',
    family: 4,
    options: 'maxelem 1048576',
    members: members(size, i).map((member) => `${member}/32`),
    use: 'loosens',
  });
  const rule = (i: number, port: number) =>
    `-p tcp -m set --match-set tortie-s${number(i % size.sets)} src -m tcp --dport ${port} -j RETURN`;
  const chains = list(size.chains, (c) =>
    chain(
      `tortie-pi-${number(c)}`,
      list(size.rules, (r) => rule(c * 10 + r, 1000 + r)),
    ),
  );
  const all = chain(
    'tortie-FORWARD',
    chains.map(({ name }) => `-j ${name}`),
  );
  const hash = chainHash([{ text: '-j tortie-FORWARD' }]);
  const hook = { text: '-j tortie-FORWARD', comment: `tortie:${hash}` };
  const first = set(0);
  const table = (found: IptablesRuleset, changed: ReturnType<typeof chain>): IptablesRuleset => {
    const filter = found.tables[4].get('filter');
    if (filter === undefined) throw new Error('no table');
    const next = { ...filter, chains: new Map(filter.chains).set(changed.name, changed) };
    return { ...found, tables: { 4: new Map([['filter', next]]), 6: new Map() } };
  };
  const filter = {
    chains: byName([all, ...chains]),
    hooks: [{ chain: 'FORWARD', position: 'insert', rule: hook } as const],
  };
  return {
    ruleset: {
      dialect: 'iptables',
      tables: { 4: new Map([['filter', filter]]), 6: new Map() },
      ipsets: byName(list(size.sets, set)),
    },
    withMember: (found, odd) => ({
      ...found,
      ipsets: new Map(found.ipsets).set(first.name, {
        ...first,
        members: odd ? [...first.members, `${ODD_MEMBER}/32`] : first.members,
      }),
    }),
    withChain: (found, port) => table(found, chain('tortie-pi-000000', [rule(0, port)])),
  };
}
