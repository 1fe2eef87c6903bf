// All suites, in the order in which they are reported.
import type { Case } from './cluster.ts';
import { CLUSTER_POLICIES } from './cluster-policies.ts';
import { CHANGES_AND_PROTOCOLS } from './e2e-changes.ts';
import { EGRESS } from './e2e-egress.ts';
import { INGRESS } from './e2e-ingress.ts';
import { GENERATED } from './generated.ts';

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly cases: readonly Case[];
}

export const SUITES: readonly Suite[] = [
  {
    name: 'e2e',
    title: 'Kubernetes NetworkPolicy e2e',
    cases: [...INGRESS, ...EGRESS, ...CHANGES_AND_PROTOCOLS],
  },
  { name: 'cnp', title: 'network-policy-api ClusterNetworkPolicy v1alpha2', cases: CLUSTER_POLICIES },
  { name: 'generated', title: 'Generated in the manner of cyclonus', cases: GENERATED },
];
