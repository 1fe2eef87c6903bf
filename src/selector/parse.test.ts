import { describe, expect, test } from 'vitest';
import { build, formatSelector, normaliseSelector, parseSelector } from './index.ts';

/** Canonical text, or `code: message @column`. */
function outcome(text: string): string {
  const { value, problems } = parseSelector(text, { file: 'f', line: 1, column: 1 });
  if (value !== undefined) return formatSelector(value);
  return problems.map((p) => `${p.message} @${p.place?.column}`).join();
}

describe('canonical text', () => {
  test.each([
    ['', 'all()'],
    [' \t ', 'all()'],
    [' all() ', 'all()'],
    [' (all()) ', 'all()'],
    ['all( )', 'all()'],
    ['global(\t)', 'global()'],
    ['! (has( b)||! has(a ))', '!(has(b) || !has(a))'],
    ['! (a == "b"&&! c != "d")', '!(a == "b" && !c != "d")'],
    [`a == '"'`, `a == '"'`],
    [`a startswith '"'`, `a starts with '"'`],
    [`a endswith "'"`, `a ends with "'"`],
    ['a in {"z", "z", "x", "y", "x", "a"}', 'a in {"a", "x", "y", "z"}'],
    [`!(k == 'v')`, '!k == "v"'],
    ['a in {"b", "a"}', 'a in {"a", "b"}'],
    [`k == 'v' && x == 'y'`, '(k == "v" && x == "y")'],
    [
      `!(!(k == 'v' && has(t) || all()) && (a in {'b', 'c'}))`,
      '!(!((k == "v" && has(t)) || all()) && a in {"b", "c"})',
    ],
    ['a == "b" || c == "d" && e == "f"', '(a == "b" || (c == "d" && e == "f"))'],
    ['(a == "b" && c == "d") && e == "f"', '((a == "b" && c == "d") && e == "f")'],
    ['has(x) && (has(y) && has(z))', '(has(x) && (has(y) && has(z)))'],
    ['has(x) && has(y) && has(z)', '(has(x) && has(y) && has(z))'],
    // Operators may touch their operands, and the two words each other.
    ['a=="b"', 'a == "b"'],
    ['a!="b"', 'a != "b"'],
    ['a contains"v"', 'a contains "v"'],
    ['a in{"v"}', 'a in {"v"}'],
    ['a notin{"v"}', 'a not in {"v"}'],
    ['a not \t in {"v"}', 'a not in {"v"}'],
    ['a starts \t with "v"', 'a starts with "v"'],
    ['a ends with"v"', 'a ends with "v"'],
    // Keywords are labels where a label stands.
    ['contains contains "x"', 'contains contains "x"'],
    ['in in {"a"}', 'in in {"a"}'],
    ['not in {"a"}', 'not in {"a"}'],
    ['not not in {"a"}', 'not not in {"a"}'],
    ['all == "x"', 'all == "x"'],
    ['has == "x"', 'has == "x"'],
    ['not == "x"', 'not == "x"'],
    ['starts starts with "x"', 'starts starts with "x"'],
    ['has(has)', 'has(has)'],
    ['hash == "x"', 'hash == "x"'],
    ['-./_0 == "x"', '-./_0 == "x"'],
    ['constructor == "__proto__"', 'constructor == "__proto__"'],
    // Sets.
    ['a in {}', 'a in {}'],
    ['a not in { }', 'a not in {}'],
    ['a in {"x",}', 'a in {"x"}'],
    ['a in { "x" , \'y\' , }', 'a in {"x", "y"}'],
    // Bytewise: U+FF5A before U+1D41A, which UTF-16 units would put first.
    ['a in {"\u{1d41a}", "\uff5a", "z"}', 'a in {"z", "\uff5a", "\u{1d41a}"}'],
    // Strings hold anything but their own quote.
    ['a == "\n\\\u0000\'"', 'a == "\n\\\u0000\'"'],
    ['a == ""', 'a == ""'],
    // Negation: by parity, and of one term only.
    ['!!has(a)', 'has(a)'],
    ['!! ! has(a)', '!has(a)'],
    ['!a == "b"', '!a == "b"'],
    ['!(!has(a))', 'has(a)'],
    ['!has(a) && has(b)', '(!has(a) && has(b))'],
    ['!a in {"a"}', '!a in {"a"}'],
  ])('%j is %s', (text, canonical) => {
    expect(outcome(text)).toBe(canonical);
    expect(outcome(canonical)).toBe(canonical);
  });

  test('a label has at most 512 characters', () => {
    const label = 'l'.repeat(512);
    expect(outcome(`has(${label})`)).toBe(`has(${label})`);
    expect(outcome(`${label}l == "x"`)).toBe('label too long @1');
    expect(outcome(`has( ${label}l)`)).toBe('label too long @6');
    expect(outcome(`a == ${label}l`)).toBe('label too long @6');
  });

  test('normalising trims first, and leaves what does not parse', () => {
    expect(normaliseSelector('\n a=="b"\n')).toBe('a == "b"');
    expect(normaliseSelector('')).toBe('all()');
    expect(normaliseSelector(' a = "b"\n')).toBe('a = "b"');
    expect(outcome('a == "b"\n')).toBe('unexpected character "\\n" @9');
  });

  test('trees are frozen', () => {
    const { value } = parseSelector('a in {"x"} && has(b)');
    expect(Object.isFrozen(value)).toBe(true);
    expect(value?.kind === 'and' && value.operands.every(Object.isFrozen)).toBe(true);
  });

  test('lists of one and none', () => {
    const a = build.has('a');
    expect([build.and([a]), build.or([a])]).toEqual([a, a]);
    expect(formatSelector(build.and([]))).toBe('all()');
    expect(formatSelector(build.or([]))).toBe('!all()');
    expect(build.not(build.not(a))).toBe(a);
  });
});

