import { describe, expect, it } from 'vitest';
import { faults, parsed, raw } from './testing.ts';

describe('defaults of the typed client', () => {
  const rule = { action: 'Allow' };
  it.each<[Record<string, unknown>, string[]]>([
    [{}, ['Ingress']],
    [{ ingress: [], egress: [] }, ['Ingress']],
    [{ ingress: [rule] }, ['Ingress']],
    [{ egress: [rule] }, ['Egress']],
    [{ ingress: [rule], egress: [rule] }, ['Ingress', 'Egress']],
    [{ ingress: [rule], types: ['Egress'] }, ['Egress']],
    [{ egress: [rule], types: [] }, ['Egress']],
  ])('types of %j', (spec, types) => {
    expect(parsed(raw('NetworkPolicy', spec), 'NetworkPolicy').spec.types).toEqual(types);
  });

  it('fills in tier, tier label and namespace', () => {
    const policy = parsed(raw('NetworkPolicy', { tier: '' }), 'NetworkPolicy');
    expect(policy.spec.tier).toBe('default');
    expect(policy.metadata.namespace).toBe('default');
    expect([...(policy.metadata.labels ?? [])]).toEqual([['projectcalico.org/tier', 'default']]);
  });

  it('fills in order and action of tiers', () => {
    expect(parsed(raw('Tier', {}), 'Tier').spec).toEqual({ order: 1_000_000, defaultAction: 'Deny' });
  });

  it('makes the pool canonical', () => {
    const { spec } = parsed(raw('IPPool', { cidr: 'fd00:0::/64' }), 'IPPool');
    expect(spec).toMatchObject({
      cidr: 'fd00::/64',
      blockSize: 122,
      allowedUses: ['Workload', 'Tunnel'],
      nodeSelector: 'all()',
    });
  });

  it('drops the types of a staged deletion', () => {
    const spec = { stagedAction: 'Delete', types: ['Egress'] };
    expect(parsed(raw('StagedNetworkPolicy', spec), 'StagedNetworkPolicy').spec.types).toEqual([]);
  });

  it('reads Felix enums in any case', () => {
    const spec = {
      iptablesFilterDenyAction: 'reject',
      defaultEndpointToHostAction: 'RETURN',
      nftablesFilterAllowAction: '',
    };
    expect(parsed(raw('FelixConfiguration', spec), 'FelixConfiguration').spec).toMatchObject({
      iptablesFilterDenyAction: 'Reject',
      defaultEndpointToHostAction: 'Return',
      nftablesFilterAllowAction: undefined,
      bpfConnectTimeLoadBalancing: 'TCP',
    });
  });

  it('takes null fields as absent', () => {
    const spec = { selector: null, ingress: null, tier: null };
    expect(parsed(raw('NetworkPolicy', spec), 'NetworkPolicy').spec.selector).toBeUndefined();
    expect(parsed({ ...raw('Tier', {}), spec: null }, 'Tier').spec.order).toBe(1_000_000);
  });
});

describe('labels', () => {
  const endpoint = (labels: unknown) =>
    raw(
      'WorkloadEndpoint',
      { node: 'n-1', orchestrator: 'k8s', pod: 'p', endpoint: 'e', interfaceName: 'c' },
      { namespace: 'prod', labels },
    );

  it('of a workload cannot claim what is inherited or the cluster knows', () => {
    const given = { 'pcns.a': 'x', 'pcsa.a': 'x', 'projectcalico.org/namespace': 'other', pcnsa: 'y' };
    const { metadata } = parsed(endpoint(given), 'WorkloadEndpoint');
    expect(metadata.name).toBe('n--1-k8s-p-e');
    expect([...(metadata.labels ?? [])]).toEqual([
      ['pcnsa', 'y'],
      ['projectcalico.org/namespace', 'prod'],
      ['projectcalico.org/orchestrator', 'k8s'],
    ]);
  });

  it('may be called like parts of JavaScript', () => {
    const { metadata } = parsed(
      endpoint({ constructor: 'a', toString: 'b', hasOwnProperty: '' }),
      'WorkloadEndpoint',
    );
    expect(metadata.labels?.get('constructor')).toBe('a');
    expect(metadata.labels?.get('toString')).toBe('b');
    expect(metadata.labels?.get('valueOf')).toBeUndefined();
  });

  it('may not begin with an underscore, as in Kubernetes: __proto__ is refused, not lost', () => {
    const labels: unknown = JSON.parse('{"__proto__": "x"}');
    expect(faults(endpoint(labels))).toEqual(['metadata.labels.__proto__: invalid label name "__proto__"']);
  });

  it('without a value are empty', () => {
    expect(parsed(endpoint({ a: null }), 'WorkloadEndpoint').metadata.labels?.get('a')).toBe('');
  });

  it('are checked by name and value', () => {
    expect(faults(endpoint({ 'a b': 'x', c: 'no good', d: 'x'.repeat(64), e: true }))).toEqual([
      'metadata.labels["a b"]: invalid label name "a b"',
      'metadata.labels.c: invalid label value "no good"',
      `metadata.labels.d: invalid label value "${'x'.repeat(64)}"`,
      'metadata.labels.e: expected a string, got the boolean true',
    ]);
  });
});
