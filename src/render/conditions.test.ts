import { describe, expect, it } from 'vitest';
import { type RuleSketch, rule } from '../verdict/testing.ts';
import { ruleMatch } from './conditions.ts';

const kinds = (sketch: RuleSketch, family: 4 | 6 = 4) =>
  ruleMatch(rule(sketch), family)?.conditions.map(
    (c) => `${'negated' in c && c.negated ? '!' : ''}${c.kind}`,
  );

describe('conditions of a rule', () => {
  it("stand in Calico's order: positive ones, then negated ones", () => {
    const side = {
      nets: ['10.0.0.0/8'],
      notNets: ['10.1.0.0/16'],
      sets: ['s:a'],
      notSets: ['s:b'],
      ports: [{ first: 80, last: 80 }],
      notPorts: [{ first: 81, last: 81 }],
      notNamedPorts: ['n:b'],
    };
    const one = ['net', 'set', 'ports'];
    const not = ['!net', '!set', '!ports', '!port-set'];
    expect(kinds({ action: 'allow', protocol: 6, source: side, destination: side })).toEqual([
      'protocol',
      ...one,
      ...one,
      ...not,
      ...not,
    ]);
  });

  it('has none for a family that the rule, its nets or its ICMP protocol leave out', () => {
    expect(kinds({ action: 'allow', family: 6 })).toBeUndefined();
    expect(kinds({ action: 'deny', source: { nets: ['fd00::/8'] } })).toBeUndefined();
    expect(kinds({ action: 'deny', source: { notNets: ['fd00::/8'] } })).toBeUndefined();
    expect(kinds({ action: 'deny', destination: { notNets: ['0.0.0.0/0'] } })).toBeUndefined();
    expect(kinds({ action: 'allow', protocol: 1, icmp: { type: 8 } }, 6)).toBeUndefined();
    expect(kinds({ action: 'allow', notProtocol: 58, notIcmp: { type: 8 } }, 6)).toBeUndefined();
    expect(kinds({ action: 'allow', protocol: 6, notProtocol: 6 })).toBeUndefined();
    expect(kinds({ action: 'allow', never: 'http' })).toBeUndefined();
  });

  it('leaves out what always holds', () => {
    expect(kinds({ action: 'allow', source: { nets: ['0.0.0.0/0', '10.0.0.0/8'] } })).toEqual([]);
    expect(kinds({ action: 'allow', protocol: 1, icmp: { type: 8 } })).toEqual(['icmp']);
    expect(kinds({ action: 'allow', protocol: 6, notProtocol: 17 })).toEqual(['protocol']);
    expect(kinds({ action: 'deny', protocol: 1, source: { notNamedPorts: ['n:a'] } })).toEqual(['protocol']);
  });

  it('matches nothing with ports on a protocol without them', () => {
    expect(kinds({ action: 'deny', protocol: 1, source: { namedPorts: ['n:a'] } })).toBeUndefined();
  });

  it('makes one content set of many nets, whatever their order and overlap', () => {
    const one = ruleMatch(
      rule({ action: 'allow', source: { nets: ['10.2.0.0/16', '10.1.0.0/16', '10.1.1.0/24', 'fd00::/8'] } }),
      4,
    );
    const two = ruleMatch(
      rule({ action: 'deny', destination: { notNets: ['10.1.0.0/16', '10.2.0.0/16'] } }),
      4,
    );
    expect(one?.sets).toEqual([
      {
        id: expect.stringMatching(/^c:/),
        type: 'net',
        description: '2 nets',
        members: new Set(['10.1.0.0/16', '10.2.0.0/16']),
      },
    ]);
    expect(two?.sets[0]?.id).toBe(one?.sets[0]?.id);
    expect(kinds({ action: 'allow', source: { nets: ['10.1.1.0/24', '10.0.0.0/8'] } })).toEqual(['net']);
  });

  it('takes numeric and named ports as alternatives, numbers normalised', () => {
    const ports = [
      { first: 81, last: 90 },
      { first: 80, last: 80 },
    ];
    const match = ruleMatch(
      rule({ action: 'allow', protocol: 6, destination: { ports, namedPorts: ['n:a', 'n:b'] } }),
      4,
    );
    expect(match?.conditions[1]).toEqual({
      kind: 'any-of',
      alternatives: [
        {
          kind: 'ports',
          side: 'destination',
          protocol: 6,
          ranges: [{ first: 80, last: 90 }],
          negated: false,
        },
        { kind: 'port-set', side: 'destination', set: 'n:a', negated: false },
        { kind: 'port-set', side: 'destination', set: 'n:b', negated: false },
      ],
    });
    expect(kinds({ action: 'allow', destination: { namedPorts: ['n:a'] } })).toEqual(['port-set']);
  });

  it('refuses numeric ports without a protocol', () => {
    const sketch: RuleSketch = { action: 'allow', destination: { ports: [{ first: 1, last: 2 }] } };
    expect(() => ruleMatch(rule(sketch), 4)).toThrow('numeric ports but no protocol');
  });
});
