// The check of sources and the masquerade of what leaves IP pools, in text.
import { describe, expect, it } from 'vitest';
import { nodePolicy } from '../../verdict/testing.ts';
import { createRenderer } from '../renderer.ts';
import type { IptablesRuleset, IptablesTableName } from '../ruleset.ts';

const render = (...policy: Parameters<typeof nodePolicy>) =>
  createRenderer('iptables').render(nodePolicy(...policy));
const chains = (of: IptablesRuleset, table: IptablesTableName, family: 4 | 6 = 4) =>
  Object.fromEntries(
    [...(of.tables[family].get(table)?.chains ?? [])].map(([name, { rules }]) => [
      name,
      rules.map((rule) => rule.text),
    ]),
  );
const DROP = '-m rpfilter --invert --validmark -j DROP';

describe('sources of workloads', () => {
  it('are checked on every interface that belongs to one', () => {
    const made = render({ a: {}, tap: { interfaceName: 'tap0' } });
    const raw = chains(made, 'raw');
    const [[root, rules] = ['', []]] = Object.entries(raw).filter(([name]) => name !== 'tortie-reverse-path');
    expect(rules).toEqual([DROP]);
    expect(raw['tortie-reverse-path']).toEqual([`-i cali+ -j ${root}`, `-i tap0 -j ${root}`]);
    expect(made.tables[4].get('raw')?.hooks.map((h) => [h.chain, h.position, h.rule.text])).toEqual([
      ['PREROUTING', 'insert', '-j tortie-reverse-path'],
    ]);
  });

  it('may be what an endpoint may spoof, if the node allows it at all', () => {
    const spoofable = ['10.0.0.1/32', '10.1.0.0/16', 'fd00::/8'];
    const endpoints = { a: { spoofable }, b: { spoofable }, c: {} };
    const made = render(endpoints, { config: { allowSpoofing: true } });
    const v4 = chains(made, 'raw');
    const [target = ''] =
      Object.entries(v4).find(([, rules]) => rules[0] === '-s 10.0.0.1/32 -j RETURN') ?? [];
    expect(v4[target]).toEqual(['-s 10.0.0.1/32 -j RETURN', '-s 10.1.0.0/16 -j RETURN', DROP]);
    expect(Object.values(v4)).toContainEqual([`-i cali-a -g ${target}`, `-i cali-b -g ${target}`, DROP]);
    expect(Object.values(chains(made, 'raw', 6))).toContainEqual(['-s fd00::/8 -j RETURN', DROP]);
    expect(Object.keys(chains(render(endpoints), 'raw'))).toHaveLength(2);
  });
});

describe('masquerade', () => {
  const masquerade = {
    sources: ['10.0.0.0/16', 'fd00::/64'],
    exceptions: ['10.0.0.0/16', '10.1.0.0/16', 'fd00::/64'],
  };
  const rules = (of: IptablesRuleset, family: 4 | 6 = 4) => chains(of, 'nat', family)['tortie-masquerade'];

  it('has no table unless some pool of the family asks for it', () => {
    expect(render({ a: {} }).tables[4].has('nat')).toBe(false);
    const four = render({ a: {} }, { masquerade: { sources: ['10.0.0.0/8'], exceptions: [] } });
    expect([four.tables[4].has('nat'), four.tables[6].has('nat')]).toEqual([true, false]);
  });

  it('is the last thing in POSTROUTING, wherever our other hooks stand', () => {
    const made = render({ a: {} }, { masquerade });
    expect(made.tables[4].get('nat')?.hooks.map((h) => [h.chain, h.position])).toEqual([
      ['POSTROUTING', 'append'],
    ]);
    const [set] = [...made.ipsets.values()];
    expect([set?.members, set?.use]).toEqual([['10.0.0.0/16', '10.1.0.0/16'], 'mixed']);
    expect(rules(made)).toEqual([
      `-s 10.0.0.0/16 -m set ! --match-set ${set?.name} dst -j MASQUERADE --random-fully`,
    ]);
    expect(rules(made, 6)).toEqual(['-s fd00::/64 ! -d fd00::/64 -j MASQUERADE --random-fully']);
  });

  it('uses ports, address and interface as configured, the address for IPv4 alone', () => {
    const config = { outInterface: 'eth0', ports: { first: 1000, last: 2000 }, address: '192.0.2.7' };
    const made = render(
      { a: {} },
      { masquerade: { ...masquerade, exceptions: [] }, config: { masquerade: config } },
    );
    expect(rules(made)).toEqual([
      '-o eth0 -p tcp -s 10.0.0.0/16 -j SNAT --to-source 192.0.2.7:1000-2000 --random-fully',
      '-o eth0 -p udp -s 10.0.0.0/16 -j SNAT --to-source 192.0.2.7:1000-2000 --random-fully',
      '-o eth0 -s 10.0.0.0/16 -j SNAT --to-source 192.0.2.7 --random-fully',
    ]);
    expect(rules(made, 6)?.[0]).toBe(
      '-o eth0 -p tcp -s fd00::/64 -j MASQUERADE --to-ports 1000-2000 --random-fully',
    );
  });
});
