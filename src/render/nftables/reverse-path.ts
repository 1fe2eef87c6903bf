// The strict check of sources: a packet of a workload whose source the host would look for elsewhere is dropped before
// anything else is asked. Endpoints that may spoof are found by a map, and have a chain that accepts what they may.
import type { EndpointProgram } from '../program.ts';
import type { NftChain, RuleLine } from '../ruleset.ts';
import { ACCEPT, DROP } from './actions.ts';
import { MAY_SPOOF, spoofChain } from './names.ts';
import { namedChain } from './policy-chains.ts';
import { interfaceName } from './quote.ts';
import { goto, match, payload, SPOOFED, type Match } from './statement.ts';
import { ruleLine } from './text.ts';

const SPOOFED_CHAIN = 'spoofed';

/** For the base chain. `workloads`: one match for each kind of interface that belongs to them. */
export function reversePathLines(
  workloads: readonly Match[],
  endpoints: readonly EndpointProgram[],
): RuleLine[] {
  const some = endpoints.some(({ spoofable }) => spoofable !== undefined);
  const ask = ruleLine([{ vmap: { key: { meta: { key: 'iifname' } }, data: `@${MAY_SPOOF}` } }]);
  return [...(some ? [ask] : []), ...workloads.map((one) => ruleLine([one, SPOOFED, goto(SPOOFED_CHAIN)]))];
}

export interface ReversePath {
  readonly chains: readonly NftChain[];
  /** Interface → chain. */
  readonly maySpoof: ReadonlyMap<string, string>;
}

/** What the lines above lead to. */
export function reversePathChains(endpoints: readonly EndpointProgram[]): ReversePath {
  const maySpoof = new Map<string, string>();
  const chains = endpoints.flatMap(({ endpoint, interface: name, spoofable }): NftChain[] => {
    if (spoofable === undefined) return [];
    const chain = spoofChain(interfaceName(name));
    maySpoof.set(name, chain);
    const lines = spoofable.map((net) => ruleLine([source(net), ...ACCEPT], { comment: 'may spoof' }));
    return [namedChain(chain, [...lines, ruleLine([SPOOFED, goto(SPOOFED_CHAIN)])], endpoint)];
  });
  // Whoever has no address yet asks whether the one it wants is free.
  const unspecified = ruleLine([match(payload('ip6', 'saddr'), '::'), ...ACCEPT], { comment: 'no source' });
  const drop = ruleLine(DROP, { comment: 'the route to the source leads elsewhere' });
  return { chains: [...chains, namedChain(SPOOFED_CHAIN, [unspecified, drop])], maySpoof };
}

function source(net: string): Match {
  const [addr = '', length] = net.split('/');
  const six = addr.includes(':');
  const left = payload(six ? 'ip6' : 'ip', 'saddr');
  return match(left, length === (six ? '128' : '32') ? addr : { prefix: { addr, len: Number(length) } });
}
