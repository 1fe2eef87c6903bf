// The fast reader of YAML says what the other one says, or nothing; and places in long lists are found item by item.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { chunksOf } from './chunks.ts';
import { readDocuments } from './documents.ts';
import { readBulk } from './yaml-bulk.ts';
import { itemChunks } from './yaml-items.ts';
import { loadText } from './testing.ts';

const placeOf = () => ({ file: '-' });
const seed = Number(process.env['TORTIE_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => {
  console.log(`YAML readers: TORTIE_SEED=${seed}`);
});

/** Where the fast reader is sure, the other one reads the same and finds nothing wrong. Gives how often it was sure. */
function compare(text: string): number {
  let sure = 0;
  for (const chunk of chunksOf(text)) {
    const quick = readBulk(text, chunk);
    if (!quick) continue;
    sure++;
    const slow = [...readDocuments(text.slice(chunk.start, chunk.end), placeOf)];
    expect(slow.flatMap(({ problems }) => problems)).toEqual([]);
    expect(slow.length).toBeLessThan(2);
    expect(quick.value ?? undefined).toStrictEqual(slow[0]?.value);
  }
  return sure;
}

// JSON text would be read as JSON by the one and as YAML by the other.
const asYaml = (text: string) => `# yaml\n${text}`;

const SCALARS = [
  'E0',
  '0',
  '010',
  '-010',
  '0o10',
  '0x1F',
  '0b11',
  '1_000',
  '1e3',
  '1.5',
  '.5',
  '5.',
  '-.inf',
  '.nan',
  '+1',
  '1:30',
  '190:20:30',
  'y',
  'n',
  'yes',
  'No',
  'ON',
  'off',
  'true',
  'False',
  'null',
  '~',
  '',
  'NULL',
  '2001-01-01',
  '2001-12-14t21:59:43.10-05:00',
  '123456789012345678901234567890',
  '0.1e-7',
  '=',
  '<',
  '-',
  '- x',
  'a: b',
  'a #b',
  'a#b',
  '# c',
  '@x',
  '`x',
  '%x',
  '!x',
  '&a x',
  '*a',
  '|',
  '>',
  "'it''s'",
  "'x",
  '"a\\tb\\u00e9\\x41"',
  '"x',
  '[a, b]',
  '[a',
  '{a: 1}',
  '{a, b}',
  '{a: , b: 2}',
  '[1, , 2]',
  '"a": 1',
  '? x',
  ': x',
  '08',
  '0_',
  '_1',
  '1__0',
  '0xg',
  'é',
  '\u00a0x',
];
const BLOCKS = [
  '|\n    line\n     more\n',
  '>-\n    folded\n    lines\n\n    end\n',
  '|+\n    x\n\n',
  '>\n    a\n      b\n    c\n',
  'plain\n    over lines\n',
  '"quoted\n    over \\\n    lines"\n',
];

const scalar = fc.oneof(fc.constantFrom(...SCALARS), fc.constantFrom(...BLOCKS), fc.string({ maxLength: 6 }));
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'items',
    '"q r"',
    '1',
    'yes',
    'null',
    '~',
    '<<',
    '__proto__',
    'x y',
    '0x1',
    '1.0',
    '? k',
  ),
  fc.string({ maxLength: 4 }),
);

