// Commits of several tables: no state between them lets a packet through that the old and the new policy deny. The
// packets walk through the tables as iptables-restore leaves them after each commit. Beside apply because a state that was left behind is
// read as an applier reads it.
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createEvaluator, type Judgement, type Packet } from '../verdict/index.ts';
import type { NodePolicy } from '../policy/index.ts';
import { type HostSketch, nodePolicy } from '../verdict/testing.ts';
import { buildProgram } from '../render/build-program.ts';
import { lowerIptables } from '../render/iptables/lower.ts';
import { printFamily } from '../render/iptables/print.ts';
import { EMPTY, restore, type Tables } from '../render/iptables/simulate.ts';
import type { IptablesRuleset } from '../render/ruleset.ts';
import {
  arbitraryPolicy,
  arbitrarySent,
  changesOfMove,
  changesOfSources,
  changesOfTracking,
  movePackets,
  moves,
  openIn,
  savedText,
  sender,
  spoofedPackets,
  trackedPackets,
} from '../plan/between-testing.ts';
import { parseSave } from './parse-save.ts';
import { NO_IPTABLES, planIptables } from '../plan/iptables.ts';
import type { ObservedIptables } from '../plan/types.ts';

const BACKENDS = ['nft', 'legacy'] as const;

const render = (policy: NodePolicy) => lowerIptables(buildProgram(policy));
const loaded = (ruleset: IptablesRuleset, family: 4 | 6) =>
  restore(EMPTY, printFamily(ruleset, family)).at(-1) ?? EMPTY;

/** The tables after each commit of the plan, starting with the old ones. */
function walkThrough(
  older: IptablesRuleset,
  newer: IptablesRuleset,
  family: 4 | 6,
  backend: 'nft' | 'legacy',
) {
  const plan = planIptables(older, newer, { backend });
  const command = plan.commands.find((c) => c.purpose === `rules v${family}`);
  const from = loaded(older, family);
  return { from, states: command ? restore(from, command.stdin) : [], undo: command?.undo?.stdin ?? '' };
}

/** Chains and rules, without what has no order. */
const plain = (tables: Tables) =>
  [...tables].map(([name, chains]) => [name, [...chains].toSorted(([a], [b]) => (a < b ? -1 : 1))]);

function impossible({ originalDestination }: Packet, judgements: readonly Judgement[]): boolean {
  return (
    originalDestination !== undefined &&
    judgements.some(({ stages }) =>
      stages.some(
        (s) => s.stage.startsWith('host-untracked') && s.verdict === 'allow' && s.decidedBy.kind === 'rule',
      ),
    )
  );
}

/** Packets that both policies deny and some state between them lets through, with the number of the commit. */
function openings(
  [before, after]: readonly [NodePolicy, NodePolicy],
  packets: readonly Packet[],
  backend: 'nft' | 'legacy',
): unknown[] {
  const found: unknown[] = [];
  const older = render(before);
  const newer = render(after);
  const ipsets = new Map([...older.ipsets, ...newer.ipsets]);
  const evaluators = [createEvaluator(before), createEvaluator(after)];
  for (const family of [4, 6] as const) {
    const { from, states, undo } = walkThrough(older, newer, family, backend);
    const to = states.at(-1) ?? from;
    expect(plain(to)).toEqual(plain(loaded(newer, family)));
    expect(plain(restore(to, undo).at(-1) ?? to)).toEqual(plain(from));
    for (const sent of packets.filter((p) => p.family === family)) {
      if (
        impossible(
          sent,
          evaluators.map((e) => e.judge(sent)),
        )
      )
        continue;
      found.push(...openIn([from, ...states], ipsets, [sent]));
    }
  }
  return found;
}

