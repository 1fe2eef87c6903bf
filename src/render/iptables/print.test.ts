import { describe, expect, test } from 'vitest';
import { netSet, nodePolicy } from '../../verdict/testing.ts';
import { buildProgram } from '../build-program.ts';
import type { IptablesTable } from '../ruleset.ts';
import { chain } from './chain.ts';
import { lowerIptables } from './lower.ts';
import { hookLine, printChainBody, printIptables, printTable, ruleText } from './print.ts';

describe('pieces', () => {
  const web = chain('tortie-x', [{ text: '-j DROP', comment: 'a' }, { text: '-j ACCEPT' }]);

  test('the hash stands in the comment of the first rule', () => {
    expect(printChainBody(web)).toEqual([
      `-A tortie-x -m comment --comment "tortie:${web.hash} a" -j DROP`,
      '-A tortie-x -j ACCEPT',
    ]);
    expect(web.hash).toMatch(/^[A-Za-z0-9_-]{16}$/);
  });

  test('an empty chain has a rule to carry it', () => {
    const empty = chain('tortie-x', []);
    expect(printChainBody(empty)).toEqual([`-A tortie-x -m comment --comment "tortie:${empty.hash}"`]);
  });

  test('every text and comment counts for the hash', () => {
    const hashes = [
      web,
      chain('tortie-x', [{ text: '-j DROP', comment: 'b' }, { text: '-j ACCEPT' }]),
      chain('tortie-x', [{ text: '-j DROP', comment: 'a' }, { text: '-j RETURN' }]),
      chain('tortie-x', [{ text: '-j ACCEPT' }, { text: '-j DROP', comment: 'a' }]),
    ].map((c) => c.hash);
    expect(new Set(hashes).size).toBe(4);
  });

  test('hooks only where they are asked for', () => {
    const hook = {
      chain: 'FORWARD',
      position: 'insert' as const,
      rule: { text: '-j tortie-x', comment: 'tortie:h' },
    };
    const table: IptablesTable = { chains: new Map([['tortie-x', web]]), hooks: [hook] };
    expect(hookLine(hook)).toBe('-I FORWARD -m comment --comment "tortie:h" -j tortie-x');
    expect(hookLine({ ...hook, position: 'append' })).toMatch(/^-A FORWARD /);
    expect(printTable('filter', table, { hooks: [] })).not.toContain('FORWARD');
    expect(printTable('filter', table, table).split('\n')).toEqual([
      '*filter',
      ':tortie-x - -',
      ...printChainBody(web),
      hookLine(hook),
      'COMMIT',
      '',
    ]);
  });

  test('a rule without anything is no text', () => {
    expect(ruleText({ text: '' })).toBe('');
  });
});

test('sets first, then both families, whatever is jumped to is declared', () => {
  const profile = { ingress: [{ action: 'allow' as const, source: { sets: ['s'] } }] };
  const policy = nodePolicy({ a: { profiles: { x: profile } } }, { ipSets: [netSet('s', '10.0.0.1/32')] });
  const files = printIptables(lowerIptables(buildProgram(policy)));
  expect(files.map((f) => f.file)).toEqual(['ipset.restore', 'iptables.v4', 'iptables.v6']);
  for (const { text } of files.slice(1)) {
    const declared = new Set([...text.matchAll(/^:(\S+)/gm)].map((m) => m[1]));
    const targets = [...text.matchAll(/ -[jg] (tortie-\S+)/g)].map((m) => m[1]);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((t) => !declared.has(t))).toEqual([]);
    for (const name of declared) expect(name?.length).toBeLessThanOrEqual(28);
  }
});
