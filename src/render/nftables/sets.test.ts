import { describe, expect, it } from 'vitest';
import { netSet, portSet } from '../../verdict/testing.ts';
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
