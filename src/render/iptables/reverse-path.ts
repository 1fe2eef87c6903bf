// The strict check of sources, in raw: a packet of a workload whose source the host would look for elsewhere is dropped
// before anything else is asked. The entry has a hook of its own, beside that of untracked policy; everything below it is
// named by its content, so that an old and a new check can stand side by side (src/plan/between-sources.ts).
import { textHash } from '../hash.ts';
import type { EndpointProgram, Program } from '../program.ts';
import type { ChainText, RuleLine } from '../ruleset.ts';
import { chain, CHAIN_PREFIX, hook } from './chain.ts';
import { dispatchChains, type Leaf } from './dispatch.ts';
import type { HostTable } from './hosts.ts';
import { interfaceName, interfacePrefix } from './quote.ts';
import { workloadsOf } from './workloads.ts';
import type { Family } from '../../net/index.ts';

export const REVERSE_PATH = 'tortie-reverse-path';
/** Begins the names of all chains below the entry. */
export const SOURCES_PREFIX = 'tortie-src-';

/** The kernel takes no REJECT in raw, so what is denied is dropped whatever is configured. */
const DROP_SPOOFED: RuleLine = {
  text: '-m rpfilter --invert --validmark -j DROP',
  comment: 'the route to the source leads elsewhere',
};

export function reversePathTable(program: Program, family: Family): HostTable {
  const { prefixes, others } = workloadsOf(program);
  const own = program.endpoints.flatMap((endpoint) => spoofer(endpoint, family));
  const identity = JSON.stringify(own.map(({ leaf, chain: to }) => [leaf.interface, to.name]));
  const root = `${SOURCES_PREFIX.slice(CHAIN_PREFIX.length)}${textHash(identity).slice(0, 8)}`;
  const tree = dispatchChains(
    { root, option: '-i', end: DROP_SPOOFED },
    own.map(({ leaf }) => leaf),
  );
  const names = [
    ...prefixes.map((prefix) => interfacePrefix(prefix)),
    ...others.map((endpoint) => interfaceName(endpoint.interface)),
  ];
  const entry = chain(
    REVERSE_PATH,
    names.map((name) => ({ text: `-i ${name} -j ${CHAIN_PREFIX}${root}` })),
  );
  const leaves = new Map(own.map(({ chain: to }) => [to.name, to]));
  return {
    chains: [entry, ...tree, ...leaves.values()],
    hooks: [hook('PREROUTING', program.config.chainInsertMode, REVERSE_PATH)],
    lists: [],
  };
}

/** Shared by all endpoints that may spoof the same. */
function spoofer(
  { endpoint, interface: name, spoofable }: EndpointProgram,
  family: Family,
): { readonly leaf: Leaf; readonly chain: ChainText }[] {
  const nets = spoofable?.filter((net) => net.includes(':') === (family === 6)) ?? [];
  if (nets.length === 0) return [];
  const target = `${SOURCES_PREFIX}${textHash(nets.join(' ')).slice(0, 16)}`;
  const rules = nets.map((net): RuleLine => ({ text: `-s ${net} -j RETURN`, comment: 'may spoof' }));
  return [{ leaf: { interface: name, target, endpoint }, chain: chain(target, [...rules, DROP_SPOOFED]) }];
}
