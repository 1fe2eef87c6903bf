// All suites, in the order in which they are reported.
import { CALICO } from './calico/cases.ts';
import { CLUSTER_POLICIES } from './cluster-policies.ts';
import { CHANGES_AND_PROTOCOLS } from './e2e-changes.ts';
import { EGRESS } from './e2e-egress.ts';
import { INGRESS } from './e2e-ingress.ts';
import { GENERATED } from './generated.ts';
import { courseOf } from './kubernetes.ts';
import type { Course } from './run.ts';

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly cases: readonly Course[];
}

export const SUITES: readonly Suite[] = [
  {
    name: 'e2e',
    title: 'Kubernetes NetworkPolicy e2e',
    cases: [...INGRESS, ...EGRESS, ...CHANGES_AND_PROTOCOLS].map(courseOf),
  },
  {
    name: 'cnp',
    title: 'network-policy-api ClusterNetworkPolicy v1alpha2',
    cases: CLUSTER_POLICIES.map(courseOf),
  },
  { name: 'generated', title: 'Generated in the manner of cyclonus', cases: GENERATED.map(courseOf) },
  { name: 'calico', title: "Calico's own policy", cases: CALICO },
];
