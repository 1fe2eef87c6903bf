import { describe, expect, it } from 'vitest';
import { parseAddress } from '../net/index.ts';
import type { HostFacts, NodePolicy } from '../policy/index.ts';
import { explainFlow, type Flow, type FlowEnd, type FlowQuestion } from './explain.ts';
import { chooseFamily, type EndContext, resolveEnd } from './resolve-end.ts';
import { type EndpointSketch, nodePolicy, type RuleSketch } from './testing.ts';

const ALLOW: RuleSketch = { action: 'allow' };
const open: EndpointSketch = { profiles: { open: { ingress: [ALLOW], egress: [ALLOW] } } };
const at = (address: string, sketch: EndpointSketch = open) => ({ ...sketch, addresses: [`${address}/32`] });

const n1 = nodePolicy({ a: at('10.0.0.1'), b: at('10.0.0.2') });
const n2 = nodePolicy(
  { c: { ...open, addresses: ['10.0.1.3/32', 'fd00::3/128'] }, shut: at('10.0.1.4', {}) },
  { node: 'n2' },
);
const policies = new Map<string, NodePolicy>([
  ['n1', n1],
  ['n2', n2],
]);
const facts = new Map<string, HostFacts>([
  [
    'n1',
    {
      interfaces: [
        { name: 'lo', addresses: ['127.0.0.1'] },
        { name: 'cali-a', addresses: ['fe80::1'] },
        { name: 'ens3', addresses: ['192.168.0.11'] },
      ],
    },
  ],
]);

const context: EndContext = { policies, aliases: new Map([['WorkloadEndpoint/t/c', ['t/pod-c']]]) };
function end(text: string, more: Partial<EndContext> = {}): FlowEnd {
  const { value, problems } = resolveEnd(text, { ...context, ...more });
  const first = value?.ends[0];
  if (first === undefined) throw new Error(problems.map((p) => p.message).join());
  return first;
}
function explain(from: string, to: string, more: Partial<FlowQuestion> = {}) {
  const ctx = {
    ...(more.facts && { facts: more.facts }),
    ...(more.policies && { policies: more.policies }),
    node: 'n1',
  };
  const flow: Flow = {
    from: end(from, ctx),
    to: end(to, ctx),
    protocol: 6,
    sourcePort: 1,
    destinationPort: 80,
  };
  const e = explainFlow({ ...flow, policies, ...more });
  const sides = e.sides.map(
    (s) =>
      `${s.node}: ${s.packet.inInterface ?? 'host'} > ${s.packet.outInterface ?? 'host'} ${s.judgement.verdict}`,
  );
  return { verdict: e.verdict, sides, warnings: e.warnings.map((w) => w.code), explanation: e };
}

describe('explainFlow', () => {
  it('judges two workloads of one node in one packet', () => {
    expect(explain('a', 'b')).toMatchObject({
      verdict: 'allow',
      sides: ['n1: cali-a > cali-b allow'],
      warnings: [],
    });
  });

  it('judges each end on its own node', () => {
    expect(explain('a', 'c')).toMatchObject({
      verdict: 'allow',
      sides: ['n1: cali-a > eth0 allow', 'n2: eth0 > cali-c allow'],
    });
    expect(explain('a', 'shut')).toMatchObject({
      verdict: 'deny',
      sides: ['n1: cali-a > eth0 allow', 'n2: eth0 > cali-shut deny'],
    });
  });

  it('shows the second side also when the first denies', () => {
    expect(explain('shut', 'a')).toMatchObject({
      verdict: 'deny',
      sides: ['n2: cali-shut > eth0 deny', 'n1: eth0 > cali-a allow'],
    });
  });

  it('sends to an address outside through an interface that is no workload’s', () => {
    expect(explain('a', '8.8.8.8', { facts })).toMatchObject({
      verdict: 'allow',
      sides: ['n1: cali-a > ens3 allow'],
      warnings: [],
    });
  });

  it('finds the endpoint behind an address', () => {
    expect(explain('10.0.0.1', '10.0.0.2').sides).toEqual(['n1: cali-a > cali-b allow']);
  });

  it('delivers to the host itself when the address is its own', () => {
    expect(explain('a', '192.168.0.11', { facts })).toMatchObject({
      verdict: 'deny',
      sides: ['n1: cali-a > host deny'],
      warnings: [],
    });
    expect(explain('a', 'host', { facts })).toMatchObject({
      verdict: 'deny',
      sides: ['n1: cali-a > host deny'],
    });
  });

  it('does not judge what the host sends to its own workload', () => {
    const judged = explain('host', 'b', { facts });
    expect(judged).toMatchObject({ verdict: 'allow', sides: ['n1: host > cali-b allow'] });
    expect(judged.explanation.sides[0]?.judgement.stages).toEqual([]);
  });

  it('judges what another host sends', () => {
    expect(explain('host', 'shut', { facts })).toMatchObject({
      verdict: 'deny',
      sides: ['n1: host > ens3 allow', 'n2: eth0 > cali-shut deny'],
    });
  });

  it('warns when the host’s own addresses are unknown and would turn the verdict', () => {
    expect(explain('a', '8.8.8.8').warnings).toEqual(['explain/unknown-host-addresses']);
    expect(explain('8.8.8.8', 'shut').warnings).toEqual(['explain/unknown-host-addresses']);
    expect(explain('8.8.8.8', 'b').warnings).toEqual([]);
  });

  it('warns when neither end is a workload', () => {
    expect(explain('8.8.8.8', '9.9.9.9')).toMatchObject({
      verdict: 'allow',
      sides: [],
      warnings: ['explain/no-workload'],
    });
  });

  it('gives ICMP fields only to the ICMP of the family', () => {
    const icmp = explain('a', 'b', { protocol: 1, icmpType: 8, icmpCode: 0 });
    expect(icmp.explanation.sides[0]?.packet).toMatchObject({ icmpType: 8, icmpCode: 0 });
    expect(explain('a', 'b', { protocol: 58, icmpType: 8 }).explanation.sides[0]?.packet).not.toHaveProperty(
      'icmpType',
    );
  });
});

