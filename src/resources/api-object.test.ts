// Objects on their way to a store: defaults, conditions of create and update, and what a newer Calico wrote.
import { describe, expect, it } from 'vitest';
import { type ApiObject, parseResource, prepareForCreate, prepareForUpdate } from './index.ts';
import { formatPath } from '../errors/index.ts';
import type { Problem } from '../errors/problem.ts';

const API = 'projectcalico.org/v3';
const object = (kind: string, spec: unknown, metadata: object = { name: 'x', namespace: 'n' }) => ({
  apiVersion: API,
  kind,
  metadata,
  spec,
});
const global = (kind: string, spec: unknown, name = 'x') => object(kind, spec, { name });
const shown = (problems: readonly Problem[]) =>
  problems.map(({ severity, path, message }) => `${severity} ${formatPath(path ?? [])}: ${message}`);

function created(raw: unknown): ApiObject {
  const { value, problems } = prepareForCreate(raw);
  if (!value) throw new Error(shown(problems).join('\n'));
  return value;
}

describe('defaults', () => {
  const rule = { action: 'Allow' };
  it.each<[string, unknown, unknown]>([
    ['NetworkPolicy', {}, { tier: 'default', types: ['Ingress'] }],
    ['NetworkPolicy', undefined, { tier: 'default', types: ['Ingress'] }],
    ['NetworkPolicy', { egress: [rule], types: [] }, { tier: 'default', egress: [rule], types: ['Egress'] }],
    [
      'NetworkPolicy',
      { tier: 'a', ingress: [rule], egress: [rule] },
      { tier: 'a', ingress: [rule], egress: [rule], types: ['Ingress', 'Egress'] },
    ],
    ['StagedNetworkPolicy', {}, { stagedAction: 'Set', tier: 'default', types: ['Ingress'] }],
    [
      'StagedNetworkPolicy',
      { stagedAction: 'Delete', types: ['Egress'] },
      { stagedAction: 'Delete', tier: 'default' },
    ],
    ['StagedKubernetesNetworkPolicy', {}, { stagedAction: 'Set', podSelector: {} }],
  ])('%s %j', (kind, spec, expected) => {
    expect(created(object(kind, spec)).spec).toEqual(expected);
  });

  it.each<[string, unknown, unknown]>([
    ['Tier', {}, { order: 1_000_000, defaultAction: 'Deny' }],
    ['Tier', { order: 0 }, { order: 0, defaultAction: 'Deny' }],
    ['BGPConfiguration', {}, { logSeverityScreen: 'Info', serviceLoadBalancerAggregation: 'Enabled' }],
    ['NetworkSet', undefined, {}],
    [
      'FelixConfiguration',
      { bpfConnectTimeLoadBalancingEnabled: true, floatingIPs: 'Enabled' },
      {
        bpfConnectTimeLoadBalancingEnabled: true,
        bpfConnectTimeLoadBalancing: 'Enabled',
        bpfHostNetworkedNATWithoutCTLB: 'Disabled',
        bpfLogLevel: '',
        floatingIPs: 'Enabled',
        nftablesFlowTableOffload: 'Disabled',
        nftablesMode: 'Auto',
      },
    ],
    [
      'IPPool',
      { cidr: 'fd00:0::/64', allowedUses: [], blockSize: 0 },
      {
        cidr: 'fd00::/64',
        vxlanMode: 'Never',
        ipipMode: 'Never',
        blockSize: 122,
        nodeSelector: 'all()',
        allowedUses: ['Workload', 'Tunnel'],
        assignmentMode: 'Automatic',
      },
    ],
  ])('%s %j', (kind, spec, expected) => {
    const metadata = kind === 'NetworkSet' ? { name: 'x', namespace: 'n' } : { name: 'x' };
    expect(created(object(kind, spec, metadata)).spec).toEqual(expected);
  });

  it('sets the label of the tier, whatever was there', () => {
    const labels = { 'projectcalico.org/tier': 'wrong', constructor: 'a' };
    const { metadata } = created(
      object('NetworkPolicy', { tier: 'b' }, { name: 'x', namespace: 'n', labels }),
    );
    expect(metadata.labels).toEqual({ 'projectcalico.org/tier': 'b', constructor: 'a' });
  });

  it('names a workload endpoint and says where it lives', () => {
    const spec = { node: 'n-1', orchestrator: 'k8s', pod: 'p', endpoint: 'e', interfaceName: 'c' };
    expect(created(object('WorkloadEndpoint', spec, { namespace: 'prod' })).metadata).toEqual({
      name: 'n--1-k8s-p-e',
      namespace: 'prod',
      labels: { 'projectcalico.org/namespace': 'prod', 'projectcalico.org/orchestrator': 'k8s' },
    });
  });

  it('means the same as a resource that is read from a file', () => {
    const raw = object('NetworkPolicy', {
      egress: [{ action: 'Allow', protocol: '6', destination: { ports: ['80'] } }],
    });
    const read = parseResource(raw).value;
    expect(parseResource(created(raw)).value).toEqual(read);
  });

  it('changes nothing when it is done again', () => {
    const first = created(global('IPPool', { cidr: '10.0.0.0/16', natOutgoing: false }));
    expect(created(first)).toEqual(first);
  });

  it('leaves what it was given as it was', () => {
    const spec = Object.freeze({ egress: Object.freeze([]), types: Object.freeze([]) });
    const raw = Object.freeze(object('NetworkPolicy', spec, Object.freeze({ name: 'x', namespace: 'n' })));
    expect(created(raw).spec).toEqual({ tier: 'default', types: ['Ingress'] });
    expect(spec).toEqual({ egress: [], types: [] });
  });
});

