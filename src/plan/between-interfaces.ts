// Which interfaces of workloads a filter table knows. It denies what comes from or goes to any other one of the same
// prefixes, even where the connection is established: the one denial behind raw and mangle that does not ask conntrack.
import type { IptablesTable } from '../render/ruleset.ts';

/** Chains that lead from an interface to the list of an endpoint, whatever their place in the tree. */
const DISPATCH = /^tortie-(?:FORWARD|(?:from|to)-(?:workload|other)(?:\/.*)?)$/;
const LEADS = /(?:^| )(-[io] \S+) -[jg] tortie-\S+$/;

/** Errs on the side of telling them apart: a tree that branches elsewhere is taken for other interfaces. */
export function sameInterfaces(a: IptablesTable | undefined, b: IptablesTable | undefined): boolean {
  return a === b || known(a) === known(b);
}

function known(table: IptablesTable | undefined): string {
  const chains = [...(table?.chains.values() ?? [])].filter(({ name }) => DISPATCH.test(name));
  const all = chains.flatMap(({ rules }) => rules.flatMap(({ text }) => LEADS.exec(text)?.[1] ?? []));
  return [...new Set(all)].toSorted().join('\n');
}
