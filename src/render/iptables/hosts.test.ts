// What host endpoints add, in text: which tables and hooks, failsafes, targets, and the use of sets.
import { describe, expect, test } from 'vitest';
import { type HostSketch, netSet, nodePolicy, type TierSketch } from '../../verdict/testing.ts';
import { buildProgram } from '../build-program.ts';
import type { IptablesTableName } from '../ruleset.ts';
import { lowerIptables } from './lower.ts';

type More = Parameters<typeof nodePolicy>[1];

const deny: Readonly<Record<string, TierSketch>> = {
  t: { policies: { p: { ingress: [{ action: 'deny' }] } } },
};
const render = (hosts: Readonly<Record<string, HostSketch>>, more: More = {}) =>
  lowerIptables(buildProgram(nodePolicy({}, { ...more, hosts })));
const up = (lists: HostSketch['lists'] = {}) => ({ up: { interfaceName: 'up0', lists } });
const hooks = (of: ReturnType<typeof render>) =>
  [...of.tables[4]].flatMap(([table, t]) => t.hooks.map((h) => `${table} ${h.chain} ${h.position}`));
const texts = (of: ReturnType<typeof render>, table: IptablesTableName, chain: string, family: 4 | 6 = 4) =>
  of.tables[family]
    .get(table)
    ?.chains.get(chain)
    ?.rules.map((r) => r.text);

describe('tables and hooks', () => {
  const always = ['filter INPUT insert', 'filter FORWARD insert', 'filter FORWARD append'];
  const sources = 'raw PREROUTING insert';
  const host = ['mangle POSTROUTING insert', ...always, 'filter OUTPUT insert'];
  test('only those that some list needs', () => {
    expect(hooks(render({}))).toEqual([sources, ...always]);
    expect(hooks(render(up()))).toEqual([sources, ...host]);
    expect(hooks(render(up({ preDnat: deny })))).toEqual([sources, 'mangle PREROUTING insert', ...host]);
    expect(hooks(render(up({ untracked: deny })))).toEqual([sources, 'raw PREROUTING insert', ...host]);
    const any = render({ any: { interfaceName: '*', lists: { untracked: deny } } });
    expect(hooks(any)).toEqual([sources, ...host]);
  });

  test('at the end, when so configured', () => {
    const appended = hooks(render(up(), { config: { chainInsertMode: 'append' } }));
    expect(appended.filter((h) => !h.endsWith('append'))).toEqual([]);
    expect(appended.filter((h) => h.startsWith('filter FORWARD'))).toHaveLength(2);
  });

  test('filter asks for the accepted bit only where somebody sets it', () => {
    const asked = '-m mark --mark 0x10000/0x10000 -j ACCEPT';
    expect(texts(render(up()), 'filter', 'tortie-host-input')?.indexOf(asked)).toBe(2);
    expect(texts(render(up({ preDnat: deny })), 'filter', 'tortie-host-input')?.indexOf(asked)).toBe(0);
    expect(texts(render(up({ preDnat: deny })), 'filter', 'tortie-OUTPUT')?.indexOf(asked)).toBe(3);
  });
});

test('what pre-DNAT policy allows meets no rule of others in mangle, unless so configured', () => {
  const { iptables } = nodePolicy({}).config;
  const last = (mangleAcceptAction: 'accept' | 'return') =>
    texts(
      render(up({ preDnat: deny }), { config: { iptables: { ...iptables, mangleAcceptAction } } }),
      'mangle',
      'tortie-PREROUTING',
    )?.slice(2);
  expect(last('return')).toEqual(['-j MARK --set-mark 0x0/0x20000']);
  expect(last('accept')).toEqual([
    '-j MARK --set-mark 0x0/0x20000',
    '-m mark --mark 0x10000/0x10000 -j ACCEPT',
  ]);
});

test('REJECT only in filter', () => {
  const { iptables } = nodePolicy({}).config;
  const made = render(up({ preDnat: deny, normal: deny }), {
    config: { iptables: { ...iptables, denyAction: 'reject' } },
  });
  expect(texts(made, 'mangle', 'tortie-pi-np/t/p')).toEqual(['-j DROP']);
  expect(texts(made, 'filter', 'tortie-pi-np/t/p')).toEqual(['-j REJECT']);
});

test('failsafes: ports of one protocol together, nets alone and in their family, replies in raw', () => {
  const config = {
    failsafeInbound: [
      { protocol: 6, port: 22 },
      { protocol: 17, port: 68 },
      { protocol: 6, port: 179 },
      { protocol: 6, port: 80, net: '10.0.0.0/8' },
      { protocol: 6, port: 81, net: 'fd00::/8' },
    ],
    failsafeOutbound: [{ protocol: 17, port: 53, net: '10.0.0.0/8' }],
  };
  const made = render(up({ untracked: deny }), { config });
  expect(texts(made, 'filter', 'tortie-failsafe-in')).toEqual([
    '-p tcp -m multiport --dports 22,179 -j ACCEPT',
    '-p udp -m udp --dport 68 -j ACCEPT',
    '-s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT',
  ]);
  expect(texts(made, 'raw', 'tortie-failsafe-in')?.slice(-2)).toEqual([
    '-s 10.0.0.0/8 -p tcp -m tcp --dport 80 -g tortie-pass',
    '-s 10.0.0.0/8 -p udp -m udp --sport 53 -g tortie-pass',
  ]);
  expect(texts(made, 'filter', 'tortie-failsafe-in', 6)?.slice(2)).toEqual([
    '-s fd00::/8 -p tcp -m tcp --dport 81 -j ACCEPT',
    ...[133, 134, 135, 136].map((type) => `-p icmpv6 -m icmp6 --icmpv6-type ${type} -j ACCEPT`),
  ]);
  const none = { failsafeInbound: [], failsafeOutbound: [], hostNeighbourDiscovery: false };
  const bare = render(up({ untracked: deny }), { config: none });
  expect([...(bare.tables[6].get('filter')?.chains.keys() ?? [])].join()).not.toContain('failsafe');
});

test('the use of a set counts all tables, and an untracked allow as mixed', () => {
  const rule = (action: 'allow' | 'deny', name: string): Readonly<Record<string, TierSketch>> => {
    return { t: { policies: { [name]: { ingress: [{ action, source: { sets: ['s'] } }] } } } };
  };
  const use = (lists: HostSketch['lists']) =>
    render(up(lists), { ipSets: [netSet('s', '10.0.0.1/32')] })
      .ipsets.values()
      .next().value?.use;
  expect(use({ preDnat: rule('deny', 'd') })).toBe('restricts');
  expect(use({ normal: rule('allow', 'n') })).toBe('loosens');
  expect(use({ normal: rule('allow', 'n'), preDnat: rule('deny', 'd') })).toBe('mixed');
  expect(use({ untracked: rule('deny', 'u') })).toBe('restricts');
  expect(use({ untracked: rule('allow', 'u') })).toBe('mixed');
});
