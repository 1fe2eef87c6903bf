// What is known of a datastore before it is opened (config.ts finds it out, open.ts uses it).
import type { Secret } from './secret.ts';

/** PEM text, or the file that holds it. */
export type Pem = { readonly file: string } | { readonly text: Secret };

export interface EtcdConfig {
  readonly datastoreType: 'etcdv3';
  readonly endpoints: readonly string[];
  /** Domain whose SRV records name the endpoints; exactly one of the two is given. */
  readonly discoverySrv?: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly ca?: Pem;
  /** Both or neither. */
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly tlsMinVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** In OpenSSL's words; absent: what this version of node prefers. */
  readonly tlsCiphers?: string;
}

export interface KubernetesConfig {
  readonly datastoreType: 'kubernetes';
  /** Files to merge, the first wins. Empty: `apiEndpoint`, or the pod's own service account. */
  readonly kubeconfig: readonly string[];
  /** Wins over the files. */
  readonly kubeconfigInline?: Secret;
  readonly currentContext?: string;
  /** Wins over what a kubeconfig says, as do the next ones. */
  readonly apiEndpoint?: string;
  readonly keyFile?: string;
  readonly certFile?: string;
  readonly caFile?: string;
  readonly token?: Secret;
  readonly insecureSkipTlsVerify: boolean;
  /** Requests a second, and how many at once; both absent, or `qps` negative: no limit. Watches are not counted. */
  readonly qps?: number;
  readonly burst?: number;
  readonly disableNodePoll: boolean;
  readonly usePodCidr: boolean;
  /** `projectcalico.org/v3` for the native resources; absent: found out. */
  readonly apiGroup?: string;
}

export interface MemoryConfig {
  readonly datastoreType: 'memory';
}

/** A directory of YAML and JSON. */
export interface FileConfig {
  readonly datastoreType: 'file';
  readonly path: string;
}

export type ClientConfig = EtcdConfig | KubernetesConfig | MemoryConfig | FileConfig;
