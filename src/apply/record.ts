// What was applied last in a network namespace, by whom and when: written by enforce, removed by clear, read by status
// and counters. Kept beside the lock, so it is gone when the rules are: after a reboot.
import { createHash } from 'node:crypto';
import type { StateFolder } from '../host/index.ts';
import type { Plan } from '../plan/types.ts';
import type { Ruleset } from '../render/ruleset.ts';
import type { RuleId } from '../resources/types.ts';
import { type KernelText, loadedDataplanes } from './kernel-text.ts';
import { parseNftTable } from './parse-nft.ts';
import { rewrittenChains } from './rewritten.ts';

/** Who applies what, for people. */
export interface About {
  readonly node: string;
  /** Files and directories as they were named. */
  readonly inputs: readonly string[];
  readonly version: string;
  readonly user: string;
}

export interface RecordedChain {
  /** The hash in the comment of its first rule. */
  readonly hash: string;
  /** When it was written last, so since when its counters count; null: before anybody took notes. */
  readonly since: string | null;
  /** The policy rule behind each of its rules, in full. */
  readonly rules: readonly (RuleId | null)[];
}

export interface AppliedRecord extends About {
  readonly dataplane: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly time: string;
  /** By `chain X` (nftables) or `filter/v4 X`. */
  readonly chains: Readonly<Record<string, RecordedChain>>;
  /** Hash of each object as the kernel shows it, to find what has changed since. */
  readonly objects: Readonly<Record<string, string>>;
  /** Our jump rules and at which end of their chain they belong. */
  readonly hooks: readonly RecordedHook[];
}

export interface RecordedHook {
  readonly table: string;
  readonly chain: string;
  readonly position: 'insert' | 'append';
  readonly text: string;
  readonly comment?: string;
}

const NAME = 'applied';

export function readRecord(state: StateFolder): AppliedRecord | undefined {
  const found = state.read(NAME) as AppliedRecord | undefined;
  return found && typeof found.time === 'string' ? found : undefined;
}

export function writeRecord(state: StateFolder, record: AppliedRecord | undefined): void {
  if (record) state.write(NAME, record);
  else state.remove(NAME);
}

/** `plan`: what was carried out; `text`: what the kernel shows now. */
export function makeRecord(
  about: About,
  wanted: Ruleset,
  {
    plan,
    text,
    before,
    time,
  }: {
    readonly plan: Plan | undefined;
    readonly text: KernelText;
    readonly before: AppliedRecord | undefined;
    readonly time: string;
  },
): AppliedRecord {
  const rewritten = rewrittenChains(plan);
  const since = (key: string, hash: string): string | null => {
    if (rewritten.has(key)) return time;
    const known = before?.chains[key];
    return known?.hash === hash ? known.since : null;
  };
  const chains = chainsOf(wanted).map(({ key, hash, rules }): [string, RecordedChain] => [
    key,
    { hash, since: since(key, hash), rules: rules.map((r) => r.rule ?? null) },
  ]);
  return {
    ...about,
    dataplane: loadedDataplanes(text).join(', '),
    pid: process.pid,
    time,
    chains: Object.fromEntries(chains),
    objects: fingerprint(text),
    hooks: hooksOf(wanted),
  };
}

/** The same record after everything of it was written anew, as a rollback does. */
export function rewrittenAt(record: AppliedRecord, time: string): AppliedRecord {
  const chains = Object.entries(record.chains).map(([key, chain]) => [key, { ...chain, since: time }]);
  return { ...record, chains: Object.fromEntries(chains) as AppliedRecord['chains'] };
}

/** All chains of a ruleset, each under the key by which records know it. */
export function chainsOf(ruleset: Ruleset) {
  if (ruleset.dialect === 'nftables') {
    return [...ruleset.chains.values()].map((chain) => ({ ...chain, key: `chain ${chain.name}` }));
  }
  return ([4, 6] as const).flatMap((family) =>
    [...ruleset.tables[family]].flatMap(([table, { chains }]) =>
      [...chains.values()].map((chain) => ({ ...chain, key: `${table}/v${family} ${chain.name}` })),
    ),
  );
}

function hooksOf(ruleset: Ruleset): RecordedHook[] {
  if (ruleset.dialect === 'nftables') return [];
  return ([4, 6] as const).flatMap((family) =>
    [...ruleset.tables[family]].flatMap(([table, { hooks }]) =>
      hooks.map(({ chain, position, rule: { text, comment } }) => ({
        table: `${table}/v${family}`,
        chain,
        position,
        text,
        ...(comment !== undefined && { comment }),
      })),
    ),
  );
}

/** A hash for each object of ours; where our hooks stand between the rules of others is compared by itself. */
export function fingerprint(text: KernelText): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  if (text.nft !== undefined) {
    const { chains, sets, maps } = parseNftTable(text.nft);
    found.set('nftables table inet tortie', '');
    for (const c of chains.values()) found.set(`nftables chain ${c.name}`, hashOf(c));
    for (const s of sets.values()) found.set(`nftables set ${s.name}`, hashOf(s));
    for (const m of maps.values()) found.set(`nftables map ${m.name}`, hashOf([m.type, ...m.elements]));
  }
  for (const backend of ['nft', 'legacy'] as const) {
    for (const family of [4, 6] as const) {
      for (const { table, chains, hooks } of text.iptables[backend][family]) {
        const place = `iptables-${backend} ${table}/v${family}`;
        for (const [name, lines] of chains) found.set(`${place} ${name}`, hashOf(lines));
        for (const [chain, rules] of hooks) {
          found.set(`${place} jumps in ${chain}`, hashOf(rules.filter((r) => r !== null)));
        }
      }
    }
  }
  const sets = new Map<string, string[]>();
  for (const line of text.ipsets.split('\n')) {
    const name = line.split(' ')[1];
    if (name !== undefined) sets.set(name, [...(sets.get(name) ?? []), line]);
  }
  for (const [name, lines] of sets) found.set(`ipset ${name}`, hashOf(lines));
  return Object.fromEntries(found);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
