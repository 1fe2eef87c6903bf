// Random and mutated selectors, against a second reader of the language that shares nothing with the first: written
// from the description of Calico's lexer, it evaluates while it reads and builds no tree.
// TORTIE_FUZZ_RUNS is the number of texts, TORTIE_FUZZ_SEED repeats a run.
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  compileSelector,
  formatSelector,
  type LabelUse,
  labelsOf,
  matches,
  parseSelector,
  type Restriction,
  restrictions,
  type Selector,
} from './index.ts';

const runs = Number(process.env['TORTIE_FUZZ_RUNS'] ?? 10_000);
const seed = Number(process.env['TORTIE_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
beforeAll(() => console.log(`selector properties: seed ${seed}, ${runs} texts`));

// Few labels and values, so that they meet; names that objects inherit, operators as labels, characters beyond the BMP.
const label = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 2, arbitrary: fc.constantFrom('in', 'not', 'has', 'constructor', '__proto__', 'k8s.io/x-y_z') },
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('x', 'xy', 'y') },
  { weight: 1, arbitrary: fc.constantFrom('', "'", '"', ' ', 'constructor', '\n', '\uff5a', '\u{1d41a}') },
);
const space = fc.constantFrom('', '', ' ', '\t', '  ');
const quoted = value.chain((v) =>
  fc.constantFrom(...['"', "'"].filter((quote) => !v.includes(quote)).map((quote) => quote + v + quote)),
);
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));

const set = fc
  .tuple(fc.array(join(space, quoted, space), { maxLength: 4 }), fc.boolean())
  .map(([values, comma]) => `{${values.join(',')}${comma && values.length > 0 ? ',' : ''}}`);
const word = fc.constantFrom(
  ' contains',
  ' starts with',
  ' startswith',
  ' ends with',
  ' ends\twith',
  '==',
  '!=',
  ' == ',
  ' != ',
);
const term = fc.oneof(
  { weight: 6, arbitrary: join(label, word, space, quoted) },
  { weight: 4, arbitrary: join(label, fc.constantFrom(' in', ' not in', ' notin', ' not \tin'), space, set) },
  { weight: 3, arbitrary: join(fc.constant('has('), space, label, space, fc.constant(')')) },
  { weight: 1, arbitrary: fc.constantFrom('all()', 'global( )') },
);
const { text: wellFormed } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    term,
    join(fc.constantFrom('!', '! ', '!!', '!!!'), tie('text')),
    join(fc.constant('('), space, tie('text'), space, fc.constant(')')),
    join(tie('text'), fc.constantFrom('&&', ' && ', '&&\t', ' || '), tie('text')),
    join(tie('text'), fc.constant(' && '), tie('text'), fc.constant('||'), tie('text')),
  ),
}));

// Alternatives of few terms, joined by and: where demands meet, which larger selectors mostly lose.
const alternatives = fc
  .array(fc.oneof(term, join(fc.constant('!'), term)), { minLength: 1, maxLength: 2 })
  .map((terms) => `(${terms.join(' || ')})`);
const demanding = fc.oneof(
  wellFormed,
  fc.array(alternatives, { minLength: 1, maxLength: 3 }).map((groups) => groups.join(' && ')),
);

const scrap = fc.oneof(
  fc.constantFrom(
    '(',
    ')',
    '{',
    '}',
    ',',
    '!',
    '=',
    '==',
    '!=',
    '&',
    '&&',
    '|',
    '||',
    '"',
    "'",
    ' ',
    '\n',
    'é',
    '😀',
  ),
  fc.constantFrom(
    'has(',
    'all(',
    'global()',
    'in',
    'not',
    'notin',
    'starts',
    'with',
    'contains',
    'a',
    'l'.repeat(513),
  ),
);
const mutated = fc
  .tuple(
    wellFormed,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.oneof(scrap, fc.constant(''))), { minLength: 1, maxLength: 3 }),
  )
  .map(([text, edits]) =>
    edits.reduce((current, [at, cut, insert]) => {
      const place = at % (current.length + 1);
      return current.slice(0, place) + insert + current.slice(place + cut);
    }, text),
  );
