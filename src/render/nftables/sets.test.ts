import { describe, expect, it } from 'vitest';
import { netSet, nodePolicy, portSet, type RuleSketch } from '../../verdict/testing.ts';
import { createRenderer } from '../renderer.ts';
import { portRangeSet, setHalves } from './sets.ts';

const shape = (set: Parameters<typeof setHalves>[0], family: 4 | 6) =>
  setHalves(set, family).map(({ name, type, interval, elements }) => [name, type, interval, elements]);

describe('a set of nets', () => {
  const mixed = netSet(
    's:a_B',
    '10.0.0.9/32',
    '10.0.0.10/32',
    '10.1.0.0/16',
    '10.1.2.0/24',
    '10.1.3.4/32',
    'fd00::1/128',
  );

  it('has addresses in a hash set and disjoint prefixes in an interval set', () => {
    expect(shape(mixed, 4)).toEqual([
      ['set-s-a_B-v4', 'ipv4_addr', false, ['10.0.0.9', '10.0.0.10', '10.1.3.4']],
      ['set-s-a_B-v4-nets', 'ipv4_addr', true, ['10.1.0.0/16']],
    ]);
  });

  it('has the half for prefixes only while there are some, and the other one always', () => {
    expect(shape(mixed, 6)).toEqual([['set-s-a_B-v6', 'ipv6_addr', false, ['fd00::1']]]);
    expect(shape(netSet('s:n', '10.1.0.0/16'), 4).map(([name]) => name)).toEqual([
      'set-s-n-v4',
      'set-s-n-v4-nets',
    ]);
    expect(shape(netSet('s:e'), 6)).toEqual([['set-s-e-v6', 'ipv6_addr', false, []]]);
  });

  it('is one set when its content is its name', () => {
    expect(shape(netSet('c:x', '10.0.0.1/32', '10.1.0.0/16'), 4)).toEqual([
      ['set-c-x-v4-nets', 'ipv4_addr', true, ['10.0.0.1', '10.1.0.0/16']],
    ]);
    expect(shape(netSet('c:y', '10.0.0.2/32', '10.0.0.1/32'), 4)).toEqual([
      ['set-c-y-v4', 'ipv4_addr', false, ['10.0.0.1', '10.0.0.2']],
    ]);
  });
});

it('a set of named ports has address, protocol and port, per family', () => {
  const set = portSet('n:p', '10.0.0.2,udp:53', '10.0.0.1,tcp:8080', 'fd00::1,sctp:7');
  expect(shape(set, 4)).toEqual([
    [
      'set-n-p-v4',
      'ipv4_addr . inet_proto . inet_service',
      false,
      ['10.0.0.1 . tcp . 8080', '10.0.0.2 . udp . 53'],
    ],
  ]);
  expect(setHalves(set, 6)[0]?.elements).toEqual(['fd00::1 . sctp . 7']);
});

it('port ranges share a set by content, an interval set only if there is a range', () => {
  const ports = portRangeSet([
    { first: 80, last: 80 },
    { first: 443, last: 443 },
  ]);
  expect(ports).toEqual({
    name: expect.stringMatching(/^ports-/),
    type: 'inet_service',
    interval: false,
    elements: ['80', '443'],
  });
  const ranges = portRangeSet([
    { first: 80, last: 81 },
    { first: 443, last: 443 },
  ]);
  expect([ranges.interval, ranges.elements]).toEqual([true, ['80-81', '443']]);
  expect(ranges.name).not.toBe(ports.name);
});

describe('the sets of a ruleset', () => {
  const NETS = ['10.0.0.0/8', '192.168.0.0/16'];
  const PORTS = [
    { first: 80, last: 81 },
    { first: 443, last: 443 },
  ];
  const LIST = [
    { first: 22, last: 22 },
    { first: 53, last: 53 },
  ];
  // Forty policies that all name the same two IP sets, nets and ports.
  const rules: RuleSketch[] = [
    { action: 'allow', protocol: 6, source: { sets: ['s:hosts'] }, destination: { ports: PORTS } },
    { action: 'deny', protocol: 6, source: { notSets: ['s:nets'] }, destination: { ports: LIST } },
    { action: 'allow', source: { nets: NETS } },
    { action: 'deny', protocol: 17, destination: { notNets: NETS, ports: PORTS } },
  ];
  const policies = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, { ingress: rules }]));
  const policy = nodePolicy(
    { a: { tiers: { t: { policies } } }, b: { tiers: { t: { policies } } } },
    {
      ipSets: [
        netSet('s:hosts', '10.1.0.1/32', 'fd00::1/128'),
        netSet('s:nets', '10.2.0.0/16', '10.3.0.1/32'),
      ],
    },
  );
  const ruleset = createRenderer('nftables').render(policy);

  it('are as many as are distinct, however many rules name them', () => {
    const contents = [...ruleset.sets.values()].map(({ type, interval, elements, description }) =>
      JSON.stringify([type, interval, elements, description]),
    );
    const named = [...ruleset.sets.keys()].filter((name) => /^(?:set|ports)-/.test(name));
    // Two IP sets in two families, one with prefixes; one list of nets; two lists of ports.
    expect(named).toHaveLength(2 * 2 + 1 + 1 + 2);
    expect(new Set(contents.filter((text) => !text.includes('[]'))).size).toBe(
      contents.filter((text) => !text.includes('[]')).length,
    );
  });

  it('are never anonymous', () => {
    const texts = [...ruleset.chains.values()].flatMap((chain) => chain.rules.map((rule) => rule.text));
    expect(texts.filter((text) => text.replaceAll(/"[^"]*"/g, '').includes('{'))).toEqual([]);
  });

  it('are of intervals only for prefixes and ranges', () => {
    const wide = (element: string) => /\/|\d-\d/.test(element);
    for (const set of ruleset.sets.values())
      expect([set.name, set.interval]).toEqual([set.name, set.elements.some(wide)]);
  });
});