describe.each(BACKENDS)('%s', (backend) => {
  it('lets nothing through in between, from any policy to any other', { timeout: 240_000 }, () => {
    const packets = fc.array(arbitrarySent, { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryPolicy, packets, (before, after, list) => {
        expect(openings([before, after], list, backend)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a policy that moves from list to list', () => {
  test.each(moves)('%s → %s', (from, to) => {
    expect(
      changesOfMove(from, to).flatMap((c) => BACKENDS.flatMap((b) => openings(c, movePackets, b))),
    ).toEqual([]);
  });
});

describe('a check of sources that changes beside policy, in one move', () => {
  test.each(BACKENDS)('%s', (backend) => {
    expect(changesOfSources.flatMap((c) => openings(c, spoofedPackets, backend))).toEqual([]);
  });
});

describe('what one policy does not track and conntrack knows, and what filter hands on to mangle', () => {
  test.each(changesOfTracking.map((change, n) => ({ n, change })))('change $n', ({ change }) => {
    expect(BACKENDS.flatMap((b) => openings(change, trackedPackets, b))).toEqual([]);
  });
});

describe('a state in between that somebody left behind', () => {
  /** What is in the kernel, as an applier reads it that knows nothing yet. */
  const observed = (tables: Tables, family: 4 | 6, ipsets: IptablesRuleset['ipsets']): ObservedIptables => {
    const read = parseSave(savedText(tables));
    const none = new Map();
    return {
      dialect: 'iptables',
      ipsets,
      tables: { 4: none, 6: none, [family]: read.tables },
      layouts: { 4: none, 6: none, [family]: read.layouts },
    };
  };

  const onTheWayFrom = (
    changes: readonly (readonly [NodePolicy, NodePolicy])[],
    third: NodePolicy,
    packets: readonly Packet[],
  ) => {
    let left = 0;
    const open: unknown[] = [];
    for (const [before, after] of changes) {
      const [older, newer, other] = [before, after, third].map(render) as [
        IptablesRuleset,
        IptablesRuleset,
        IptablesRuleset,
      ];
      const ipsets = new Map([...older.ipsets, ...newer.ipsets, ...other.ipsets]);
      const { states } = walkThrough(older, newer, 4, 'legacy');
      for (const found of states.slice(0, -1)) {
        left += 1;
        for (const wanted of [older, newer, other]) {
          const plan = planIptables(observed(found, 4, older.ipsets), wanted, { backend: 'legacy' });
          const command = plan.commands.find((c) => c.purpose === 'rules v4');
          const now = command ? restore(found, command.stdin) : [];
          expect(plain(now.at(-1) ?? found)).toEqual(plain(loaded(wanted, 4)));
          open.push(...openIn([found, ...now], ipsets, packets));
          expect(plain(restore(now.at(-1) ?? found, command?.undo?.stdin ?? '').at(-1) ?? found)).toEqual(
            plain(found),
          );
        }
      }
    }
    return { left, open };
  };

  test.each(moves)('%s → %s: lets nothing through on the way to any policy', (from, to) => {
    const [, , , third] = changesOfMove(to, from).flat();
    const changes = changesOfMove(from, to);
    expect(onTheWayFrom(changes, third ?? changes[0]![1], movePackets).open).toEqual([]);
  });

  test('a check of sources that has changed: likewise', () => {
    const third = sender('allow', ['10.0.0.2/32']);
    const found = onTheWayFrom(changesOfSources, third, spoofedPackets);
    expect(found).toEqual({ left: 2 * changesOfSources.length, open: [] });
  });

  test.each(changesOfTracking.map((change, n) => ({ n, change })))(
    'what conntrack knows, change $n: likewise',
    ({ change }) => {
      const third = changesOfTracking[0]![1];
      const found = onTheWayFrom([change, [change[1], change[0]]], third, trackedPackets);
      expect(found.open).toEqual([]);
      expect(found.left).toBeGreaterThan(1);
    },
  );

  it('lets nothing through on the way from any of them to any policy', { timeout: 240_000 }, () => {
    const packets = fc.array(
      arbitrarySent.filter((p) => p.family === 4 && p.originalDestination === undefined),
      { minLength: 30, maxLength: 30 },
    );
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryPolicy, arbitraryPolicy, packets, (older, newer, third, list) => {
        expect(onTheWayFrom([[older, newer]], third, list).open).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe('how often a table is committed', () => {
  const tables = (older: IptablesRuleset, newer: IptablesRuleset) => {
    const { commands } = planIptables(older, newer, { backend: 'legacy' });
    const stdin = commands.find((c) => c.purpose === 'rules v4')?.stdin ?? '';
    return [...stdin.matchAll(/^\*(\w+)$/gm)].map(([, table]) => table);
  };
  const policies = (name: string, action: 'allow' | 'deny') => ({
    t: { policies: { [name]: { ingress: [{ action }], egress: [{ action }] } } },
  });
  const lists = (u: 'allow' | 'deny', d: 'allow' | 'deny', n: 'allow' | 'deny') => ({
    untracked: policies('u', u),
    preDnat: policies('d', d),
    normal: policies('n', n),
  });
  const make = (of: HostSketch['lists']) =>
    render(nodePolicy({}, { hosts: { up: { interfaceName: 'up0', ...(of && { lists: of }) } } }));

  test('once, where there was no policy or will be none', () => {
    const all = make(lists('allow', 'allow', 'allow'));
    expect(tables(NO_IPTABLES, all)).toEqual(['raw', 'mangle', 'filter']);
    expect(tables(all, NO_IPTABLES)).toEqual(['raw', 'mangle', 'filter']);
  });

  test('once, where raw and pre-DNAT judge as before', () => {
    const before = make(lists('allow', 'allow', 'allow'));
    expect(tables(before, make(lists('allow', 'allow', 'deny')))).toEqual(['mangle', 'filter']);
    expect(tables(before, make(lists('deny', 'allow', 'allow')))).toEqual(['raw']);
  });

  test('twice, where they do not', () => {
    const before = make(lists('allow', 'allow', 'allow'));
    const after = make(lists('deny', 'deny', 'deny'));
    expect(tables(before, after)).toEqual(['raw', 'mangle', 'filter', 'mangle', 'raw']);
  });
});
