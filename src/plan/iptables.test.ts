import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ipset } from '../render/ruleset.ts';
import { NO_IPTABLES, planIptables } from './iptables.ts';
import { chainOf, hashNet, iptablesRuleset } from './testing.ts';
import type { Plan } from './types.ts';

const nft = { backend: 'nft' } as const;
const purposes = ({ prepare, tests, commands }: Plan) =>
  [...prepare, ...tests, ...commands].map((c) => c.purpose);
const hook = {
  chain: 'FORWARD',
  position: 'insert',
  rule: { text: '-j tortie-a', comment: 'tortie:h' },
} as const;
const allow = chainOf('tortie-a', [{ text: '-m set --match-set tortie-l src -j ACCEPT' }]);

describe('planIptables', () => {
  it('goes in the order that never opens', () => {
    const older = iptablesRuleset(
      [allow],
      [hook],
      [hashNet('tortie-l', 'loosens', ['1.1.1.1', '2.2.2.2']), hashNet('tortie-old', 'mixed', [])],
    );
    const newer = iptablesRuleset(
      [chainOf('tortie-a', [{ text: '-j DROP' }])],
      [hook],
      [hashNet('tortie-l', 'loosens', ['2.2.2.2', '3.3.3.3']), hashNet('tortie-new', 'mixed', ['9.9.9.9'])],
    );
    const plan = planIptables(older, newer, nft);
    expect(purposes(plan)).toEqual([
      'create sets',
      'test rules v4',
      'restrict sets',
      'rules v4',
      'loosen sets',
      'remove unused sets',
    ]);
    expect(plan.tests[0]?.argv).toEqual(['iptables-nft-restore', '--noflush', '--wait', '10', '--test']);
    expect(plan.tests[0]?.stdin).toBe(plan.commands[1]?.stdin);
    expect(plan.commands.map((c) => c.undo?.argv[0])).toEqual([
      'ipset',
      'iptables-nft-restore',
      'ipset',
      undefined,
    ]);
  });
  it('has nothing to do for the same object, nor for the same value', () => {
    const make = () => iptablesRuleset([allow], [hook], [hashNet('tortie-l', 'loosens', ['1.1.1.1'])]);
    const one = make();
    expect(purposes(planIptables(one, one, nft))).toEqual([]);
    expect(planIptables(one, make(), nft)).toMatchObject({ commands: [], changes: [] });
  });
  it.each([
    [
      'nft',
      '*filter\n:tortie-a - -\n-D FORWARD -m comment --comment "tortie:h" -j tortie-a\nCOMMIT\n*filter\n:tortie-a - -\n-X tortie-a\nCOMMIT\n',
    ],
    [
      'legacy',
      '*filter\n:tortie-a - -\n-D FORWARD -m comment --comment "tortie:h" -j tortie-a\n-X tortie-a\nCOMMIT\n',
    ],
  ] as const)('deletes chains as the %s backend wants it', (backend, text) => {
    const [command] = planIptables(iptablesRuleset([allow], [hook]), NO_IPTABLES, { backend }).commands;
    expect(command?.stdin).toBe(text);
    expect(command?.argv[0]).toBe(`iptables-${backend}-restore`);
  });
  it('takes back exactly what it did', () => {
    const older = iptablesRuleset([allow], [hook], [hashNet('tortie-l', 'loosens', ['1.1.1.1'])]);
    const newer = iptablesRuleset(
      [chainOf('tortie-b', [{ text: '-j DROP' }])],
      [{ ...hook, rule: { text: '-j tortie-b' } }],
      [],
    );
    const back = planIptables(newer, older, nft).commands.find((c) => c.purpose === 'rules v4');
    const forth = planIptables(older, newer, nft).commands.find((c) => c.purpose === 'rules v4');
    expect(forth?.undo).toEqual({ argv: back?.argv, stdin: back?.stdin });
  });
  it.each([
    ['in place', ['HOOK', undefined], []],
    ['missing', [undefined], ['-I FORWARD HOOK']],
    ['below others', [undefined, 'HOOK'], ['-D FORWARD HOOK', '-I FORWARD HOOK']],
    ['twice', ['HOOK', undefined, 'HOOK'], ['-D FORWARD HOOK', '-D FORWARD HOOK', '-I FORWARD HOOK']],
    ['quoted otherwise', ['-m comment --comment tortie:h -j tortie-a'], []],
  ])('puts a hook right that is %s', (_name, layout, expected) => {
    const text = '-m comment --comment "tortie:h" -j tortie-a';
    const present = layout.map((entry) => entry?.replace('HOOK', text));
    const ruleset = iptablesRuleset([allow], [hook]);
    const layouts = { 4: new Map([['filter' as const, new Map([['FORWARD', present]])]]), 6: new Map() };
    const [command] = planIptables({ ...ruleset, layouts }, iptablesRuleset([allow], [hook]), nft).commands;
    const lines = command?.stdin.split('\n').filter((l) => l.includes('FORWARD')) ?? [];
    expect(lines).toEqual(expected.map((line) => line.replace('HOOK', text)));
  });
});

