// From a configuration to an open datastore. Loads the backend that is asked for and no other: commands on files must
// not wait for HTTP/2 or a Kubernetes client.
import { resolveSrv } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { ClientConfig, EtcdConfig, Pem } from './config-types.ts';
import { DatastoreError, unavailable } from './errors.ts';
import type { EtcdSettings } from './etcd/settings.ts';
import type { Datastore } from './types.ts';

/** Rejects with a DatastoreError; whether a server is there shows the first use. */
export async function openDatastore(config: ClientConfig): Promise<Datastore> {
  switch (config.datastoreType) {
    case 'etcdv3': {
      const settings = await etcdSettings(config);
      return (await import('./etcd/index.ts')).createEtcdDatastore(settings);
    }
    case 'kubernetes':
      return (await import('./kubernetes/index.ts')).createKubernetesDatastore(config);
    case 'file':
      return (await import('./file/store/index.ts')).createFileDatastore(config);
    case 'memory':
      return (await import('./memory/index.ts')).createMemoryDatastore();
  }
}

type ResolveSrv = (name: string) => Promise<readonly { readonly name: string; readonly port: number }[]>;

/** `resolver` is for tests. */
export async function etcdSettings(
  config: EtcdConfig,
  resolver: ResolveSrv = resolveSrv,
): Promise<EtcdSettings> {
  const [ca, cert, key] = await Promise.all([
    pemText('CA certificate', config.ca),
    pemText('certificate', config.cert),
    pemText('key', config.key),
  ]);
  const given = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  try {
    createSecureContext(given);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new DatastoreError(
      'datastore/invalid',
      `the certificates or the key for etcd cannot be used${code === undefined ? '' : ` (${code})`}`,
      { hint: 'PEM is expected, and the key that belongs to the certificate' },
    );
  }
  const { username, password, tlsMinVersion, tlsCiphers } = config;
  const endpoints = config.discoverySrv ? await discover(config.discoverySrv, resolver) : config.endpoints;
  return {
    endpoints,
    ...(username && password && { username, password: password.reveal() }),
    tls: {
      ...given,
      ...(tlsMinVersion && { minVersion: tlsMinVersion }),
      ...(tlsCiphers && { ciphers: tlsCiphers }),
    },
  };
}

async function pemText(what: string, pem: Pem | undefined): Promise<string | undefined> {
  if (!pem) return undefined;
  if ('text' in pem) return pem.text.reveal();
  try {
    return await readFile(pem.file, 'utf8');
  } catch (error) {
    throw new DatastoreError('datastore/invalid', `${what} for etcd: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** As etcd's own clients look them up: those with TLS first. */
async function discover(domain: string, resolver: ResolveSrv): Promise<readonly string[]> {
  const found = await Promise.allSettled(
    (
      [
        ['https', '_etcd-client-ssl._tcp'],
        ['http', '_etcd-client._tcp'],
      ] as const
    ).map(async ([scheme, service]) =>
      (await resolver(`${service}.${domain}`)).map(({ name, port }) => `${scheme}://${name}:${port}`),
    ),
  );
  const endpoints = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (endpoints.length === 0) throw unavailable(`no SRV records for etcd in ${domain}`);
  return endpoints;
}
