import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { formatPath, formatProblems, type Problem, problem, problemsToJson, sortProblems } from './index.ts';

const source = (text: string) => ({ source: (file: string) => (file === 'p.yaml' ? text : undefined) });
const at = (line: number, column: number, length?: number) => ({
  place: { file: 'p.yaml', line, column, ...(length === undefined ? {} : { length }) },
});

test('a whole problem', () => {
  const p = problem('selector/syntax', 'expected string', {
    ...at(2, 13, 3),
    path: ['spec', 'ingress', 0, 'source', 'nets', 2],
    resource: 'NetworkPolicy/prod/web',
    hint: 'put the value in quotes',
    notes: [
      { message: 'first defined here', place: { file: 'p.yaml', line: 1, column: 1, length: 4 } },
      { message: 'and nowhere else' },
    ],
  });
  expect(formatProblems([p], source('spec:\n  selector: abc\n'))).toBe(
    [
      'error[selector/syntax]: expected string',
      ' --> p.yaml:2:13',
      '  |',
      '2 |   selector: abc',
      '  |             ^^^',
      '  = field: spec.ingress[0].source.nets[2]',
      '  = resource: NetworkPolicy/prod/web',
      '  = hint: put the value in quotes',
      '  = note: first defined here',
      ' ::: p.yaml:1:1',
      '  |',
      '1 | spec:',
      '  | ^^^^',
      '  = note: and nowhere else',
    ].join('\n'),
  );
});

test('the caret stands under its place behind tabs, wide characters and marks', () => {
  const lines = (text: string, column: number, length = 1) =>
    formatProblems([problem('a/b', 'm', at(1, column, length))], source(text))
      .split('\n')
      .slice(3);
  expect(lines('\ta: x', 5)).toEqual(['1 |     a: x', '  |        ^']);
  expect(lines('日本: x', 5)).toEqual(['1 | 日本: x', '  |       ^']);
  expect(lines('e\u0301: x', 5)).toEqual(['1 | e\u0301: x', '  |    ^']);
  expect(lines('a\tb', 1, 3)).toEqual(['1 | a    b', '  | ^^^^^^']);
  expect(lines('ab', 3)).toEqual(['1 | ab', '  |   ^']);
  expect(lines('ab', 99)).toEqual(['1 | ab', '  |   ^']);
});

test('a wide line is shown as a window around the place', () => {
  const text = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`;
  const [shown = '', caret = ''] = formatProblems([problem('a/b', 'm', at(1, 5001))], source(text))
    .split('\n')
    .slice(3);
  expect(shown.length).toBeLessThan(120);
  expect(shown).toMatch(/^1 \| …a+Xb+…$/);
  expect(caret.indexOf('^')).toBe(shown.indexOf('X'));
  const [, underline = ''] = formatProblems([problem('a/b', 'm', at(1, 5001, 9000))], source(text))
    .split('\n')
    .slice(3);
  expect(underline.length).toBeLessThan(120);
});

test('nothing from an input reaches the terminal as a control character', () => {
  const evil = '\u001b[2J\u202e';
  const p = problem('a/b', evil, {
    place: { file: 'p.yaml', line: 1, column: 1 },
    resource: evil,
    hint: evil,
    path: [evil],
    notes: [{ message: evil, place: { file: evil } }],
  });
  const printed = formatProblems([p], source(evil));
  expect(printed).not.toContain('\u001b');
  expect(printed).not.toContain('\u202e');
  expect(printed.split('\\x1b')).toHaveLength(7);
});

test('a place without a line, without a source, and no place at all', () => {
  expect(formatProblems([problem('a/b', 'm', { place: { file: 'gone' } })])).toBe('error[a/b]: m\n--> gone');
  expect(formatProblems([problem('a/b', 'm', { place: { file: 'gone', line: 12, column: 3 } })])).toBe(
    'error[a/b]: m\n  --> gone:12:3',
  );
  expect(formatProblems([problem('a/b', 'm', { severity: 'warning' })])).toBe('warning[a/b]: m');
  expect(formatProblems([])).toBe('');
});

test('colour only when asked for', () => {
  const p = problem('a/b', 'm', at(1, 1));
  const plain = formatProblems([p], source('x'));
  const colored = formatProblems([p], { ...source('x'), color: true });
  expect(stripVTControlCharacters(colored)).toBe(plain);
  expect(colored).not.toBe(plain);
});

test('order: by file, line and column, then path by number; without a file last', () => {
  const p = (message: string, more: Partial<Problem>) => problem('a/b', message, more);
  const sorted = [
    p('1', { place: { file: 'a', line: 2, column: 9 } }),
    p('2', { place: { file: 'a', line: 10, column: 1 } }),
    p('3', { place: { file: 'a', line: 10, column: 2 } }),
    p('4', { place: { file: 'b' } }),
    p('5', { resource: 'Tier/x', path: ['spec', 'rules', 2] }),
    p('6', { resource: 'Tier/x', path: ['spec', 'rules', 10] }),
    p('7', {}),
  ];
  expect(sortProblems(sorted.toReversed()).map((one) => one.message)).toEqual(
    sorted.map((one) => one.message),
  );
});

test('paths', () => {
  expect(formatPath(['spec', 'ingress', 0, 'source'])).toBe('spec.ingress[0].source');
  expect(formatPath(['metadata', 'labels', 'a/b'])).toBe('metadata.labels["a/b"]');
  expect(formatPath([0, 'kind'])).toBe('[0].kind');
  expect(formatPath([])).toBe('');
});

test('JSON has the field as text, and of a cause what it says', () => {
  const p = problem('a/b', 'm', { path: ['spec', 0], cause: new Error('why'), ...at(1, 2) });
  expect(JSON.parse(JSON.stringify(problemsToJson([p])))).toEqual([
    {
      code: 'a/b',
      severity: 'error',
      message: 'm',
      field: 'spec[0]',
      path: ['spec', 0],
      place: { file: 'p.yaml', line: 1, column: 2 },
      cause: 'why',
    },
  ]);
});
