// Whatever a template says, it is printed or refused with a place.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TortieError } from '../../../errors/index.ts';
import { FUNCTIONS } from './functions.ts';
import { compileTemplate } from './index.ts';

const SEED = Number(process.env['TORTIE_SEED'] ?? Date.now() % 100_000);

const WORDS = [...FUNCTIONS.keys()].concat(
  'if else end range with break continue nil true false . $ $x := = | , ( ) .Items .Spec.CIDR .Labels'.split(
    ' ',
  ),
  '"a" `b` \'c\' 1 -2 1.5 1e99 "%5d" "%s%q" "%*.*f" "%c%x" {{ }} {{- -}} /* */ text'.split(' '),
);
const token = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...WORDS) }, fc.string({ maxLength: 4 }));
const action = fc.array(token, { maxLength: 6 }).map((words) => `{{${words.join(' ')}}}`);
const template = fc.array(fc.oneof({ weight: 4, arbitrary: action }, token), { maxLength: 8 });

const DATA = [
  {
    kind: 'IPPoolList',
    metadata: {},
    items: [{ kind: 'IPPool', metadata: { name: 'a', labels: { x: 'y' } }, spec: { cidr: '10.0.0.0/8' } }],
  },
];

function outcome(text: string): 'printed' | 'refused' | 'without a place' {
  try {
    compileTemplate({ name: 't', text }).print(DATA, { asNumber: '1' });
    return 'printed';
  } catch (error) {
    if (!(error instanceof TortieError)) throw error;
    return error.problems.every(({ place }) => place?.file === 't') ? 'refused' : 'without a place';
  }
}

it(`any template (seed ${SEED})`, () => {
  const seen = { printed: 0, refused: 0, 'without a place': 0 };
  fc.assert(
    fc.property(template, (parts) => {
      seen[outcome(parts.join(''))]++;
    }),
    { numRuns: 2_000, seed: SEED },
  );
  expect(seen['without a place']).toBe(0);
  expect(Math.min(seen.printed, seen.refused)).toBeGreaterThan(50);
});

it.each([
  ['{{range 1000000000}}{{end}}', 'refused'],
  ['{{printf "%999999999d" 1}}', 'refused'],
  ['{{printf "%.500f" 1.5}}', 'printed'],
  ['{{printf "%c" 99999999}}', 'printed'],
  ['{{printf "%c" -1}}', 'printed'],
  [`{{${'('.repeat(100_000)}1${')'.repeat(100_000)}}}`, 'refused'],
  ['{{if 1}}'.repeat(100_000), 'refused'],
  [`${'{{if 1}}'.repeat(20_000)}${'{{end}}'.repeat(20_000)}`, 'refused'],
])('%#: what would take too much', (text, expected) => {
  expect(outcome(text)).toBe(expected);
});
