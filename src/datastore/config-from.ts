// From the fields of CalicoAPIConfig to what opens a datastore: which one, and what excludes or needs what.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigSpec } from './config-spec.ts';
import type { ClientConfig, EtcdConfig, KubernetesConfig, Pem } from './config-types.ts';
import { cipherList } from './config-ciphers.ts';
import { DatastoreError } from './errors.ts';
import { secret } from './secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Naming = (field: keyof ConfigSpec) => string;

/** `name`: what a field is called where it was given. Throws `datastore/invalid`. */
export function configFrom(spec: ConfigSpec, env: Environment, name: Naming): ClientConfig {
  const type = spec.datastoreType ?? (spec.etcdEndpoints ? 'etcdv3' : 'kubernetes');
  if (type === 'file') {
    if (spec.filePath) return { datastoreType: 'file', path: spec.filePath };
    throw new DatastoreError('datastore/invalid', `no directory: set ${name('filePath')}`);
  }
  return type === 'etcdv3' ? etcdConfig(spec, env, name) : kubernetesConfig(spec, env);
}

function etcdConfig(spec: ConfigSpec, env: Environment, name: Naming): EtcdConfig {
  const endpoints = (spec.etcdEndpoints ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  const problems: string[] = [];
  const [list, srv] = [name('etcdEndpoints'), name('etcdDiscoverySrv')];
  if (endpoints.length > 0 && spec.etcdDiscoverySrv) problems.push(`${list} and ${srv} exclude each other`);
  if (endpoints.length === 0 && !spec.etcdDiscoverySrv)
    problems.push(`no etcd endpoints: set ${list} or ${srv}`);
  for (const url of endpoints) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
      problems.push(`${list}: every endpoint is a URL such as https://10.0.0.1:2379`);
    else if (parsed.username || parsed.password)
      problems.push(
        `${list}: no credentials in URLs, set ${name('etcdUsername')} and ${name('etcdPassword')}`,
      );
  }
  const pem = (file: keyof ConfigSpec, inline: keyof ConfigSpec): Pem | undefined => {
    const [path, text] = [spec[file], spec[inline]];
    if (path && text) problems.push(`${name(file)} and ${name(inline)} exclude each other`);
    if (text) return { text: secret(String(text)) };
    return path ? { file: String(path) } : undefined;
  };
  const ca = pem('etcdCACertFile', 'etcdCACert');
  const cert = pem('etcdCertFile', 'etcdCert');
  const key = pem('etcdKeyFile', 'etcdKey');
  if (!cert !== !key) problems.push(`${name('etcdCertFile')} and ${name('etcdKeyFile')} go together`);
  const inline = [ca, cert, key].filter((part) => part !== undefined).map((part) => 'text' in part);
  if (inline.includes(true) && inline.includes(false))
    problems.push('certificates are given either as files or inline, not both');
  const version = env['TLS_MIN_VERSION'];
  if (version && version !== '1.2' && version !== '1.3') problems.push('TLS_MIN_VERSION: 1.2 or 1.3');
  const ciphers = cipherList(env['TLS_CIPHER_SUITES'] ?? '', problems);
  if (problems.length > 0) throw new DatastoreError('datastore/invalid', problems.join('; '));
  const { etcdUsername: username, etcdPassword: password, etcdDiscoverySrv: discoverySrv } = spec;
  return {
    datastoreType: 'etcdv3',
    endpoints,
    ...(discoverySrv && { discoverySrv }),
    ...(username && password && { username, password: secret(password) }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(version && { tlsMinVersion: version === '1.3' ? 'TLSv1.3' : 'TLSv1.2' }),
    ...(ciphers && { tlsCiphers: ciphers }),
  };
}

function kubernetesConfig(spec: ConfigSpec, env: Environment): KubernetesConfig {
  const given = (spec.kubeconfig ?? '').split(':').filter((path) => path !== '');
  const home = join(env['HOME'] ?? '/', '.kube/config');
  const useHome =
    given.length === 0 && !spec.kubeconfigInline && !spec.k8sAPIEndpoint && env['HOME'] && existsSync(home);
  return {
    datastoreType: 'kubernetes',
    kubeconfig: useHome ? [home] : given,
    insecureSkipTlsVerify: spec.k8sInsecureSkipTLSVerify ?? false,
    disableNodePoll: spec.k8sDisableNodePoll ?? false,
    usePodCidr: spec.usePodCIDR ?? false,
    ...(spec.kubeconfigInline && { kubeconfigInline: secret(spec.kubeconfigInline) }),
    ...(spec.k8sCurrentContext && { currentContext: spec.k8sCurrentContext }),
    ...(spec.k8sAPIEndpoint && { apiEndpoint: spec.k8sAPIEndpoint }),
    ...(spec.k8sKeyFile && { keyFile: spec.k8sKeyFile }),
    ...(spec.k8sCertFile && { certFile: spec.k8sCertFile }),
    ...(spec.k8sCAFile && { caFile: spec.k8sCAFile }),
    ...(spec.k8sAPIToken && { token: secret(spec.k8sAPIToken) }),
    // 0 is as good as nothing, as in Calico.
    ...(spec.k8sClientQPS && { qps: spec.k8sClientQPS }),
    ...(spec.k8sClientBurst && { burst: spec.k8sClientBurst }),
    ...(spec.calicoAPIGroup && { apiGroup: spec.calicoAPIGroup }),
  };
}
