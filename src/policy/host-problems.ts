// Warnings about host endpoints: those that count for nothing, and policy that reaches none of them.
import { type Problem, problem } from '../errors/problem.ts';
import type { HostFacts } from './host-facts.ts';
import { hostInterfaces, interfacesOf, isWorkloadInterface } from './interfaces.ts';
import type { HostEndpoint, NodePolicy } from './node-policy.ts';

const ALL_INTERFACES = '*';

/** What shows without the host itself. Over all local nodes, since a policy may have its effect on another one. */
export function hostEndpointProblems(policies: Iterable<NodePolicy>): Problem[] {
  const all = [...policies];
  return [...all.flatMap((policy) => interfaceProblems(policy, undefined)), ...untrackedProblems(all)];
}

/** What only the host's own interfaces and addresses show. */
export function hostFactsProblems(policy: NodePolicy, facts: HostFacts): Problem[] {
  const known = new Set(interfaceProblems(policy, undefined).map(({ message }) => message));
  const found = interfaceProblems(policy, facts).filter(({ message }) => !known.has(message));
  return [...found, ...absenceProblems(policy, facts)];
}

function interfaceProblems(policy: NodePolicy, facts: HostFacts | undefined): Problem[] {
  const { named, any } = hostInterfaces(policy, facts);
  const found: Problem[] = [];
  for (const endpoint of policy.hostEndpoints.values()) {
    for (const name of interfacesOf(endpoint, facts)) {
      if (name !== ALL_INTERFACES && isWorkloadInterface(policy, name)) {
        const message = `${endpoint.id} is for ${name} of ${policy.node}, which belongs to a workload, and counts for nothing there`;
        found.push(warning('policy/host-workload-interface', message, endpoint));
      }
      const winner = name === ALL_INTERFACES ? any : named.get(name);
      if (winner === undefined || winner.id === endpoint.id) continue;
      const message = `${winner.id} has the same interface ${name} on ${policy.node}, and is used instead of ${endpoint.id}`;
      found.push(warning('policy/shared-interface', message, endpoint));
    }
  }
  return found;
}

function absenceProblems(policy: NodePolicy, facts: HostFacts): Problem[] {
  const present = new Set(facts.interfaces.map(({ name }) => name));
  return [...policy.hostEndpoints.values()].flatMap((endpoint) => {
    const { interfaceName, expectedAddresses } = endpoint;
    if (interfaceName === undefined) {
      if (interfacesOf(endpoint, facts).length > 0) return [];
      const addresses = expectedAddresses.map((net) => net.slice(0, net.indexOf('/'))).join(', ');
      const message = `no interface of ${policy.node} has one of the addresses ${addresses}: this host endpoint polices nothing`;
      return [warning('policy/expected-addresses', message, endpoint)];
    }
    if (interfaceName === ALL_INTERFACES || present.has(interfaceName)) return [];
    const message = `${policy.node} has no interface ${interfaceName} now; it is policed as soon as it has`;
    return [warning('policy/absent-interface', message, endpoint)];
  });
}

/** Untracked policy on `*` would reach the packets of workloads: it has no effect there, as in Calico. */
function untrackedProblems(policies: readonly NodePolicy[]): Problem[] {
  const onAll = new Set<string>();
  const onNamed = new Set<string>();
  for (const { hostEndpoints } of policies) {
    for (const { interfaceName, lists } of hostEndpoints.values()) {
      const keys = interfaceName === ALL_INTERFACES ? onAll : onNamed;
      for (const { ingress, egress } of lists.untracked)
        for (const key of [...ingress, ...egress]) keys.add(key);
    }
  }
  const idle = [...onAll].filter((key) => !onNamed.has(key));
  return idle.map((key) =>
    problem('policy/untracked-all-interfaces', 'only host endpoints for all interfaces (*) match', {
      severity: 'warning',
      resource: key,
      path: ['spec', 'doNotTrack'],
      hint: 'untracked policy has no effect there; name the interface in a host endpoint',
    }),
  );
}

function warning(code: string, message: string, { id, interfaceName }: HostEndpoint): Problem {
  const path = ['spec', interfaceName === undefined ? 'expectedIPs' : 'interfaceName'];
  return problem(code, message, { severity: 'warning', resource: id, path });
}
