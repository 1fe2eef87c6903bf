// Where a datastore's connection comes from, what is refused, and that no secret comes out.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientConfig, loadClientConfig } from './config.ts';
import { DatastoreError } from './errors.ts';
import { etcdSettings, openDatastore } from './open.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tortie-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(spec: string, head = 'apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\n') {
  const path = join(dir, 'calicoctl.cfg');
  writeFileSync(path, `${head}spec:\n${spec}`);
  return path;
}

const fromFile = (spec: string, head?: string) => loadClientConfig({ path: file(spec, head), env: {} });

function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof DatastoreError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the environment', () => {
  test('etcd', () => {
    const env = { DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: 'http://10.0.0.1:2379, https://10.0.0.2:2379' };
    expect(loadClientConfig({ env })).toEqual({
      datastoreType: 'etcdv3',
      endpoints: ['http://10.0.0.1:2379', 'https://10.0.0.2:2379'],
    });
  });

  test('the long name wins over the short one', () => {
    const env = { ETCD_ENDPOINTS: 'http://a:2379', CALICO_ETCD_ENDPOINTS: 'http://b:2379' };
    expect(loadClientConfig({ env })).toMatchObject({ endpoints: ['http://b:2379'] });
  });

  test('endpoints alone mean etcd, nothing at all means Kubernetes', () => {
    expect(loadClientConfig({ env: { ETCD_ENDPOINTS: 'http://a:2379' } }).datastoreType).toBe('etcdv3');
    expect(loadClientConfig({ env: {} })).toEqual({
      datastoreType: 'kubernetes',
      kubeconfig: [],
      insecureSkipTlsVerify: false,
      disableNodePoll: false,
      usePodCidr: false,
    });
  });

  test('Kubernetes', () => {
    const env = {
      DATASTORE_TYPE: 'kubernetes',
      KUBECONFIG: '/a:/b',
      K8S_API_ENDPOINT: 'https://api:6443',
      CALICO_K8SAPITOKEN: 'hush',
      K8S_INSECURE_SKIP_TLS_VERIFY: 'T',
      K8S_CLIENT_QPS: '7.5',
      CALICO_API_GROUP: 'projectcalico.org/v3',
    };
    const config = loadClientConfig({ env });
    expect(config).toMatchObject({
      kubeconfig: ['/a', '/b'],
      apiEndpoint: 'https://api:6443',
      insecureSkipTlsVerify: true,
      qps: 7.5,
      apiGroup: 'projectcalico.org/v3',
    });
    expect(config.datastoreType === 'kubernetes' && config.token?.reveal()).toBe('hush');
  });

  test.each([
    [
      { K8S_CLIENT_QPS: '-1', K8S_CLIENT_BURST: '10' },
      { qps: -1, burst: 10 },
    ],
    [{ K8S_CLIENT_QPS: '0', K8S_CLIENT_BURST: '0' }, {}],
  ])('the rate of requests: %o', (env, rate) => {
    const { qps, burst } = loadClientConfig({ env }) as { qps?: number; burst?: number };
    expect({ qps, burst }).toEqual(rate);
  });

  test.each([
    [
      'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256',
      // Go's list says nothing about TLS 1.3.
      'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-CHACHA20-POLY1305:AES128-GCM-SHA256',
    ],
    ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
    ['', undefined],
  ])('TLS_CIPHER_SUITES=%s', async (TLS_CIPHER_SUITES, ciphers) => {
    const config = loadClientConfig({ env: { ETCD_ENDPOINTS: 'https://a:1', TLS_CIPHER_SUITES } });
    if (config.datastoreType !== 'etcdv3') throw new Error('not etcd');
    expect((await etcdSettings(config)).tls?.ciphers).toBe(ciphers);
  });

  test('the kubeconfig at home is taken when nothing else is given', () => {
    mkdirSync(join(dir, '.kube'), { recursive: true });
    writeFileSync(join(dir, '.kube/config'), '');
    const HOME = dir;
    expect(loadClientConfig({ env: { HOME } })).toMatchObject({ kubeconfig: [join(dir, '.kube/config')] });
    expect(loadClientConfig({ env: { HOME, K8S_API_ENDPOINT: 'https://a' } })).toMatchObject({
      kubeconfig: [],
    });
  });

  test.each([
    [{ DATASTORE_TYPE: 'etcd' }, 'DATASTORE_TYPE: etcdv3, kubernetes or file'],
    [{ DATASTORE_TYPE: 'etcdv3' }, 'no etcd endpoints: set ETCD_ENDPOINTS or ETCD_DISCOVERY_SRV'],
    [
      { ETCD_ENDPOINTS: '10.0.0.1:2379' },
      'ETCD_ENDPOINTS: every endpoint is a URL such as https://10.0.0.1:2379',
    ],
    [
      { ETCD_ENDPOINTS: 'http://a:1', ETCD_DISCOVERY_SRV: 'b' },
      'ETCD_ENDPOINTS and ETCD_DISCOVERY_SRV exclude each other',
    ],
    [{ ETCD_ENDPOINTS: 'http://a:1', ETCD_CERT_FILE: '/c' }, 'ETCD_CERT_FILE and ETCD_KEY_FILE go together'],
    [{ ETCD_ENDPOINTS: 'http://a:1', TLS_MIN_VERSION: '1.1' }, 'TLS_MIN_VERSION: 1.2 or 1.3'],
    [{ USE_POD_CIDR: 'yes' }, 'USE_POD_CIDR: true or false'],
    [{ K8S_CLIENT_QPS: 'fast' }, 'K8S_CLIENT_QPS: a number'],
    [{ K8S_CLIENT_BURST: '1.5' }, 'K8S_CLIENT_BURST: a whole number'],
    [
      {
        ETCD_ENDPOINTS: 'http://a:1',
        TLS_CIPHER_SUITES: 'TLS_AES_128_GCM_SHA256, ECDHE-RSA-AES128-SHA,TLS_AES_256_GCM_SHA',
      },
      'TLS_CIPHER_SUITES: "ECDHE-RSA-AES128-SHA" is no cipher suite that Calico knows; ' +
        'TLS_CIPHER_SUITES: "TLS_AES_256_GCM_SHA" is no cipher suite that Calico knows, did you mean TLS_AES_256_GCM_SHA384?',
    ],
  ])('%o is refused', (env, message) => {
    expect(refusal(() => loadClientConfig({ env }))).toBe(message);
  });
});

