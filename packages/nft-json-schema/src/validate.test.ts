import { describe, expect, it } from 'vitest';
import { validate } from './validate.ts';

const rule = (expr: readonly unknown[]) => ({
  nftables: [{ add: { rule: { family: 'inet', table: 't', chain: 'c', expr } } }],
});
const accept = { accept: null };

describe('validate', () => {
  it.each<[string, readonly unknown[]]>([
    [
      'payload match',
      [{ match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 80 } }, accept],
    ],
    [
      'set reference',
      [{ match: { op: '!=', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '@s' } }, accept],
    ],
    [
      'concat with a set',
      [
        {
          match: {
            op: '==',
            left: {
              concat: [
                { payload: { protocol: 'ip', field: 'saddr' } },
                { meta: { key: 'l4proto' } },
                { payload: { protocol: 'th', field: 'sport' } },
              ],
            },
            right: '@s',
          },
        },
      ],
    ],
    [
      'prefix and range',
      [
        {
          match: {
            op: '==',
            left: { payload: { protocol: 'ip', field: 'saddr' } },
            right: { prefix: { addr: '10.0.0.0', len: 8 } },
          },
        },
        {
          match: {
            op: '==',
            left: { payload: { protocol: 'tcp', field: 'dport' } },
            right: { range: [1, 2] },
          },
        },
      ],
    ],
    [
      'bit operations with more than two operands',
      [{ match: { op: '==', left: { '|': [1, 2, 3] }, right: 3 } }],
    ],
    ['vmap', [{ vmap: { key: { meta: { key: 'iifname' } }, data: '@m' } }]],
    [
      'anonymous vmap',
      [
        {
          vmap: {
            key: { ct: { key: 'state' } },
            data: {
              set: [
                ['new', accept],
                ['invalid', { jump: { target: 'x' } }],
              ],
            },
          },
        },
      ],
    ],
    ['key with a space', [{ 'ct count': { val: 5, inv: true } }]],
    [
      'flags as scalar and array',
      [
        { masquerade: { flags: 'random' } },
        { masquerade: { flags: ['random'] } },
        { log: { prefix: 'p', flags: 'all' } },
      ],
    ],
    ['counter forms', [{ counter: null }, { counter: { packets: 0, bytes: 0 } }, { counter: 'named' }]],
    [
      'mangle of the mark',
      [{ mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 1] } } }],
    ],
    ['a statement without JSON, as its text', ['add @learnt { ip saddr : meta mark }', accept]],
    ['reset of an option', [{ reset: { 'tcp option': { name: 'timestamp' } } }]],
    ['flow', [{ flow: { op: 'add', flowtable: '@fast' } }]],
    [
      'queue forms',
      [{ queue: null }, { queue: { num: 3 } }, { queue: { num: { range: [1, 3] }, flags: ['bypass'] } }],
    ],
    ['xt is opaque', [{ xt: { type: 'match', name: 'comment' } }]],
  ])('accepts %s', (_name, expr) => expect(validate(rule(expr))).toEqual([]));

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['limit', { rate: 10, rate_unit: 'kbytes', per: 'second', burst: 20, burst_unit: 'kbytes', inv: true }],
    ['secmark', { context: 'system_u:object_r:ssh_server_packet_t:s0' }],
    ['flowtable', { hook: 'ingress', prio: 0, dev: 'lo' }],
    ['flowtable', { hook: 'ingress', prio: 0, dev: ['lo', 'eth0'] }],
  ])('accepts a listed %s', (kind, more) => {
    const listed = { [kind]: { family: 'inet', table: 't', name: 'o', handle: 1, ...more } };
    expect(validate({ nftables: [listed] })).toEqual([]);
  });

  it('points at the one place that is wrong', () => {
    const bad = { match: { op: '~', left: { meta: { key: 'mark' } }, right: 1 } };
    expect(
      validate({ nftables: [{ metainfo: {} }, rule([accept]).nftables[0], rule([bad]).nftables[0]] }),
    ).toEqual([
      {
        path: '/nftables/2/add/rule/expr/0/match/op',
        message: 'must be equal to one of the allowed values: ==, !=, <, >, <=, >=, in',
      },
    ]);
  });

  it('reports every problem, not the first', () => {
    const paths = validate(rule([{ jump: {} }, { mtch: {} }, { match: { op: '==', left: 1 } }])).map(
      (i) => i.path,
    );
    for (const n of [0, 1, 2])
      expect(paths.some((p) => p.startsWith(`/nftables/0/add/rule/expr/${n}`))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['two tags in one statement', rule([{ accept: null, drop: null }])],
    ['no tag', rule([{}])],
    ['an unknown command', { nftables: [{ ad: {} }] }],
    ['a missing envelope', []],
    ['a chain without a table', { nftables: [{ add: { chain: { family: 'inet', name: 'c' } } }] }],
    ['an unknown family', { nftables: [{ add: { table: { family: 'inet6', name: 't' } } }] }],
  ])('refuses %s', (_name, doc) => expect(validate(doc)).not.toEqual([]));
});
