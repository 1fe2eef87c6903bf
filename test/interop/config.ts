// How a test's cluster is reached.
import type { KubernetesConfig } from '../../src/datastore/config.ts';
import type { Cluster } from './server.ts';

export const configOf = (cluster: Cluster, user: 'admin' | 'nobody' = 'admin'): KubernetesConfig => ({
  datastoreType: 'kubernetes',
  kubeconfig: [cluster.kubeconfig(user)],
  insecureSkipTlsVerify: false,
  disableNodePoll: false,
  usePodCidr: false,
});
