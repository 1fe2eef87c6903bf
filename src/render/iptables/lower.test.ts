import { describe, expect, test } from 'vitest';
import { TortieError } from '../../errors/problem.ts';
import {
  type EndpointSketch,
  netSet,
  nodePolicy,
  type PolicySketch,
  portSet,
  type RuleSketch,
} from '../../verdict/testing.ts';
import { buildProgram } from '../build-program.ts';
import type { IptablesRuleset } from '../ruleset.ts';
import { lowerIptables } from './lower.ts';

type More = Parameters<typeof nodePolicy>[1];

function ruleset(endpoints: Record<string, EndpointSketch>, more: More = {}): IptablesRuleset {
  return lowerIptables(buildProgram(nodePolicy(endpoints, more)));
}

function chains(of: IptablesRuleset, family: 4 | 6 = 4): Map<string, string[]> {
  const all = of.tables[family].get('filter')?.chains ?? new Map();
  return new Map([...all].map(([name, chain]) => [name, chain.rules.map((r: { text: string }) => r.text)]));
}

const RETURN_IF_ACCEPTED = '-m mark --mark 0x10000/0x10000 -j RETURN';
const UNLESS_PASSED = '-m mark --mark 0x0/0x20000';
const allow: PolicySketch = { ingress: [{ action: 'allow' }] };
const deny: PolicySketch = { ingress: [{ action: 'deny' }] };
const pass: PolicySketch = { ingress: [{ action: 'pass' }] };

/** The calls of the one endpoint's ingress chain, without what every such chain starts with. */
function calls(endpoint: EndpointSketch): string[] {
  const [, rules = []] =
    [...chains(ruleset({ a: endpoint }))].find(([name]) => name.startsWith('tortie-ingress-')) ?? [];
  const head = [
    '-m conntrack --ctstate RELATED,ESTABLISHED -g tortie-allow',
    '-m conntrack --ctstate INVALID -j DROP',
    '-j MARK --set-mark 0x0/0x30000',
  ];
  expect(rules.slice(0, head.length)).toEqual(head);
  return rules.slice(head.length);
}

describe('calls', () => {
  test('an endpoint that nothing allows denies', () => {
    expect(calls({})).toEqual(['-j DROP']);
  });

  test('a tier that denies at its end, and never passes, ends the list', () => {
    expect(calls({ tiers: { t: { policies: { p: allow, q: deny } } }, profiles: { x: allow } })).toEqual([
      '-j tortie-pi-np/t/p',
      RETURN_IF_ACCEPTED,
      '-j tortie-pi-np/t/q',
      '-j DROP',
    ]);
  });

  test('pass skips the rest of its tier and the denial at its end', () => {
    const tiers = { t: { policies: { p: pass, q: allow } }, u: { policies: { r: allow } } };
    expect(calls({ tiers })).toEqual([
      '-j tortie-pi-np/t/p',
      `${UNLESS_PASSED} -j tortie-pi-np/t/q`,
      RETURN_IF_ACCEPTED,
      `${UNLESS_PASSED} -j DROP`,
      '-j tortie-pi-np/t/r',
      RETURN_IF_ACCEPTED,
      '-j DROP',
    ]);
  });

  test('the bit of one tier is not the next one’s', () => {
    const tiers = {
      t: { policies: { p: pass } },
      u: { policies: { q: allow } },
      v: { policies: { r: { ingress: [{ action: 'pass' as const }, { action: 'allow' as const }] } } },
    };
    expect(calls({ tiers })).toEqual([
      '-j tortie-pi-np/t/p',
      `${UNLESS_PASSED} -j DROP`,
      '-j tortie-pi-np/t/q',
      RETURN_IF_ACCEPTED,
      '-j DROP',
    ]);
    const next = { ...tiers, u: { defaultAction: 'Pass' as const, policies: { q: allow } } };
    expect(calls({ tiers: next }).slice(4)).toEqual([
      '-j MARK --set-mark 0x0/0x20000',
      '-j tortie-pi-np/t/r',
      RETURN_IF_ACCEPTED,
      `${UNLESS_PASSED} -j DROP`,
      '-j DROP',
    ]);
  });

  test('a tier that passes by default goes on to the profiles', () => {
    const tiers = { t: { defaultAction: 'Pass' as const, policies: { p: deny } } };
    expect(calls({ tiers, profiles: { x: pass, y: pass, z: allow } })).toEqual([
      '-j tortie-pi-np/t/p',
      '-j tortie-pri-x',
      '-j MARK --set-mark 0x0/0x20000',
      '-j tortie-pri-y',
      '-j tortie-pri-z',
      RETURN_IF_ACCEPTED,
      '-j DROP',
    ]);
  });

  test('what is never called is not there, nor its sets', () => {
    const tiers = { t: { policies: { p: deny } } };
    const hidden = { ingress: [{ action: 'allow' as const, source: { sets: ['s'] } }] };
    const made = ruleset({ a: { tiers, profiles: { x: hidden } } }, { ipSets: [netSet('s', '10.0.0.1/32')] });
    expect(chains(made).has('tortie-pri-x')).toBe(false);
    expect(made.ipsets.size).toBe(0);
  });

  test('endpoints with the same calls share their chains', () => {
    const names = [
      ...chains(ruleset({ a: { profiles: { x: allow } }, b: { profiles: { x: allow } }, c: {} })).keys(),
    ];
    expect(names.filter((n) => n.startsWith('tortie-ingress-'))).toHaveLength(2);
  });
});