describe('conditions', () => {
  const faults = (raw: unknown) => shown(prepareForCreate(raw).problems);

  it('of a creation', () => {
    expect(faults(object('NetworkPolicy', {}, { name: 'x', resourceVersion: '7' }))).toEqual([
      'error metadata.resourceVersion: field must not be set for a Create request',
      'error metadata.namespace: namespace is not specified on namespaced resource',
    ]);
    expect(faults(global('Tier', {}, ''))).toEqual(['error metadata.name: name is required']);
  });

  it('of an update', () => {
    expect(shown(prepareForUpdate(object('NetworkPolicy', {}, { name: 'x' })).problems)).toEqual([
      'error metadata.resourceVersion: field must be set for an Update request',
      'error metadata.creationTimestamp: field must be set for an Update request',
      'error metadata.uid: field must be set for an Update request',
      'error metadata.namespace: namespace is not specified on namespaced resource',
    ]);
  });

  it('tells all problems at once, each with its resource', () => {
    const { value, problems } = prepareForCreate(
      global(
        'BGPPeer',
        { node: 'a', nodeSelector: 'b ==', peerIP: '192.0.2.1:0', ttlSecurity: 256, nod: 1 },
        'X',
      ),
    );
    expect(value).toBeUndefined();
    expect(shown(problems).sort()).toEqual([
      "error metadata.name: name must consist of lower case alphanumeric characters, '-' or '.'",
      'error spec.nod: unknown field "nod"',
      'error spec.nodeSelector: node and nodeSelector cannot both be set',
      'error spec.nodeSelector: unexpected end of selector, expected string',
      'error spec.peerIP: invalid address of a peer',
      'error spec.ttlSecurity: must be at most 255',
    ]);
    expect(new Set(problems.map(({ resource }) => resource))).toEqual(new Set(['BGPPeer/X']));
  });

  it('never loses host bits of a pool to the canonical form', () => {
    expect(faults(global('IPPool', { cidr: '10.71.0.5/16' }))).toEqual([
      'error spec.cidr: IPPool CIDR is not strictly masked',
    ]);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { apiVersion: API, kind: 'Tire', metadata: { name: 'x' } },
    { apiVersion: API, kind: 'Tier', metadata: 7, spec: 'x' },
  ])('survives %j', (raw) => {
    expect(prepareForCreate(raw).value).toBeUndefined();
    expect(prepareForUpdate(raw).value).toBeUndefined();
  });

  it.each([
    'NetworkPolicy',
    'StagedGlobalNetworkPolicy',
    'IPPool',
    'FelixConfiguration',
    'WorkloadEndpoint',
    'Tier',
  ])('refuses a %s of wrong types, and does not stumble over them', (kind) => {
    const spec = {
      types: 1,
      ingress: 'x',
      tier: [],
      cidr: 7,
      allowedUses: {},
      order: '1',
      stagedAction: 3,
      node: {},
    };
    expect(prepareForCreate(object(kind, spec, { name: 'x', labels: 'no' })).value).toBeUndefined();
  });
});

describe('fields of a newer Calico', () => {
  const metadata = {
    name: 'x',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const spec = {
    tier: 'default',
    tomorrow: { a: null },
    ingress: [{ action: 'Allow', soon: 1 }],
    types: ['Ingress'],
  };

  it('are refused in what is new', () => {
    expect(shown(prepareForCreate(object('NetworkPolicy', spec)).problems)).toEqual([
      'error spec.ingress[0].soon: unknown field "soon"',
      'error spec.tomorrow: unknown field "tomorrow"',
    ]);
  });

  it('are kept in an update, with a warning', () => {
    const { value, problems } = prepareForUpdate(object('NetworkPolicy', spec, metadata));
    expect(value?.spec).toEqual({ ...spec, tomorrow: {} });
    expect(shown(problems)).toEqual([
      'warning spec.ingress[0].soon: unknown field "soon"',
      'warning spec.tomorrow: unknown field "tomorrow"',
    ]);
    expect(
      prepareForUpdate(object('NetworkPolicy', spec, metadata), { unknownFields: 'refuse' }).value,
    ).toBeUndefined();
  });
});
