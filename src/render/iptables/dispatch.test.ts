import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChainText } from '../ruleset.ts';
import { dispatchChains } from './dispatch.ts';

const END = { text: '-j DROP', comment: 'unknown interface' };

function chainsFor(names: readonly string[], end = true): ChainText[] {
  const leaves = [...names].sort().map((name) => ({ interface: name, target: `for-${name}` }));
  return dispatchChains({ root: 'from-workload', option: '-i', ...(end ? { end: END } : {}) }, leaves);
}

/** Walks the chains as the kernel does; the number of rules looked at, chains entered, and where it ended. */
function walk(chains: readonly ChainText[], name: string): { end: string; rules: number; depth: number } {
  const byName = new Map(chains.map((c) => [c.name, c]));
  let at = byName.get('tortie-from-workload');
  let rules = 0;
  for (let depth = 1; at !== undefined; depth++) {
    let next: string | undefined;
    for (const { text } of at.rules) {
      rules++;
      if (text === END.text) return { end: 'drop', rules, depth };
      const [, match = '', , target = ''] = text.split(' ');
      const holds = match.endsWith('+') ? name.startsWith(match.slice(0, -1)) : name === match;
      if (text !== '' && holds) {
        next = target;
        break;
      }
    }
    if (next === undefined) return { end: 'return', rules, depth };
    at = byName.get(next);
    if (at === undefined) return { end: next, rules, depth };
  }
  throw new Error('no root chain');
}

const interfaces = fc.uniqueArray(
  fc.oneof(
    fc.stringMatching(/^cali[0-9a-f]{0,11}$/),
    fc.stringMatching(/^[ab]{1,15}$/),
    fc.stringMatching(/^[a-z.:@_-]{1,15}$/).filter((n) => !n.startsWith('-')),
  ),
  { maxLength: 120 },
);

describe('dispatchChains', () => {
  test('few names are one list, the unknown is dropped at its end', () => {
    expect(chainsFor(['cali1', 'cali2']).map((c) => [c.name, c.rules.map((r) => r.text)])).toEqual([
      ['tortie-from-workload', ['-i cali1 -g for-cali1', '-i cali2 -g for-cali2', '-j DROP']],
    ]);
  });

  test('more names are told apart by the character behind what they share', () => {
    const names = ['cali', 'cali1', ...Array.from({ length: 8 }, (_, i) => `cali2${i}`)];
    const [root, child, ...others] = chainsFor(names);
    expect(others).toEqual([]);
    expect(root?.rules.map((r) => r.text)).toEqual([
      '-i cali -g for-cali',
      '-i cali1 -g for-cali1',
      '-i cali2+ -g tortie-from-workload/cali2',
      '-j DROP',
    ]);
    expect(child?.rules).toHaveLength(9);
    expect(child?.rules.at(-1)).toEqual(END);
  });

  test('every name finds its chain, every other one the end, whatever the names', () => {
    fc.assert(
      fc.property(interfaces, interfaces, fc.boolean(), (names, others, end) => {
        const chains = chainsFor(names, end);
        for (const name of names) expect(walk(chains, name).end).toBe(`for-${name}`);
        const known = new Set(names);
        for (const name of others.filter((n) => !known.has(n))) {
          expect(walk(chains, name).end).toBe(end ? 'drop' : 'return');
        }
        const longest = Math.max(...chains.map((c) => c.name.length));
        expect(longest).toBeLessThanOrEqual(28);
        expect(new Set(chains.map((c) => c.name)).size).toBe(chains.length);
      }),
    );
  });

  test('10,000 names are found in few rules', () => {
    const names = Array.from(
      { length: 10_000 },
      (_, i) => `cali${((i * 2654435761) >>> 0).toString(16).padStart(8, '0')}`,
    );
    const chains = chainsFor(names);
    const walks = names.slice(0, 500).map((name) => walk(chains, name));
    expect(Math.max(...walks.map((w) => w.rules))).toBeLessThan(80);
    expect(Math.max(...walks.map((w) => w.depth))).toBeLessThanOrEqual(4);
  });
});