describe('host endpoints', () => {
  const shut = { ingress: [{ action: 'deny' }], egress: [{ action: 'deny' }] } as const;
  const list = (name: string) => ({ t: { policies: { [name]: shut } } });
  const n3 = nodePolicy(
    { d: at('10.0.3.1') },
    {
      node: 'n3',
      hosts: {
        inner: { interfaceName: 'ens3', lists: { normal: list('p'), forward: list('f') } },
        outer: { expectedAddresses: ['192.168.9.3/32', 'fd00::9/128'], ...open },
      },
    },
  );
  const hostFacts = new Map<string, HostFacts>([
    [
      'n3',
      {
        interfaces: [
          { name: 'ens3', addresses: ['192.168.0.3'] },
          { name: 'ens4', addresses: ['192.168.9.3'] },
        ],
      },
    ],
  ]);
  const ask = (from: string, to: string, more: Partial<FlowQuestion> = {}) => {
    return explain(from, to, { policies: new Map([['n3', n3]]), ...more });
  };

  it('judges what comes to the host, and what it sends, at the interface that has its address', () => {
    expect(ask('8.8.8.8', '192.168.0.3', { facts: hostFacts })).toMatchObject({
      verdict: 'deny',
      sides: ['n3: ens3 > host deny'],
    });
    const outer = ask('192.168.9.3', '8.8.8.8', { facts: hostFacts });
    expect(outer).toMatchObject({ verdict: 'allow', sides: ['n3: host > ens4 allow'] });
    expect(outer.explanation.sides[0]?.judgement.stages).toMatchObject([
      { stage: 'host-egress', endpoint: 'HostEndpoint/outer' },
    ]);
  });

  it('knows the host by an address that a host endpoint expects, and by the endpoint’s name', () => {
    const context3 = { policies: new Map([['n3', n3]]) };
    for (const text of ['192.168.9.3', 'outer', 'HostEndpoint/outer', 'host:n3'])
      expect(end(text, context3)).toMatchObject({
        kind: 'host',
        node: 'n3',
        address: parseAddress('192.168.9.3'),
      });
  });

  it('judges forwarded traffic at the uplink, and takes without facts what a host endpoint names', () => {
    expect(ask('d', '8.8.8.8')).toMatchObject({ verdict: 'deny', sides: ['n3: cali-d > ens3 deny'] });
    expect(ask('8.8.8.8', 'd').explanation.sides[0]?.judgement.stages).toMatchObject([
      { stage: 'host-forward-in', verdict: 'deny' },
    ]);
  });

  it('warns when another interface would turn the verdict, and takes the one that is named', () => {
    expect(ask('d', '8.8.8.8', { facts: hostFacts }).warnings).toEqual(['explain/uplink']);
    expect(ask('d', '8.8.8.8', { facts: hostFacts, via: 'ens4' })).toMatchObject({
      verdict: 'allow',
      sides: ['n3: cali-d > ens4 allow'],
      warnings: [],
    });
  });
});

describe('resolveEnd', () => {
  it.each(['c', 't/c', 'WorkloadEndpoint/t/c', 'cali-c', 't/pod-c', 'fd00::3'])(
    'knows an endpoint as %s',
    (text) => {
      expect(end(text)).toMatchObject({
        kind: 'endpoint',
        node: 'n2',
        endpoint: { id: 'WorkloadEndpoint/t/c' },
      });
    },
  );

  it('names what is known when it knows no such end', () => {
    const [problem] = resolveEnd('cc', context).problems;
    expect(problem).toMatchObject({ code: 'explain/unknown-end', hint: expect.stringContaining('t/pod-c') });
  });

  it('refuses an end that means several', () => {
    const twice = new Map([
      ...policies,
      ['n3', nodePolicy({ other: { ...open, interfaceName: 'cali-a', addresses: [] } }, { node: 'n3' })],
    ]);
    expect(resolveEnd('cali-a', { ...context, policies: twice }).problems[0]?.code).toBe(
      'explain/ambiguous-end',
    );
  });

  it('wants to know which host', () => {
    expect(resolveEnd('host', context).problems[0]).toMatchObject({
      code: 'explain/unknown-node',
      hint: 'write host:NODE with one of n1, n2',
    });
    expect(resolveEnd('host:n9', context).problems[0]?.code).toBe('explain/unknown-node');
    expect(end('host:n1', { facts })).toMatchObject({
      kind: 'host',
      node: 'n1',
      address: parseAddress('192.168.0.11'),
    });
  });

  it('warns when the addresses of the host are unknown', () => {
    expect(resolveEnd('host:n2', { ...context, facts }).problems[0]?.code).toBe(
      'explain/unknown-host-addresses',
    );
  });
});

describe('chooseFamily', () => {
  const choices = (text: string) => {
    const { value } = resolveEnd(text, context);
    if (value === undefined) throw new Error(text);
    return value;
  };
  it('takes the first family that both ends have, or the one asked for', () => {
    expect(chooseFamily(choices('a'), choices('c')).value?.to.address.family).toBe(4);
    expect(chooseFamily(choices('c'), choices('c'), 6).value?.to.address.family).toBe(6);
    expect(chooseFamily(choices('a'), choices('fd00::3')).problems[0]?.code).toBe('explain/no-common-family');
    expect(chooseFamily(choices('a'), choices('c'), 6).problems[0]?.message).toBe(
      'a and c do not both have IPv6 addresses',
    );
  });
});
