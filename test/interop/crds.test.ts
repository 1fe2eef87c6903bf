// The generated CRDs in a real API server: it takes them, and says yes and no as our own checks do. Where both can say
// no, in the same words; what only the API server demands (or only we) is marked.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareForCreate } from '../../src/resources/api-object.ts';
import { manifest, REFUSED, VECTORS } from './crd-vectors.ts';
import { type Cluster, startCluster } from './server.ts';

const CRDS = join(import.meta.dirname, '../../deploy/crds');
const GROUP = 'crd.projectcalico.org/v1';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', CRDS]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
});
afterAll(() => cluster?.stop());

it('are all accepted whole, with nothing that the API server would drop', () => {
  const names = readdirSync(CRDS).map((file) => file.replace(/\.yaml$/, ''));
  const list = JSON.parse(cluster.kubectl(['get', 'crd', '-o', 'json'])) as {
    items: {
      metadata: { name: string };
      spec: unknown;
      status: { conditions: { type: string; status: string }[] };
    }[];
  };
  expect(list.items.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
  for (const { metadata, status } of list.items) {
    const wrong = status.conditions.filter(
      ({ type, status: is }) => type === 'NonStructuralSchema' && is === 'True',
    );
    expect([metadata.name, wrong]).toEqual([metadata.name, []]);
  }
});

it('keep whatever kinds without a schema hold', () => {
  const spec = { a: { b: [1, null, { c: '' }] } };
  create('BGPFilter', spec, 'open');
  expect(read('bgpfilters', 'open').spec).toEqual(spec);
});

it('fill in what Calico fills in, and drop what they do not know', () => {
  create('IPPool', { cidr: '10.0.0.0/16', tomorrow: 1 }, 'filled');
  expect(read('ippools', 'filled').spec).toEqual({
    cidr: '10.0.0.0/16',
    nodeSelector: 'all()',
    assignmentMode: 'Automatic',
  });
  create('Tier', {}, 'filled');
  expect(read('tiers', 'filled').spec).toEqual({ defaultAction: 'Deny' });
  create('GlobalNetworkPolicy', {}, 'filled');
  expect(read('globalnetworkpolicies', 'filled').spec).toEqual({ tier: 'default' });
  create('StagedGlobalNetworkPolicy', {}, 'filled');
  expect(read('stagedglobalnetworkpolicies', 'filled').spec).toEqual({
    tier: 'default',
    stagedAction: 'Set',
  });
  create('BGPConfiguration', {}, 'filled');
  expect(read('bgpconfigurations', 'filled').spec).toEqual({
    logSeverityScreen: 'Info',
    serviceLoadBalancerAggregation: 'Enabled',
  });
  create('FelixConfiguration', {}, 'filled');
  expect(read('felixconfigurations', 'filled').spec).toEqual({
    nftablesMode: 'Auto',
    nftablesFlowTableOffload: 'Disabled',
  });
});

it('show the columns that people look for', () => {
  create('IPPool', { cidr: '10.1.0.0/16', vxlanMode: 'Always', natOutgoing: true }, 'shown');
  const [head = '', row = ''] = cluster
    .kubectl(['get', 'ippools.crd.projectcalico.org', 'shown'])
    .split('\n');
  expect(head.split(/\s+/)).toEqual(['NAME', 'CIDR', 'VXLAN', 'IPIP', 'NAT', 'ALLOCATABLE', 'AGE']);
  expect(row.split(/\s+/).slice(0, 4)).toEqual(['shown', '10.1.0.0/16', 'Always', 'true']);
});

it('refuse that a pool moves', () => {
  create('IPPool', { cidr: '10.2.0.0/16', blockSize: 26 }, 'fixed');
  const patch = (spec: unknown) => () =>
    cluster.kubectl([
      'patch',
      'ippools.crd.projectcalico.org',
      'fixed',
      '--type=merge',
      '-p',
      JSON.stringify({ spec }),
    ]);
  const guide = 'follow IP pool migration guide to avoid corruption.';
  expect(patch({ cidr: '10.3.0.0/16' })).toThrow(`CIDR cannot be changed; ${guide}`);
  expect(patch({ blockSize: 27 })).toThrow(`Block size cannot be changed; ${guide}`);
  patch({ disabled: true })();
});

function create(kind: string, spec: unknown, name: string, ...flags: string[]): void {
  cluster.kubectl(
    ['create', '--validate=false', ...flags, '-f', '-'],
    JSON.stringify(manifest(kind, spec, name, GROUP)),
  );
}

function read(plural: string, name: string): { spec: unknown } {
  return JSON.parse(cluster.kubectl(['get', `${plural}.crd.projectcalico.org`, name, '-o', 'json'])) as {
    spec: unknown;
  };
}

/** What the API server says against it; nothing: it would take it. */
function server(kind: string, spec: unknown, name: string): string {
  try {
    create(kind, spec, name, '--dry-run=server');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function ours(kind: string, spec: unknown, name: string): string {
  const { problems } = prepareForCreate(manifest(kind, spec, name));
  return problems.map(({ message }) => message).join('\n');
}

const cases = <T extends readonly [string, object, ...unknown[]]>(table: readonly T[]) =>
  table.map((row) => [`${row[0]} ${JSON.stringify(row[1]).slice(0, 150)}`, row] as const);

describe('the API server and we', () => {
  it.each(cases(VECTORS))('agree about %s', (_name, [kind, spec, message, name = 'vector']) => {
    expect({
      server: verdict(server(kind, spec, name), message),
      ours: verdict(ours(kind, spec, name), message && unquoted(message)),
    }).toEqual({ server: '', ours: '' });
  });

  it.each(cases(REFUSED))('refuse %s', (_name, [kind, spec]) => {
    expect(server(kind, spec, 'vector')).toMatch(/is invalid|unable to decode|BadRequest/);
    expect(ours(kind, spec, 'vector')).not.toBe('');
  });
});

/** Empty when it says what is expected, or nothing and nothing is expected. */
function verdict(said: string, expected: string | undefined): string {
  return expected !== undefined && said.includes(expected) ? '' : said || (expected ? 'accepted' : '');
}

/** Numbers in a list of values are quoted by the API server alone. */
function unquoted(message: string): string {
  return message.replaceAll(/"(\d+)"/g, '$1');
}
