import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IpSet } from '../policy/node-policy.ts';
import { buildIpset, portIpset } from './build.ts';
import { parseIpsetSave } from './parse.ts';
import { addLine, delLine, newSetLines, printIpsets, replaceLines } from './print.ts';
import { sameShape } from './shape.ts';

const MAXELEM = 1_048_576;
const set = (members: string[], description = 'all()'): IpSet => ({
  id: 's:1',
  type: 'net',
  description,
  members: new Set(members),
});

describe('printIpsets', () => {
  test('a set that can change is filled aside and swapped in', () => {
    const ipset = buildIpset(set(['10.0.0.1/32', '10.1.0.0/16']), 4, 'loosens', MAXELEM);
    const own = `create ${ipset.name} hash:net family inet maxelem 1048576 -exist\n`;
    const fill = `flush tortie-t4-hash-net
add tortie-t4-hash-net 10.0.0.1 -exist
add tortie-t4-hash-net 10.1.0.0/16 -exist
swap tortie-t4-hash-net ${ipset.name}
`;
    const create = 'create tortie-t4-hash-net hash:net family inet maxelem 1048576 -exist\n';
    const destroy = 'destroy tortie-t4-hash-net\n';
    expect(printIpsets([ipset])).toBe(`${create}# all()\n${own}${fill}${destroy}`);
    // The set to fill is made once for all.
    expect(printIpsets([ipset, ipset])).toBe(
      `${create}# all()\n${own}${fill}# all()\n${own}${fill}${destroy}`,
    );
    expect(`${replaceLines(ipset).join('\n')}\n`).toBe(own + create + fill + destroy);
    expect(printIpsets([])).toBe('');
  });

  test('a set named by its content is created and filled; ports as ranges', () => {
    const ipset = portIpset([
      { first: 1, last: 3 },
      { first: 9, last: 9 },
    ]);
    expect(newSetLines(ipset)).toEqual([
      `create ${ipset.name} bitmap:port range 0-65535 -exist`,
      `add ${ipset.name} 1-3 -exist`,
      `add ${ipset.name} 9 -exist`,
    ]);
  });

  test('a description cannot become a command', () => {
    const text = printIpsets([buildIpset(set([], 'x\nflush other\r\u2028'), 4, 'mixed', MAXELEM)]);
    expect(text.split('\n').filter((l) => l !== '')).toEqual([
      '# x_flush other__',
      expect.stringMatching(/^create tortie-4m-/),
    ]);
    const long = printIpsets([buildIpset(set([], 'x'.repeat(5000)), 4, 'mixed', MAXELEM)]);
    expect(Math.max(...long.split('\n').map((l) => l.length))).toBeLessThan(1000);
  });

  test.each(['10.0.0.1\nflush', '10.0.0.1 timeout 3', '', '-exist'])('refuses the member %j', (member) => {
    expect(() => addLine('tortie-4l-x', member)).toThrow(/not a member/);
    expect(() => delLine('tortie-4l-x', member)).toThrow(/not a member/);
  });

  test.each(['other', 'tortie-a b', `tortie-${'x'.repeat(25)}`])('refuses the name %j', (name) => {
    expect(() => addLine(name, '10.0.0.1')).toThrow(/not a name of ours/);
  });
});

describe('parseIpsetSave', () => {
  test('reads what the kernel prints, and skips what it does not know', () => {
    const text = `create tortie-b hash:ip,port family inet6 hashsize 1024 maxelem 1048576 bucketsize 12 initval 0xe66a
add tortie-b ::ffff:10.0.0.1,tcp:80
# a remark
create tortie-a hash:net family inet hashsize 1024 maxelem 1048576 counters
add tortie-a 10.0.0.2/32 packets 0 bytes 0
add tortie-a 10.0.0.0/8
create foreign hash:mac hashsize 1024 maxelem 65536
add foreign 01:02:03:04:05:06
add unheard-of 1
create tortie-p bitmap:port range 0-65535
add tortie-p 80
add tortie-p 9-11
nonsense
`;
    const sets = parseIpsetSave(text, (name) => name.startsWith('tortie-'));
    expect([...sets.values()]).toEqual([
      {
        name: 'tortie-a',
        type: 'hash:net',
        family: 4,
        options: 'maxelem 1048576',
        members: ['10.0.0.0/8', '10.0.0.2'],
      },
      {
        name: 'tortie-b',
        type: 'hash:ip,port',
        family: 6,
        options: 'maxelem 1048576',
        members: ['::ffff:10.0.0.1,tcp:80'].map(
          (m) => parseIpsetSave(`create x hash:ip,port\nadd x ${m}`).get('x')?.members[0],
        ),
      },
      { name: 'tortie-p', type: 'bitmap:port', options: 'range 0-65535', members: ['9', '10', '11', '80'] },
    ]);
  });

  test('what we print of a set is what we read', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((o) => o.join('.'));
    const member = fc.oneof(
      octets.map((a) => `${a}/32`),
      fc.nat(255).map((o) => `${o}.0.0.0/8`),
    );
    fc.assert(
      fc.property(fc.array(member), (members) => {
        const ipset = buildIpset(set(members), 4, 'mixed', MAXELEM);
        const read = parseIpsetSave(newSetLines(ipset).join('\n')).get(ipset.name);
        expect(read?.members).toEqual(ipset.members);
        expect(sameShape(ipset, { ...ipset, ...read, type: ipset.type })).toBe(true);
      }),
    );
  });
});

test('sameShape', () => {
  const one = { type: 'hash:net' as const, family: 4 as const, options: 'maxelem 1' };
  expect(sameShape(one, { ...one })).toBe(true);
  expect(sameShape(one, { ...one, family: 6 })).toBe(false);
  expect(sameShape(one, { ...one, type: 'hash:ip,port' })).toBe(false);
  expect(sameShape(one, { ...one, options: 'maxelem 2' })).toBe(false);
});