describe('refused, with the column', () => {
  const operator = (label: string) => `expected operator after label "${label}"`;
  const end = 'unexpected end of selector, ';
  test.each([
    ['b == b', 'expected string @6'],
    ['b contains b', 'expected string @12'],
    ['b starts with b', 'expected string @15'],
    ['b ends with b', 'expected string @13'],
    [`'b1' == b`, 'expected a term @1'],
    ['b', `${end}${operator('b')} @2`],
    ['a b', `${operator('a')} @3`],
    ['a ', `${end}${operator('a')} @3`],
    ['!', `${end}expected a term @2`],
    ['foo == "bar" &', 'expected && @14'],
    ['foo == "bar" |', 'expected || @14'],
    ['foo != ||', 'expected string @8'],
    ['foo in {"", ||', 'expected string @13'],
    ['foo in ""', 'expected set literal @8'],
    ['"FOO', 'unterminated string @1'],
    [`"FOO'`, 'unterminated string @1'],
    ['a == "b', 'unterminated string @6'],
    ['(', `${end}expected a term @2`],
    ['(a == "foo"', `${end}expected ) @12`],
    [')', 'expected a term @1'],
    ['()', 'expected a term @2'],
    ['%', 'unexpected character "%" @1'],
    ['a == "b" && %', 'unexpected character "%" @13'],
    ['has(foo) &&', `${end}expected a term @12`],
    ['label = "v"', 'expected == @7'],
    ['all(', `${end}expected ) @5`],
    ['global(', `${end}expected ) @8`],
    ['all(a)', 'expected ) @5'],
    ['has()', 'expected identifier @5'],
    ['has(foo', `${end}expected ) @8`],
    ['has(foo bar)', 'expected ) @9'],
    ['has("a")', 'expected identifier @5'],
    ['has (a)', `${operator('has')} @5`],
    ['all ()', `${operator('all')} @5`],
    ['hasx(a)', `${operator('hasx')} @5`],
    ['a has(b)', `${operator('a')} @3`],
    ['label starts foo "v"', `${operator('label')} @7`],
    ['label ends withs "v"', `${operator('label')} @7`],
    ['label inf "v"', `${operator('label')} @7`],
    ['label squiggles "v"', `${operator('label')} @7`],
    ['label contains-x "v"', `${operator('label')} @7`],
    ['a not in "bar"', 'expected set literal @10'],
    ['b in c', 'expected set literal @6'],
    ['a not "x"', `${operator('a')} @3`],
    ['a "x"', `${operator('a')} @3`],
    ['a in {,}', 'expected string @7'],
    ['a in {"x",,}', 'expected string @11'],
    ['a in {"x" "y"}', 'expected } @11'],
    ['a in {b}', 'expected string @7'],
    ['a in {"x"', `${end}expected } @10`],
    ['has(a) has(b)', 'unexpected content at end of selector @8'],
    ['has(a))', 'unexpected content at end of selector @7'],
    ['a ! = "b"', `${operator('a')} @3`],
    ['!= "b"', 'expected a term @1'],
    ['!!= "b"', 'expected a term @2'],
    ['a == "b" and c == "d"', 'unexpected content at end of selector @10'],
    ['has(a)\r\n', 'unexpected character "\\r" @7'],
    ['has(a)\u00a0', 'unexpected character "\u00a0" @7'],
    ['has(é)', 'unexpected character "é" @5'],
    ['has(a) 😀', 'unexpected character "😀" @8'],
  ])('%j: %s', (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });

  test.each([
    ['a contians "x"', 'did you mean "contains"?'],
    ['a start with "x"', 'did you mean "starts with"?'],
    ['a endwith "x"', 'did you mean "endswith"?'],
    ['a no in {"x"}', 'did you mean "not in"?'],
    ['a IN {"x"}', 'did you mean "in"?'],
    ['a equals "x"', 'operators are ==, !=, in, not in, contains, starts with, ends with'],
    ['has (a)', 'write has( without a space'],
    ['hsa(a)', 'did you mean "has("?'],
    ['a == b', 'put the value in quotes'],
    ['a = "b"', 'equality is written =='],
    ['has(a) AND has(b)', 'did you mean "&&"?'],
    ['has(a) or has(b)', 'did you mean "||"?'],
    ['a in ("b")', 'a set is written {"a", "b"}'],
    ['has(a)\n', 'a selector is one line; in YAML a folded block (>-) joins its lines'],
  ])('%j: %s', (text, hint) => {
    expect(parseSelector(text).problems[0]?.hint).toBe(hint);
  });

  test('the place counts from where the text stands in its file', () => {
    const at = { file: 'policy.yaml', line: 7, column: 15 };
    expect(parseSelector('a contians "x"', at).problems).toMatchObject([
      { code: 'selector/syntax', place: { file: 'policy.yaml', line: 7, column: 17, length: 8 } },
    ]);
    expect(parseSelector('a == "\n" %', at).problems[0]?.place).toEqual({
      file: 'policy.yaml',
      line: 8,
      column: 3,
      length: 1,
    });
  });

  test('without a file there is no place, and a note says which column', () => {
    const [p] = parseSelector('a = "x"').problems;
    expect(p?.place).toBeUndefined();
    expect(p?.notes).toEqual([{ message: 'at column 3 of the selector' }]);
  });
});