// ── Never open by accident ────────────────────────────────────────────────────────────────────────────────────────

const MEMBERS = ['1.1.1.1', '2.2.2.2', '3.3.3.3'];
interface State {
  /** The only port that the rules open. */
  readonly port: number;
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
}
/** The model's policy: who is in `l` and not in `r` may reach the port. */
const allows = ({ port, sets }: State, member: string, to: number) =>
  to === port && sets.get('tortie-l')?.has(member) === true && sets.get('tortie-r')?.has(member) !== true;

const ruleset = (port: number, l: readonly string[], r: readonly string[]) =>
  iptablesRuleset(
    [chainOf('tortie-a', [{ text: `--dport ${port}` }])],
    [],
    [hashNet('tortie-l', 'loosens', l), hashNet('tortie-r', 'restricts', r)],
  );

/** Every state that packets can meet while the commands run: after each line of ipset, after each commit of rules. */
function* states(from: State, plan: Plan, newPort: number): Generator<State> {
  let { port } = from;
  const sets = new Map([...from.sets].map(([name, members]) => [name, new Set(members)]));
  for (const command of [...plan.prepare, ...plan.commands]) {
    if (command.argv[0] !== 'ipset') port = newPort;
    else {
      for (const line of command.stdin.split('\n')) {
        const [verb, name = '', member = ''] = line.split(' ');
        if (verb === 'add') sets.get(name)?.add(member);
        if (verb === 'del') sets.get(name)?.delete(member);
        yield { port, sets: new Map([...sets].map(([n, m]) => [n, new Set(m)])) };
      }
    }
    yield { port, sets };
  }
}

const stateOf = (port: number, ipsets: ReadonlyMap<string, Ipset>): State => ({
  port,
  sets: new Map([...ipsets].map(([name, set]) => [name, new Set(set.members)])),
});

describe('the order of steps', () => {
  it('lets no packet through that the old and the new policy deny, and ends at the new one', () => {
    const some = fc.subarray(MEMBERS);
    fc.assert(
      fc.property(some, some, some, some, fc.boolean(), (l1, r1, l2, r2, moves) => {
        const newPort = moves ? 443 : 80;
        const older = ruleset(80, l1, r1);
        const newer = ruleset(newPort, l2, r2);
        const from = stateOf(80, older.ipsets);
        const to = stateOf(newPort, newer.ipsets);
        let last = from;
        for (const state of states(from, planIptables(older, newer, nft), newPort)) {
          last = state;
          for (const member of MEMBERS) {
            for (const port of [80, 443]) {
              const open = allows(state, member, port);
              expect(!open || allows(from, member, port) || allows(to, member, port)).toBe(true);
            }
          }
        }
        expect(last).toEqual(to);
      }),
    );
  });
});
