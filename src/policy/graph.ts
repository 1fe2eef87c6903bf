// The calculation graph, wired. Updates are filed at once; flush() does the work, in this order:
//
//   Profile ──labels──────────────┬──────────────────────────┐
//   WorkloadEndpoint, local ─▶ LocalEndpoints ◀─selectors─ Policies ◀── NetworkPolicy …
//          │                      │ classes, activity        │ active policies, rules
//          │                      ▼                          ▼
//          │                 tier lists ◀── Tiers      sets referred to ◀── Profiles (rules)
//          ▼                      │                          │
//   NetworkSet … ─▶ IpSets ◀──────┼──────────────────────────┘
//                     │ members   │
//                     ▼           ▼
//                  NodeState, one per local node ─▶ NodePolicy, NodeDelta
//                     ▲
//   FelixConfiguration, Node ─▶ FelixConfigs ─▶ Pools ◀── IPPool, Node
import type { Problem } from '../errors/problem.ts';
import { BUILTINS, type Resource, resourceKey } from '../resources/index.ts';
import type { ResourceUpdate, SyncSink, SyncStatus } from '../sync/types.ts';
import type { NodeDelta, NodePolicyDelta } from './delta.ts';
import { EndpointAssembly } from './endpoint-assembly.ts';
import { FelixConfigs } from './felix-config.ts';
import { Intake } from './intake.ts';
import { IpSets } from './ip-sets.ts';
import { LocalEndpoints } from './local-endpoints.ts';
import type { NodePolicy } from './node-policy.ts';
import { NodeState } from './node-state.ts';
import { compareText } from './order.ts';
import { Policies } from './policies.ts';
import { Pools } from './pools.ts';
import { findProblems } from './problems.ts';
import { Profiles } from './profiles.ts';
import { createSelectorCache } from './selector-cache.ts';
import { Tiers } from './tiers.ts';
import { createWorkCounters, type WorkCounters } from './work.ts';

export interface Graph extends SyncSink {
  /** The net change since the last flush, per local node; empty until the status is `in-sync` for the first time. */
  flush(): NodePolicyDelta;
  /** As of the last flush. Throws for a node that is not among the local nodes. */
  nodePolicy(node: string): NodePolicy;
  /** What only the whole shows, sorted by resource. */
  problems(): Problem[];
  readonly work: Readonly<WorkCounters>;
}

const BUILTIN: ReadonlyMap<string, Resource> = new Map(
  BUILTINS.map((resource) => [
    resourceKey(resource.kind, resource.metadata.namespace, resource.metadata.name),
    resource,
  ]),
);

/** `nodes`: the local nodes, each of which gets a NodePolicy. */
export function createGraph(options: { readonly nodes: readonly string[] }): Graph {
  const work = createWorkCounters();
  const selectors = createSelectorCache(work);
  const profiles = new Profiles(selectors);
  const configs = new FelixConfigs(selectors);
  const pools = new Pools();
  const tiers = new Tiers();
  const ipSets = new IpSets(profiles, work);
  const endpoints = new LocalEndpoints(profiles, work);
  const policies = new Policies(endpoints, selectors, work);
  const names = [...new Set(options.nodes)].sort(compareText);
  const initial = configs.resolve(names);
  const nodes = new Map(names.map((name) => [name, new NodeState(name, initial.get(name)!, ipSets)]));
  const assembly = new EndpointAssembly({ nodes, endpoints, policies, profiles, tiers, work });
  const intake = new Intake({ assembly, configs, endpoints, ipSets, policies, pools, profiles, tiers });
  for (const [key, resource] of BUILTIN) intake.put(key, resource);
  let inSync = false;

  return {
    work,
    onUpdates(updates: readonly ResourceUpdate[]): void {
      for (const { key, value } of updates) intake.put(key, value ?? BUILTIN.get(key));
    },
    onStatus(status: SyncStatus): void {
      inSync ||= status === 'in-sync';
    },
    flush(): NodePolicyDelta {
      const deltas = new Map<string, NodeDelta>();
      if (!inSync) return deltas;
      const { switched, classes, moved } = endpoints.flush();
      const applied = policies.flush(switched);
      for (const { node, key, compiled } of applied.changes) {
        const state = nodes.get(node);
        const list = compiled?.head.staged;
        state?.policies.set(key, list === false ? compiled?.value : undefined);
        state?.staged.set(key, list === true ? compiled?.value : undefined);
        state?.own(key, compiled?.sets);
      }
      for (const { node, name, compiled } of profiles.flush()) {
        nodes.get(node)?.profiles.set(name, compiled?.value);
        nodes.get(node)?.own(resourceKey('Profile', undefined, name), compiled?.sets);
      }
      assembly.flush([...classes, ...applied.classes], moved);
      const setChanges = ipSets.flush();
      const resolved = configs.resolve(names);
      for (const [name, state] of nodes) {
        const config = resolved.get(name)!;
        const masquerade = pools.resolve(config.masquerade);
        const delta = state.commit({ config, masquerade }, setChanges);
        if (!delta) continue;
        work.nodePoliciesBuilt++;
        deltas.set(name, delta);
      }
      pools.settle();
      return deltas;
    },
    nodePolicy(node: string): NodePolicy {
      const state = nodes.get(node);
      if (!state) throw new Error(`${node} is not one of the local nodes of this graph`);
      return state.value;
    },
    problems: () =>
      findProblems({ assembly, configs, intake, ipSets, policies, pools, profiles, tiers, nodes }),
  };
}