describe('the fast reader', () => {
  it.each(SCALARS)('scalar %j', (text) => {
    const texts = [
      `a: ${text}
b:
- ${text}
`,
      `${text}: 1
`,
      text,
    ];
    expect(texts.map((each) => compare(asYaml(each))).every((sure) => sure <= 1)).toBe(true);
  });

  it('reads what the other one reads: lines of keys and values', () => {
    const line = fc.tuple(
      fc.constantFrom('', '  ', '- ', '  - ', '- - ', '    '),
      key,
      fc.constantFrom(': ', ':', ' : '),
      scalar,
    );
    const text = fc
      .array(line, { maxLength: 6 })
      .map((lines) => lines.map((parts) => parts.join('')).join('\n'));
    fc.assert(
      fc.property(text, (each) => {
        expect(compare(asYaml(each))).toBeLessThan(10);
      }),
      { numRuns: 4000, seed },
    );
  });

  it('reads what is printed, in every style, and is sure of it', () => {
    let sure = 0;
    const style = fc.record({
      defaultStringType: fc.constantFrom(
        'PLAIN',
        'QUOTE_DOUBLE',
        'QUOTE_SINGLE',
        'BLOCK_LITERAL',
        'BLOCK_FOLDED',
      ),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 20, 80),
      indent: fc.constantFrom(2, 4),
      collectionStyle: fc.constantFrom('any', 'block', 'flow'),
    });
    const value = fc.object({
      maxDepth: 4,
      withNullPrototype: false,
      values: [
        fc.string(),
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom(...SCALARS),
      ],
    });
    fc.assert(
      fc.property(value, style, (each, options) => {
        sure += compare(asYaml(stringify(each, { version: '1.1', ...options } as object)));
      }),
      { numRuns: 1500, seed },
    );
    expect(sure).toBeGreaterThan(1000);
  });

  it('leaves anchors, tags, merge keys, directives, duplicates and errors to the other', () => {
    const texts = [
      'a: &x 1\nb: *x',
      'a: !!str 1',
      'a: !x 1',
      '<<: {a: 1}',
      '%YAML 1.2\n---\na: yes',
      'a: 1\na: 2',
      'a: [',
      'a: 1\n...\nb: 2',
      '- &a b',
      'a: "\\q"',
      '~: 1',
      '\ta: 1',
    ];
    for (const text of texts)
      expect([text, readBulk(text, { start: 0, end: text.length })]).toEqual([text, undefined]);
  });
});

const pod = (index: number) => `apiVersion: v1
kind: Pod
metadata:
  name: pod-${index}
  namespace: a
  annotations:
    note: |
      - not an item
      items:
      - nor this
    other: "two
      - lines"
spec:
  containers:
  - name: c
  # a comment
  nodeName: n1
status:
  podIP: ${index === 700 ? 'nonsense' : `10.0.${index >> 8}.${index & 255}`}
`;
const indented = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by);

it.each(['', '  '])(
  'a place in a long list (dashes after %j) is found without reading the rest',
  async (before) => {
    const items = Array.from(
      { length: 1200 },
      (_, index) => `${before}-${indented(pod(index), `${before}  `).slice(before.length + 1)}`,
    );
    const text = `apiVersion: v1\nitems:\n${items.join('')}kind: List\n`;
    expect(text.length).toBeGreaterThan(256 * 1024);
    expect(readBulk(text, { start: 0, end: text.length })).toBeDefined();
    expect(itemChunks(text, { start: 0, end: text.length })).toHaveLength(1200);
    const { problems, origins } = await loadText(text);
    const lines = text.split('\n');
    expect(problems.map(({ code }) => code)).toEqual(['convert/address', 'kubernetes/unknown-namespace']);
    expect(lines[(problems[0]?.place?.line ?? 0) - 1]).toContain('nonsense');
    expect(lines[(origins.locate('Pod/a/pod-900')?.line ?? 0) - 1]).toContain('name: pod-900');
    expect(lines[(origins.locate('Pod/a/pod-3', ['spec', 'nodeName'])?.line ?? 0) - 1]).toContain(
      'nodeName: n1',
    );
  },
);

it.each([
  ['an anchor', 'a: &x b\n', ['yaml/slow']],
  ['nothing of the kind', 'a: b\n', []],
])('a large document with %s: says so if it takes long', { timeout: 120_000 }, async (_what, line, said) => {
  const filler = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  ${line}  text: |\n`;
  const text = `${filler}${'    some text that is long enough\n'.repeat(70_000)}`;
  const { problems } = await loadText(text);
  const codes = problems.map(({ code }) => code).filter((code) => code !== 'resource/not-relevant');
  expect(codes).toEqual(said);
  expect(problems.filter(({ code }) => code === 'yaml/slow').map(({ place }) => place?.line)).toEqual(
    said.map(() => 1),
  );
});
