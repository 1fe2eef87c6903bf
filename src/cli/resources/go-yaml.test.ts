// YAML as Go prints it: recorded forms, and whatever is printed reads back as what it was.
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { YAML_OPTIONS } from '../../datastore/file/yaml-options.ts';
import { goYaml } from './go-yaml.ts';

const one = (value: unknown) => goYaml({ a: value });

describe('a text is in the plainest style that says it', () => {
  it.each([
    ['plain', 'a: plain\n'],
    ["app == 'web'", "a: app == 'web'\n"],
    ['8080:8090', 'a: 8080:8090\n'],
    ['192.0.2.11/24', 'a: 192.0.2.11/24\n'],
    ['282/', 'a: 282/\n'],
    ['', 'a: ""\n'],
    ['14', 'a: "14"\n'],
    ['1e3', 'a: "1e3"\n'],
    ['yes', 'a: "yes"\n'],
    ['Null', 'a: "Null"\n'],
    ['66:00:00:00:00:01', 'a: "66:00:00:00:00:01"\n'],
    ['2026-11-21T23:34:36Z', 'a: "2026-11-21T23:34:36Z"\n'],
    ['{"rack":"r2"}', `a: '{"rack":"r2"}'\n`],
    ["- it's", "a: '- it''s'\n"],
    ['a: b', "a: 'a: b'\n"],
    ['a #b', "a: 'a #b'\n"],
    [' a', "a: ' a'\n"],
    ['a\tb', 'a: "a\\tb"\n'],
    ['one\ntwo\n', 'a: |\n  one\n  two\n'],
    ['one\ntwo', 'a: |-\n  one\n  two\n'],
    ['\u001b[31m', 'a: "\\e[31m"\n'],
  ])('%j', (value, printed) => {
    expect(one(value)).toBe(printed);
  });

  it('long ones are folded behind column 80', () => {
    const words = Array.from({ length: 30 }, (_, n) => `word${n}`).join(' ');
    const lines = one(words).trimEnd().split('\n');
    expect(lines.map((line) => line.length)).toEqual([83, 85, 36]);
    expect(parse(one(words))).toEqual({ a: words });
  });
});

it('keys are sorted with their numbers counted, lists are not indented', () => {
  expect(goYaml({ b10: [{ y: [1], x: {} }, []], b9: null, aB: true, 'a.b': 1.5, ab: [[1, 2], []] })).toBe(
    'a.b: 1.5\naB: true\nab:\n- - 1\n  - 2\n- []\nb9: null\nb10:\n- x: {}\n  "y":\n  - 1\n- []\n',
  );
});

it('reads back as what it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...Array.from(' \n\t:#-?\'"[]{}|>&*!%@`,.0123yesnotrue_eE~')) }),
    fc.string({ unit: fc.constantFrom('word', ' ', ': ', "'", 'x'), maxLength: 60 }),
  );
  const key = fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    .filter((k) => k !== '__proto__');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      expect(parse(goYaml(given), YAML_OPTIONS)).toEqual(given);
      expect(parse(goYaml(given), { version: '1.2' })).toEqual(given);
    }),
    { numRuns: 1500 },
  );
});