describe('stages', () => {
  test('from the hooks to the endpoints', () => {
    const made = ruleset({ a: { profiles: { x: allow } } });
    const v4 = chains(made);
    expect(made.tables[4].get('filter')?.hooks.map((h) => [h.chain, h.position, h.rule.text])).toEqual([
      ['INPUT', 'insert', '-j tortie-INPUT'],
      ['FORWARD', 'insert', '-j tortie-FORWARD'],
      ['FORWARD', 'append', '-j tortie-accepted'],
    ]);
    expect(v4.get('tortie-FORWARD')).toEqual([
      '-j MARK --set-mark 0x0/0x30000',
      '-i cali+ -j tortie-from-workload',
      '-o cali+ -j tortie-to-workload',
    ]);
    expect(v4.get('tortie-INPUT')).toEqual(['-i cali+ -g tortie-to-host']);
    expect(v4.get('tortie-to-host')).toEqual([
      '-j MARK --set-mark 0x0/0x30000',
      '-i cali+ -j tortie-from-workload',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-j DROP',
    ]);
    expect(v4.get('tortie-from-workload')).toEqual([
      expect.stringMatching(/^-i cali-a -g tortie-egress-/),
      '-j DROP',
    ]);
    const discovery = chains(made, 6).get('tortie-to-host')?.slice(0, 6);
    expect(discovery).toEqual(
      [130, 131, 132, 133, 135, 136].map((t) => `-p icmpv6 -m icmp6 --icmpv6-type ${t} -j ACCEPT`),
    );
  });

  test('tunnels from a workload are denied after established traffic, in egress alone', () => {
    const [, egress = []] =
      [...chains(ruleset({ a: {} }))].find(([n]) => n.startsWith('tortie-egress-')) ?? [];
    expect(egress.slice(2)).toEqual(['-p udp -m udp --dport 4789 -j DROP', '-p 4 -j DROP', '-j DROP']);
  });

  test('options of the configuration', () => {
    const config = {
      interfacePrefixes: ['tap', 'cali', 'cal'],
      endpointToHostAction: 'return' as const,
      iptables: {
        denyAction: 'reject' as const,
        acceptAction: 'return' as const,
        mangleAcceptAction: 'accept' as const,
        markMask: 0x0c,
      },
      dropInvalid: false,
      dropVxlanFromWorkloads: false,
      dropIpipFromWorkloads: false,
    };
    const made = ruleset({ a: {} }, { config });
    const v4 = chains(made);
    expect(made.tables[4].get('filter')?.hooks).toHaveLength(2);
    expect(v4.has('tortie-accepted')).toBe(false);
    expect(v4.get('tortie-FORWARD')?.slice(0, 3)).toEqual([
      '-j MARK --set-mark 0x0/0xc',
      '-i cal+ -j tortie-from-workload',
      '-i tap+ -j tortie-from-workload',
    ]);
    expect(v4.get('tortie-to-host')?.slice(-2)).toEqual([
      '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
      '-j RETURN',
    ]);
    const [, egress = []] = [...v4].find(([n]) => n.startsWith('tortie-egress-')) ?? [];
    expect(egress).toEqual(['-m conntrack --ctstate RELATED,ESTABLISHED -g tortie-allow', '-j REJECT']);
  });

  test('an endpoint outside the prefixes is dispatched as well, and the others are let alone', () => {
    const v4 = chains(ruleset({ a: {}, b: { interfaceName: 'veth7' } }));
    expect(v4.get('tortie-FORWARD')).toContain('-j tortie-from-other');
    expect(v4.get('tortie-FORWARD')).toContain('-j tortie-to-other');
    expect(v4.get('tortie-from-other')).toEqual([expect.stringMatching(/^-i veth7 -g tortie-egress-/)]);
    expect(v4.get('tortie-INPUT')?.at(-1)).toBe('-g tortie-input-other');
    expect(v4.get('tortie-input-other')).toEqual(['-i veth7 -g tortie-to-host']);
    expect(v4.get('tortie-from-workload')).toHaveLength(2);
  });

  test('an interface that would be a wildcard is refused', () => {
    expect(() => ruleset({ a: { interfaceName: 'cali+' } })).toThrow(TortieError);
  });
});