describe('the file', () => {
  test('etcd, and the environment is not looked at', () => {
    const path = file(
      '  datastoreType: etcdv3\n  etcdEndpoints: http://a:2379\n  etcdUsername: root\n  etcdPassword: hush\n  etcdKeyFile:\n',
    );
    const config = loadClientConfig({ path, env: { ETCD_CA_CERT_FILE: '/x', DATASTORE_TYPE: 'kubernetes' } });
    expect(config).toMatchObject({ datastoreType: 'etcdv3', endpoints: ['http://a:2379'], username: 'root' });
    expect(config).not.toHaveProperty('ca');
    expect(config.datastoreType === 'etcdv3' && config.password?.reveal()).toBe('hush');
  });

  test.each([
    [
      '',
      'apiVersion: projectcalico.org/v1\nkind: CalicoAPIConfig\n',
      "invalid config file: unknown APIVersion 'projectcalico.org/v1'",
    ],
    [
      '',
      'apiVersion: projectcalico.org/v3\nkind: Config\n',
      "invalid config file: expected kind 'CalicoAPIConfig', got 'Config'",
    ],
  ])('%s another head is refused', (spec, head, message) => {
    expect(refusal(() => fromFile(spec, head))).toBe(message);
  });

  test('what is misspelt is named, and what was meant', () => {
    expect(refusal(() => fromFile('  etcdEndpoint: http://a:2379\n'))).toContain(
      "unknown field 'spec.etcdEndpoint', did you mean 'etcdEndpoints'?",
    );
  });

  test('one that is not there', () => {
    const path = join(dir, 'nosuch.cfg');
    expect(refusal(() => loadClientConfig({ path, env: {} }))).toBe(`Error reading config file: ${path}`);
  });

  test('inline certificates and files do not mix', () => {
    const spec = '  etcdEndpoints: https://a:1\n  etcdCACertFile: /ca\n  etcdCert: c\n  etcdKey: k\n';
    expect(refusal(() => fromFile(spec))).toBe('certificates are given either as files or inline, not both');
  });
});

