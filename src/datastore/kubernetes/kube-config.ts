// Where the API server is and who we are, in Calico's order of preference: an inline kubeconfig, files (merged, the first
// wins), an endpoint with its own credentials, the pod's service account. Loads the client library, which is large.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesConfig } from '../config-types.ts';
import { DatastoreError, invalidField } from '../errors.ts';

export async function loadKubeConfig(config: KubernetesConfig): Promise<KubeConfig> {
  const library = await import('@kubernetes/client-node');
  const loaded = new library.KubeConfig();
  const [first, ...others] = config.kubeconfig;
  if (config.kubeconfigInline) {
    reading('kubeconfigInline', () => loaded.loadFromString(config.kubeconfigInline?.reveal() ?? ''));
  } else if (first !== undefined) {
    const read = (file: string) => {
      const more = new library.KubeConfig();
      reading(file, () => more.loadFromFile(file));
      return more;
    };
    // As kubectl: of several files, those that are not there say nothing.
    const there = others.length === 0 ? [first] : config.kubeconfig.filter((file) => existsSync(file));
    for (const file of there.length === 0 ? [first] : there) add(loaded, read(file));
  } else if (config.apiEndpoint === undefined) {
    if (!process.env['KUBERNETES_SERVICE_HOST'])
      throw new DatastoreError(
        'datastore/invalid',
        'no Kubernetes API is named: there is no kubeconfig, and this is no pod',
        { hint: 'name one with KUBECONFIG, or another datastore with DATASTORE_TYPE' },
      );
    reading("the pod's service account", () => loaded.loadFromCluster());
  }
  if (config.currentContext !== undefined) {
    if (!loaded.getContextObject(config.currentContext))
      throw invalidField('k8sCurrentContext', config.currentContext, 'no such context in the kubeconfig');
    loaded.setCurrentContext(config.currentContext);
  }
  await override(loaded, config);
  // Without TLS there is nothing to verify; the library wants that said.
  loaded.clusters = loaded.clusters.map((cluster) =>
    cluster.server?.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  if (!loaded.getCurrentCluster()?.server)
    throw new DatastoreError('datastore/invalid', 'the kubeconfig names no cluster for its current context', {
      hint: 'see KUBECONFIG and --context',
    });
  return loaded;
}

/** Of several clusters, users or contexts of one name the first counts; the library throws there. */
function add(loaded: KubeConfig, more: KubeConfig): void {
  const join = <T extends { readonly name: string }>(all: readonly T[] = [], others: readonly T[] = []) => [
    ...all,
    ...others.filter(({ name }) => !all.some((known) => known.name === name)),
  ];
  loaded.clusters = join(loaded.clusters, more.clusters);
  loaded.users = join(loaded.users, more.users);
  loaded.contexts = join(loaded.contexts, more.contexts);
  loaded.setCurrentContext(loaded.currentContext || more.currentContext);
}

/** What is given besides a kubeconfig wins over what it says. */
async function override(loaded: KubeConfig, config: KubernetesConfig): Promise<void> {
  const { apiEndpoint, caFile, certFile, keyFile, token, insecureSkipTlsVerify } = config;
  const given = [apiEndpoint, caFile, certFile, keyFile, token].some((value) => value !== undefined);
  if (!given && !insecureSkipTlsVerify) return;
  const cluster = loaded.getCurrentCluster();
  const user = loaded.getCurrentUser();
  loaded.loadFromClusterAndUser(
    {
      ...cluster,
      name: cluster?.name ?? 'given',
      server: apiEndpoint ?? cluster?.server ?? '',
      skipTLSVerify: insecureSkipTlsVerify || (cluster?.skipTLSVerify ?? false),
      ...(caFile !== undefined && { caFile: '', caData: await base64('k8sCAFile', caFile) }),
    },
    {
      ...user,
      name: user?.name ?? 'given',
      ...(certFile !== undefined && { certFile: '', certData: await base64('k8sCertFile', certFile) }),
      ...(keyFile !== undefined && { keyFile: '', keyData: await base64('k8sKeyFile', keyFile) }),
      ...(token !== undefined && { token: token.reveal() }),
    },
  );
}

/** The library's messages can quote the file, and so a secret: only which one it was is told. */
function reading(source: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    const reason = typeof code === 'string' ? code : 'not a kubeconfig';
    throw new DatastoreError('datastore/invalid', `cannot read ${source}: ${reason}`, {
      hint: 'see KUBECONFIG; in a pod a service account is needed',
    });
  }
}

async function base64(field: string, file: string): Promise<string> {
  try {
    return (await readFile(file)).toString('base64');
  } catch (error) {
    throw invalidField(field, file, (error as NodeJS.ErrnoException).code ?? 'cannot be read');
  }
}
