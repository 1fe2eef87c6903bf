import { describe, expect, it } from 'vitest';
import { parseResource } from './index.ts';
import { faults, parsed, raw } from './testing.ts';

const big = 'x'.repeat(300);

describe('conformance vectors', () => {
  it.each<[string, unknown, string[]]>([
    [
      'NetworkSet with bare addresses',
      raw('NetworkSet', { nets: ['10.0.0.1', '10.0.0.0/8', 'fe80::1'] }),
      [],
    ],
    ['NetworkSet with an empty net', raw('NetworkSet', { nets: [''] }), []],
    [
      'NetworkSet with host bits',
      raw('NetworkSet', { nets: ['10.0.0.1/8'] }),
      ['spec.nets[0]: invalid CIDR'],
    ],
    [
      'NetworkSet twice the same',
      raw('NetworkSet', { nets: ['10.0.0.1', '10.0.0.1'] }),
      ['spec.nets[1]: duplicate entry'],
    ],
    [
      'pool too small',
      raw('IPPool', { cidr: '10.0.0.0/27' }),
      [
        'spec.cidr: IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.',
      ],
    ],
    ['small pool, disabled', raw('IPPool', { cidr: '10.0.0.0/27', disabled: true }), []],
    [
      'preDNAT without applyOnForward',
      raw('GlobalNetworkPolicy', { preDNAT: true }),
      ['spec.preDNAT: applyOnForward must be true if either preDNAT or doNotTrack is true'],
    ],
    [
      'preDNAT with everything wrong',
      raw('GlobalNetworkPolicy', {
        preDNAT: true,
        doNotTrack: true,
        egress: [{ action: 'Deny' }],
        types: ['Egress'],
      }),
      [
        'spec.preDNAT: preDNAT and doNotTrack cannot both be true',
        'spec.egress: preDNAT policy cannot have any egress rules',
        "spec.types[0]: preDNAT policy cannot have 'Egress' type",
        'spec.preDNAT: applyOnForward must be true if either preDNAT or doNotTrack is true',
      ],
    ],
    [
      'Tier with a dot',
      raw('Tier', {}, { name: 'a.b' }),
      ["metadata.name: name must consist of lower case alphanumeric characters or '-'"],
    ],
    [
      'Tier default with its values',
      raw('Tier', { order: 1e6, defaultAction: 'Deny' }, { name: 'default' }),
      [],
    ],
    ['Tier default without values', raw('Tier', {}, { name: 'default' }), []],
    [
      'Tier default with order 5',
      raw('Tier', { order: 5 }, { name: 'default' }),
      ['spec.order: default tier order must be 1000000'],
    ],
    [
      'Tier kube-admin without values',
      raw('Tier', {}, { name: 'kube-admin' }),
      [
        'spec.order: kube-admin tier order must be 1000',
        "spec.defaultAction: The 'kube-admin' tier must have default action 'Pass'",
      ],
    ],
    [
      'fraction in a duration',
      raw('FelixConfiguration', { iptablesRefreshInterval: '1.5s' }),
      ['spec.iptablesRefreshInterval: invalid duration'],
    ],
    ['whole duration', raw('FelixConfiguration', { iptablesRefreshInterval: '90s' }), []],
    [
      'selector with a trailing newline',
      raw('NetworkPolicy', { selector: 'a == "b"\n' }),
      ['spec.selector: unexpected character "\\n"'],
    ],
    [
      'label reserved on network sets',
      raw('NetworkSet', {}, { name: 'x', labels: { 'projectcalico.org/namespace': 'a' } }),
      [
        'metadata.labels["projectcalico.org/namespace"]: projectcalico.org/namespace is not a valid label name',
      ],
    ],
    ['Node with empty bgp', raw('Node', { bgp: {} }), ['spec.bgp: Spec.BGP should not be empty']],
    [
      'type twice',
      raw('NetworkPolicy', { types: ['Ingress', 'Ingress'] }),
      ["spec.types[1]: 'Ingress' type specified more than once"],
    ],
    [
      'staged deletion with content',
      raw('StagedNetworkPolicy', {
        stagedAction: 'Delete',
        tier: 'default',
        types: ['Ingress'],
        order: 0,
        selector: 'all()',
      }),
      [
        'spec.order: Spec fields, except Tier, should all be zero-value if stagedAction is Delete',
        'spec.selector: Spec fields, except Tier, should all be zero-value if stagedAction is Delete',
      ],
    ],
    [
      'host endpoint without anything',
      raw('HostEndpoint', { node: 'n' }),
      ['spec: at least one of interfaceName or expectedIPs must be specified'],
    ],
    [
      'host endpoint ports',
      raw('HostEndpoint', {
        node: 'n',
        interfaceName: '*',
        ports: [{ name: 'a', protocol: 'ICMP', port: 0 }],
      }),
      [
        'spec.ports[0].protocol: EndpointPort protocol does not support ports.',
        'spec.ports[0].port: port range invalid, port number must be between 1 and 65535',
      ],
    ],
    [
      'namespace on a cluster kind',
      raw('Tier', {}, { name: 'x', namespace: 'n' }),
      [
        'metadata.namespace: namespace should not be specified for a non-namespaced resource. Tier is not a namespaced resource',
      ],
    ],
    ['long name', raw('Profile', {}, { name: big }), ['metadata.name: name is too long by 47 bytes']],
  ])('%s', (_name, value, expected) => {
    expect(faults(value)).toEqual(expected);
  });
});