const anyText = fc.oneof(
  { weight: 3, arbitrary: wellFormed },
  { weight: 4, arbitrary: mutated },
  { weight: 2, arbitrary: fc.array(scrap, { maxLength: 12 }).map((scraps) => scraps.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const labels = fc
  .array(fc.tuple(label, value), { maxLength: 8, size: 'max' })
  .map((entries): ReadonlyMap<string, string> => new Map(entries));

/** The answer, or undefined where the text is no selector. */
function secondReader(text: string, source: ReadonlyMap<string, string>): boolean | undefined {
  let rest = text;
  const eat = (pattern: RegExp): RegExpExecArray | null => {
    rest = rest.replace(/^[ \t]+/, '');
    const found = new RegExp(`^(?:${pattern.source})`).exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  const need = (pattern: RegExp): RegExpExecArray => {
    const found = eat(pattern);
    if (found === null) throw new SyntaxError(rest);
    return found;
  };
  const name = /[A-Za-z0-9_./-]+/;
  const str = () => need(/"[^"]*"|'[^']*'/)[0].slice(1, -1);
  const checked = (label: string) => {
    if (label.length > 512) throw new SyntaxError('label too long');
    return source.get(label);
  };
  const or = (): boolean => {
    let answer = and();
    while (eat(/\|\|/)) answer = and() || answer;
    return answer;
  };
  const and = (): boolean => {
    let answer = unary();
    while (eat(/&&/)) answer = unary() && answer;
    return answer;
  };
  const unary = (): boolean => {
    if (eat(/!(?!=)/)) return !unary();
    if (eat(/(all|global)\(/)) return need(/\)/) !== null;
    if (eat(/has\(/)) {
      const actual = checked(need(name)[0]);
      need(/\)/);
      return actual !== undefined;
    }
    if (eat(/\(/)) {
      const answer = or();
      need(/\)/);
      return answer;
    }
    const actual = checked(need(name)[0]);
    const op = need(/==|!=|(contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in)(?![A-Za-z0-9_./-])/)[0];
    if (op === '==') return actual === str();
    if (op === '!=') return actual !== str();
    if (op === 'contains') return [str()].some((s) => actual?.includes(s));
    if (op.startsWith('starts')) return [str()].some((s) => actual?.startsWith(s));
    if (op.startsWith('ends')) return [str()].some((s) => actual?.endsWith(s));
    const members: (string | undefined)[] = [];
    need(/\{/);
    while (!eat(/\}/)) {
      members.push(str());
      if (!eat(/,/)) {
        need(/\}/);
        break;
      }
    }
    return members.includes(actual) === (op === 'in');
  };
  try {
    const answer = eat(/$/) ? true : or();
    need(/$/);
    return answer;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

test('any text: never throws, agrees with the second reader, and its canonical text is the same tree', () => {
  let accepted = 0;
  let matched = 0;
  fc.assert(
    fc.property(anyText, labels, (text, source) => {
      const { value, problems } = parseSelector(text, { file: 'f', line: 1, column: 1 });
      const expected = secondReader(text, source);
      if (value) accepted++;
      if (expected) matched++;
      expect(problems.map((p) => p.code)).toEqual(expected === undefined ? ['selector/syntax'] : []);
      expect(value && matches(value, source)).toBe(expected);
      expect(value && compileSelector(value)(source)).toBe(expected);
      const again = value && parseSelector(formatSelector(value)).value;
      expect(again).toEqual(value);
      expect(again && formatSelector(again)).toBe(value && formatSelector(value));
    }),
    { numRuns: runs, seed },
  );
  // A generator of nothing but nonsense, or of nothing but truths, would prove nothing.
  expect(accepted / runs).toBeGreaterThan(0.2);
  expect(accepted / runs).toBeLessThan(0.8);
  expect(matched / accepted).toBeGreaterThan(0.2);
  expect(matched / accepted).toBeLessThan(0.8);
}, 3_600_000);

function meets({ present, absent, values }: Restriction, actual: string | undefined): boolean {
  if (values && (actual === undefined || !values.has(actual))) return false;
  return !(present && actual === undefined) && !(absent && actual !== undefined);
}

test('what matches meets every demand of restrictions()', () => {
  let bound = 0;
  fc.assert(
    fc.property(demanding, fc.array(labels, { minLength: 8, maxLength: 8 }), (text, sources) => {
      const selector = parseSelector(text).value as Selector;
      for (const source of sources.filter((one) => matches(selector, one))) {
        for (const [name, demand] of restrictions(selector)) {
          bound++;
          expect(meets(demand, source.get(name))).toBe(true);
        }
      }
    }),
    { numRuns: 2000, seed },
  );
  expect(bound).toBeGreaterThan(200);
});

/** Everything that labelsOf says a selector can see of a label. */
function view(use: LabelUse, actual: string | undefined): unknown[] {
  const seen = use.substrings.map(({ op, value: part }) => {
    if (actual === undefined) return false;
    if (op === 'contains') return actual.includes(part);
    return op === 'starts with' ? actual.startsWith(part) : actual.endsWith(part);
  });
  const named = actual !== undefined && use.values.has(actual) ? actual : undefined;
  return [named, use.presence && actual !== undefined, ...seen];
}

test('labels that look alike by labelsOf() get the same answer', () => {
  let changed = 0;
  fc.assert(
    fc.property(demanding, labels, labels, (text, source, other) => {
      const selector = parseSelector(text).value as Selector;
      const uses = labelsOf(selector);
      // Of the other labels, take over whatever the selector should not be able to see.
      const mixed = new Map(source);
      for (const name of new Set([...source.keys(), ...other.keys()])) {
        const use = uses.get(name);
        const [before, after] = [source.get(name), other.get(name)];
        if (before === after) continue;
        if (use && JSON.stringify(view(use, before)) !== JSON.stringify(view(use, after))) continue;
        changed++;
        if (after === undefined) mixed.delete(name);
        else mixed.set(name, after);
      }
      expect(matches(selector, mixed)).toBe(matches(selector, source));
    }),
    { numRuns: 2000, seed },
  );
  expect(changed).toBeGreaterThan(2000);
});