describe('use of a set', () => {
  const use = (...rules: RuleSketch[]) => {
    const made = ruleset(
      { a: { profiles: { x: { ingress: rules } } } },
      { ipSets: [netSet('s', '10.0.0.1/32')] },
    );
    return [...made.ipsets.values()].map((s) => `${s.family} ${s.use}`);
  };
  const source = { sets: ['s'] };
  const without = { notSets: ['s'] };
  test.each<[string, RuleSketch[]]>([
    ['loosens', [{ action: 'allow', source }]],
    ['loosens', [{ action: 'deny', source: without }]],
    ['restricts', [{ action: 'deny', source }]],
    ['restricts', [{ action: 'allow', source: without }]],
    ['mixed', [{ action: 'pass', source }]],
    [
      'mixed',
      [
        { action: 'allow', source },
        { action: 'deny', source },
      ],
    ],
    ['mixed', [{ action: 'allow', source, destination: without }]],
    [
      'restricts',
      [
        { action: 'deny', source },
        { action: 'log', source },
      ],
    ],
    ['loosens', [{ action: 'log', source }]],
  ])('%s: %j', (expected, rules) => {
    expect(use(...rules)).toEqual([`4 ${expected}`, `6 ${expected}`]);
  });

  test('it is in a family only where a rule of the family mentions it', () => {
    expect(use({ action: 'allow', source, family: 6 })).toEqual(['6 loosens']);
  });

  test('named ports count too, as alternatives', () => {
    const rule: RuleSketch = { action: 'deny', protocol: 6, destination: { namedPorts: ['n', 'm'] } };
    const ipSets = [portSet('n', '10.0.0.1,tcp:80'), portSet('m')];
    const made = ruleset({ a: { profiles: { x: { ingress: [rule] } } } }, { ipSets });
    expect([...made.ipsets.values()].map((s) => [s.type, s.use])).toEqual(
      Array.from({ length: 4 }, () => ['hash:ip,port', 'restricts']),
    );
  });
});

describe('determinism and caching', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ first: 10 * i, last: 10 * i }));
  const x: PolicySketch = {
    ingress: [
      { action: 'allow', source: { sets: ['s'] } },
      { action: 'deny', protocol: 6, destination: { ports: many } },
    ],
  };
  const ipSets = [netSet('s', '10.0.0.1/32')];
  const policy = nodePolicy({ a: { profiles: { x } }, b: { profiles: { x } } }, { ipSets });

  test('rendered again, everything is the same; the blocks are the same objects', () => {
    const first = lowerIptables(buildProgram(policy));
    const second = lowerIptables(buildProgram(policy));
    expect(second).toEqual(first);
    const chain = (r: IptablesRuleset) => r.tables[4].get('filter')?.chains.get('tortie-pri-x');
    expect(chain(second)).toBe(chain(first));
    expect([...first.ipsets.values()].some((s) => s.type === 'bitmap:port')).toBe(true);
    expect([...second.ipsets.values()][0]).toBe([...first.ipsets.values()][0]);
  });

  test('another use of a set elsewhere gives unchanged blocks the new name', () => {
    const before = lowerIptables(buildProgram(policy));
    const both = nodePolicy(
      {
        a: { profiles: { x } },
        b: { profiles: { y: { ingress: [{ action: 'deny', source: { sets: ['s'] } }] } } },
      },
      { ipSets },
    );
    const profiles = new Map([...both.profiles, ...policy.profiles]);
    const after = lowerIptables(buildProgram({ ...both, profiles, ipSets: policy.ipSets }));
    const rule = (r: IptablesRuleset) =>
      r.tables[4].get('filter')?.chains.get('tortie-pri-x')?.rules[0]?.text;
    expect(rule(before)).toContain('tortie-4l-');
    expect(rule(after)).toContain('tortie-4m-');
  });

  test('a changed log target or mark is not answered from what is kept', () => {
    const logs = nodePolicy({ a: { profiles: { x: { ingress: [{ action: 'log' }] } } } });
    const text = (log: 'log' | 'nflog') =>
      lowerIptables(buildProgram(logs), { log }).tables[4].get('filter')?.chains.get('tortie-pri-x')?.rules[0]
        ?.text;
    expect(text('log')).toContain('-j LOG');
    expect(text('nflog')).toContain('-j NFLOG');
  });
});
