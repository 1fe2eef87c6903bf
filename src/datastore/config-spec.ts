// The fields of CalicoAPIConfig and the variables that stand for them (Calico's names). Texts of variables are read as
// Go reads them.
import { z } from 'zod';

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

const text = z.string();
const flag = z.union(
  [z.boolean(), z.enum(TRUE).transform(() => true), z.enum(FALSE).transform(() => false)],
  {
    error: 'true or false',
  },
);
/** Negative: without a limit, as in client-go. */
const rate = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ],
  {
    error: 'a number',
  },
);
const count = z.union(
  [
    z.int().min(0),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ],
  {
    error: 'a whole number',
  },
);

export const configSpec = z
  .strictObject({
    datastoreType: z.enum(['etcdv3', 'kubernetes', 'file'], { error: 'etcdv3, kubernetes or file' }),
    etcdEndpoints: text,
    etcdDiscoverySrv: text,
    etcdUsername: text,
    etcdPassword: text,
    etcdKeyFile: text,
    etcdCertFile: text,
    etcdCACertFile: text,
    etcdKey: text,
    etcdCert: text,
    etcdCACert: text,
    kubeconfig: text,
    kubeconfigInline: text,
    k8sAPIEndpoint: text,
    k8sKeyFile: text,
    k8sCertFile: text,
    k8sCAFile: text,
    k8sAPIToken: text,
    k8sInsecureSkipTLSVerify: flag,
    k8sDisableNodePoll: flag,
    usePodCIDR: flag,
    k8sClientQPS: rate,
    k8sClientBurst: count,
    k8sCurrentContext: text,
    calicoAPIGroup: text,
    // Not of Calico.
    filePath: text,
  })
  .partial();

export type ConfigSpec = z.infer<typeof configSpec>;

export const FIELDS: readonly string[] = Object.keys(configSpec.shape);

/** Field, and its variable; each may be given with `CALICO_` before it, which wins. */
export const ENVIRONMENT: readonly (readonly [keyof ConfigSpec, string])[] = [
  ['datastoreType', 'DATASTORE_TYPE'],
  ['etcdEndpoints', 'ETCD_ENDPOINTS'],
  ['etcdDiscoverySrv', 'ETCD_DISCOVERY_SRV'],
  ['etcdUsername', 'ETCD_USERNAME'],
  ['etcdPassword', 'ETCD_PASSWORD'],
  ['etcdKeyFile', 'ETCD_KEY_FILE'],
  ['etcdCertFile', 'ETCD_CERT_FILE'],
  ['etcdCACertFile', 'ETCD_CA_CERT_FILE'],
  ['kubeconfig', 'KUBECONFIG'],
  ['k8sAPIEndpoint', 'K8S_API_ENDPOINT'],
  ['k8sKeyFile', 'K8S_KEY_FILE'],
  ['k8sCertFile', 'K8S_CERT_FILE'],
  ['k8sCAFile', 'K8S_CA_FILE'],
  // The one that exists only in the long form.
  ['k8sAPIToken', 'CALICO_K8SAPITOKEN'],
  ['k8sInsecureSkipTLSVerify', 'K8S_INSECURE_SKIP_TLS_VERIFY'],
  ['k8sDisableNodePoll', 'K8S_DISABLE_NODE_POLL'],
  ['usePodCIDR', 'USE_POD_CIDR'],
  ['k8sClientQPS', 'K8S_CLIENT_QPS'],
  ['k8sClientBurst', 'K8S_CLIENT_BURST'],
  ['k8sCurrentContext', 'K8S_CURRENT_CONTEXT'],
  ['calicoAPIGroup', 'CALICO_API_GROUP'],
  ['filePath', 'FILE_DATASTORE_PATH'],
];