describe('names', () => {
  it.each([
    ['GlobalNetworkPolicy', 'a.b', true],
    ['GlobalNetworkPolicy', 'a.b.c', false],
    ['GlobalNetworkPolicy', 'knp.default.a', false],
    ['NetworkPolicy', 'knp.default.a.b.c', true],
    ['NetworkPolicy', 'ossg.default.a', true],
    ['NetworkPolicy', 'knp.other.a', false],
    ['Profile', 'kns.a.b.c', true],
    ['Tier', 'a-b', true],
    ['Tier', 'x'.repeat(64), false],
    ['Profile', 'UPPER', false],
    ['Profile', 'a"b', false],
    ['Profile', 'a\nb', false],
    ['Profile', 'a b', false],
    ['Profile', '../x', false],
    ['Profile', '-a', false],
    ['Profile', '', false],
  ])('%s %j: %s', (kind, name, valid) => {
    expect(faults(raw(kind, {}, { name })).length === 0).toBe(valid);
  });

  it.each(['a/b', '../x', 'a b', 'A', 'a\n'])('refuses namespace %j', (namespace) => {
    expect(faults(raw('NetworkSet', {}, { name: 'x', namespace }))).toHaveLength(1);
  });

  const endpoint = (interfaceName: string) =>
    raw('WorkloadEndpoint', { node: 'n', orchestrator: 'k8s', pod: 'p', endpoint: 'e', interfaceName }, {});
  it.each(['*', 'cali*', 'eth+', 'a b', 'a"b', '', 'x'.repeat(16), 'a/b', '..'])(
    'refuses interface %j',
    (name) => {
      expect(faults(endpoint(name))).toEqual(['spec.interfaceName: invalid interface name']);
    },
  );
  it.each(['cali0', 'eth0.100', 'a_b-c'])('accepts interface %j', (name) => {
    expect(faults(endpoint(name))).toEqual([]);
  });
});

describe('generateName', () => {
  const message = 'metadata.name: name is required (GenerateName is not supported)';
  it('comes with what was made from a pod, and names nothing', () => {
    expect(faults(raw('Tier', {}, { generateName: 'a-' }))).toEqual([message]);
    expect(parsed(raw('Tier', {}, { name: 'b', generateName: 'a-' }), 'Tier').metadata).toEqual({
      name: 'b',
      other: { generateName: 'a-' },
    });
  });
});

describe('which documents are resources', () => {
  const codes = (value: unknown) => parseResource(value).problems.map((p) => [p.code, p.hint]);
  it.each<[unknown, [string, string | undefined][]]>([
    [
      {},
      [
        ['resource/missing-field', undefined],
        ['resource/missing-field', undefined],
      ],
    ],
    ['text', [['resource/type', undefined]]],
    [[], [['resource/type', undefined]]],
    [null, [['resource/type', undefined]]],
    [raw('NetworkPolcy', {}), [['resource/unknown-kind', 'did you mean "NetworkPolicy"?']]],
    [raw('gnp', {}), [['resource/unknown-kind', 'did you mean "GlobalNetworkPolicy"?']]],
    [raw('constructor', {}), [['resource/unknown-kind', undefined]]],
    [
      { ...raw('Tier', {}), apiVersion: 'crd.projectcalico.org/v1' },
      [
        [
          'resource/api-version',
          'crd.projectcalico.org/v1 is how Calico stores objects in Kubernetes; export them with "calicoctl get -o yaml"',
        ],
      ],
    ],
    [{ ...raw('Tier', {}), sepc: {} }, [['resource/unknown-field', 'did you mean "spec"?']]],
    [{ ...raw('NetworkPolicy', {}), status: {} }, [['resource/unknown-field', undefined]]],
    [raw('BGPFilter', { anything: 1 }), []],
    [raw('BGPFilter', {}, {}), [['resource/missing-field', undefined]]],
  ])('%j', (value, expected) => {
    expect(codes(value)).toEqual(expected);
  });
});