describe('secrets', () => {
  const SECRET = 'hush-hush';
  const config = (): ClientConfig =>
    fromFile(`  etcdEndpoints: https://a:1\n  etcdUsername: u\n  etcdPassword: ${SECRET}\n`);

  test('are in no text that is made of a configuration', () => {
    const value = config();
    expect(JSON.stringify(value)).not.toContain(SECRET);
    expect(inspect(value, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  test.each([
    `  etcdEndpoints: https://a:1\n  etcdPassword: [${SECRET}]\n`,
    `  etcdEndpoints: https://a:1\n  etcdPassword: "${SECRET}\n`,
    `  etcdEndpoints: https://u:${SECRET}@a:1\n`,
    `  etcdEndpoints: https://a:1\n  etcdCert: ${SECRET}\n`,
    `  etcdEndpoints: https://a:1\n  etcdPassword: ${SECRET}\n  nosuch: ${SECRET}\n`,
  ])('are in no error: %#', (spec) => {
    expect(refusal(() => fromFile(spec))).not.toContain(SECRET);
  });

  test('are in no error of opening', async () => {
    const bad = fromFile(`  etcdEndpoints: https://a:1\n  etcdCert: ${SECRET}\n  etcdKey: ${SECRET}\n`);
    const error = await openDatastore(bad).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatastoreError);
    expect((error as DatastoreError).message).toMatch(/^the certificates or the key for etcd cannot be used/);
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
  });
});

test('endpoints are discovered by SRV records, those with TLS first', async () => {
  const asked: string[] = [];
  const resolver = async (name: string) => {
    asked.push(name);
    if (name.startsWith('_etcd-client-ssl')) return [{ name: 'a.example', port: 2379 }];
    throw new Error('ENOTFOUND');
  };
  const config = { datastoreType: 'etcdv3', endpoints: [], discoverySrv: 'example.org' } as const;
  expect((await etcdSettings(config, resolver)).endpoints).toEqual(['https://a.example:2379']);
  expect(asked).toEqual(['_etcd-client-ssl._tcp.example.org', '_etcd-client._tcp.example.org']);
  const nothing = etcdSettings(config, async () => []);
  await expect(nothing).rejects.toThrow('no SRV records for etcd in example.org');
});

test('a file that is not there', async () => {
  const config = fromFile('  etcdEndpoints: https://a:1\n  etcdCACertFile: /nosuch/ca.crt\n');
  await expect(openDatastore(config)).rejects.toThrow(/^CA certificate for etcd: ENOENT.*nosuch/);
});

describe('a directory', () => {
  test('is named by a field or a variable of its own', async () => {
    const env = { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: dir };
    const config = loadClientConfig({ env });
    expect(config).toEqual({ datastoreType: 'file', path: dir });
    expect(fromFile(`  datastoreType: file\n  filePath: ${dir}\n`)).toEqual(config);
    const store = await openDatastore(config);
    expect(store.type).toBe('file');
    await store.close();
  });

  test('has to be named', () => {
    expect(refusal(() => loadClientConfig({ env: { DATASTORE_TYPE: 'file' } }))).toBe(
      'no directory: set FILE_DATASTORE_PATH',
    );
  });
});

describe('what is chosen on a command line', () => {
  test('wins over a file', () => {
    const path = file('  datastoreType: etcdv3\n  etcdEndpoints: http://a:2379\n  k8sCurrentContext: old\n');
    expect(loadClientConfig({ path, env: {}, chosen: { datastoreType: 'kubernetes' } })).toMatchObject({
      datastoreType: 'kubernetes',
      currentContext: 'old',
    });
    const chosen = { datastoreType: 'kubernetes', k8sCurrentContext: 'new' } as const;
    expect(loadClientConfig({ path, env: {}, chosen })).toMatchObject({ currentContext: 'new' });
  });

  test('wins over the environment, and says which variable it lacks', () => {
    const env = { CALICO_DATASTORE_TYPE: 'kubernetes' };
    const etcd = { env, chosen: { datastoreType: 'etcdv3' } } as const;
    expect(refusal(() => loadClientConfig(etcd))).toContain('set ETCD_ENDPOINTS');
  });
});
