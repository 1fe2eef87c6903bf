import { describe, expect, test } from 'vitest';
import type { IpSet } from '../policy/node-policy.ts';
import { buildIpset, netIpsetName, portIpset } from './build.ts';

const MAXELEM = 1_048_576;
const net = (members: string[], id = 's:abc'): IpSet => ({
  id,
  type: 'net',
  description: 'a == "b"',
  members: new Set(members),
});

describe('buildIpset', () => {
  test('splits by family and prints members as ipset does', () => {
    const set = net(['fd00::1/128', '10.0.0.2/32', '10.0.0.0/8', 'fd00::/8', '10.0.0.10/32']);
    expect(buildIpset(set, 4, 'loosens', MAXELEM)).toMatchObject({
      type: 'hash:net',
      family: 4,
      options: 'maxelem 1048576',
      members: ['10.0.0.0/8', '10.0.0.10', '10.0.0.2'],
      description: 'a == "b"',
    });
    expect(buildIpset(set, 6, 'loosens', MAXELEM)).toMatchObject({
      family: 6,
      members: ['fd00::/8', 'fd00::1'],
    });
  });

  test('everything is two halves, and a half that was there already is not doubled', () => {
    expect(buildIpset(net(['0.0.0.0/0', '0.0.0.0/1']), 4, 'loosens', MAXELEM).members).toEqual([
      '0.0.0.0/1',
      '128.0.0.0/1',
    ]);
    expect(buildIpset(net(['::/0']), 6, 'loosens', MAXELEM).members).toEqual(['8000::/1', '::/1']);
  });

  test('named ports are hash:ip,port', () => {
    const set: IpSet = {
      id: 'n:x',
      type: 'port',
      description: 'http',
      members: new Set(['10.0.0.1,tcp:80', 'fd00::1,sctp:80']),
    };
    expect(buildIpset(set, 4, 'loosens', MAXELEM)).toMatchObject({
      type: 'hash:ip,port',
      members: ['10.0.0.1,tcp:80'],
    });
    expect(buildIpset(set, 6, 'loosens', MAXELEM).members).toEqual(['fd00::1,sctp:80']);
  });

  test('more members than are allowed are an error with the way out, and what a split makes counts', () => {
    const set = net(['0.0.0.0/0', '10.0.0.1/32', 'fd00::1/128']);
    expect(buildIpset(set, 4, 'loosens', 3).options).toBe('maxelem 3');
    expect(buildIpset(set, 6, 'loosens', 2).members).toHaveLength(1);
    expect(() => buildIpset(set, 4, 'loosens', 2)).toThrow(
      'the IP set of a == "b" has 3 members for IPv4, and 2 at most are allowed',
    );
  });

  test('the order of members does not matter', () => {
    expect(buildIpset(net(['10.0.0.2/32', '10.0.0.1/32']), 4, 'mixed', MAXELEM)).toEqual(
      buildIpset(net(['10.0.0.1/32', '10.0.0.2/32']), 4, 'mixed', MAXELEM),
    );
  });
});

describe('names', () => {
  test('31 characters, with family and use in them', () => {
    const set = net(['10.0.0.1/32']);
    const names = ([4, 6] as const).flatMap((family) =>
      (['loosens', 'restricts', 'mixed'] as const).map((use) => netIpsetName(set, family, use)),
    );
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^tortie-[46][lrm]-[A-Za-z0-9_-]{21}$/);
  });

  test('only the name of a mixed set follows its members', () => {
    const one = net(['10.0.0.1/32']);
    const two = net(['10.0.0.2/32']);
    expect(netIpsetName(one, 4, 'loosens')).toBe(netIpsetName(two, 4, 'loosens'));
    expect(netIpsetName(one, 4, 'restricts')).toBe(netIpsetName(two, 4, 'restricts'));
    expect(netIpsetName(one, 4, 'mixed')).not.toBe(netIpsetName(two, 4, 'mixed'));
    expect(netIpsetName(one, 6, 'mixed')).toBe(netIpsetName(two, 6, 'mixed'));
  });
});

test('portIpset lists every port and is named by them', () => {
  const set = portIpset([
    { first: 80, last: 80 },
    { first: 1000, last: 1002 },
  ]);
  expect(set).toMatchObject({
    type: 'bitmap:port',
    options: 'range 0-65535',
    description: 'ports 80,1000-1002',
  });
  expect(set.members).toEqual(['80', '1000', '1001', '1002']);
  expect(set.family).toBeUndefined();
  expect(set.name).not.toBe(portIpset([{ first: 80, last: 81 }]).name);
});