describe('no error hides another', () => {
  it('reports shape, scalars, cross-field rules, names and unknown fields together', () => {
    const spec = {
      selector: 'a ==',
      order: '1',
      typs: [],
      types: ['Ingress', 'ingress', 'Ingress'],
      ingress: [
        {
          action: 'Alow',
          protocol: 'ICMP',
          ipVersion: 6,
          destination: { ports: ['http'], nets: ['x'] },
          sorce: {},
        },
        'text',
      ],
    };
    const found = faults(raw('NetworkPolicy', spec, { name: 'A', lables: {} }));
    expect(found.sort()).toEqual([
      'metadata.lables: unknown field "lables"',
      "metadata.name: name must consist of lower case alphanumeric characters or '-'",
      'spec.ingress[0].action: Unsupported value: "Alow": supported values: "Allow", "Deny", "Log", "Pass"',
      'spec.ingress[0].destination.nets[0]: invalid CIDR',
      'spec.ingress[0].destination.ports: rules that specify ports must set protocol to TCP or UDP or SCTP',
      'spec.ingress[0].ipVersion: protocol ICMP requires ipVersion 4',
      'spec.ingress[0].sorce: unknown field "sorce"',
      'spec.ingress[1]: expected a map, got the string "text"',
      'spec.order: expected a number, got the string "1"',
      'spec.selector: unexpected end of selector, expected string',
      'spec.types[1]: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
      "spec.types[2]: 'Ingress' type specified more than once",
      'spec.typs: unknown field "typs"',
    ]);
  });

  it('refuses what is no plain data, rather than taking it for an empty map', () => {
    const found = faults(
      raw('NetworkPolicy', { ingress: [{ action: 'Allow', source: new Set(['nets']) }], order: new Date(0) }),
    );
    expect(found).toEqual([
      'spec.ingress[0].source: a Set is no value of a resource',
      'spec.order: a date is no value of a resource',
    ]);
  });

  it('survives values that contain themselves', () => {
    const spec: Record<string, unknown> = {};
    Object.assign(spec, { selector: spec, tier: spec });
    expect(faults(raw('NetworkPolicy', spec))).toEqual([
      'spec.selector: contains itself',
      'spec.tier: contains itself',
    ]);
  });
});

describe('what is stored and may be of a newer Calico', () => {
  const options = { unknownFields: 'leave-out' } as const;
  const given = raw('NetworkPolicy', {
    tomorrow: { a: 1 },
    ingress: [
      { action: 'Allow', source: { nets: ['10.0.0.0/8'], soon: [] } },
      { action: 'Deny', later: 1 },
    ],
  });

  it('is read without the fields that nobody knows, which are warned about', () => {
    const { value, problems } = parseResource({ ...given, status: {} }, options);
    expect(problems.map((p) => [p.severity, p.message])).toEqual([
      ['warning', 'unknown field "status"'],
      ['warning', 'unknown field "soon"'],
      ['warning', 'unknown field "later"'],
      ['warning', 'unknown field "tomorrow"'],
    ]);
    const known = raw('NetworkPolicy', {
      ingress: [{ action: 'Allow', source: { nets: ['10.0.0.0/8'] } }, { action: 'Deny' }],
    });
    expect(value).toEqual(parseResource(known).value);
    expect(parseResource(given).value).toBeUndefined();
  });

  it('is refused for anything else that is wrong', () => {
    const { value, problems } = parseResource(raw('NetworkPolicy', { tomorrow: 1, order: 'x' }), options);
    expect(value).toBeUndefined();
    expect(problems.map((p) => p.severity).sort()).toEqual(['error', 'warning']);
  });
});
