// Lines and columns, exactly: each case names the characters that are wrong with «».
import { describe, expect, it } from 'vitest';
import { loadText, spot } from './testing.ts';

const POLICY =
  'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: x, namespace: prod}\n';

/** The text without the marks, and where the first mark was. */
function unmark(marked: string): { text: string; at: string } {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const before = marked.slice(0, start).split('\n');
  const length = Math.max(1, end - start);
  return {
    text: marked.replace(/[«»]/g, ''),
    at: `${before.length}:${(before.at(-1)?.length ?? 0) + 1}+${length}`,
  };
}

describe('places of problems', () => {
  it.each<[string, string, string]>([
    ['a value', `${POLICY}spec:\n  order: «first»\n`, 'resource/type'],
    ['an enum', `${POLICY}spec:\n  ingress:\n  - action: «allow»\n`, 'resource/value'],
    ['an unknown field', `${POLICY}spec:\n  «selctor»: all()\n`, 'resource/unknown-field'],
    ['an unknown field of the document', `${POLICY}«sepc»: {}\n`, 'resource/unknown-field'],
    [
      'an unknown field that is a map',
      `${POLICY}spec:\n  «sourc»:\n    nets: []\n`,
      'resource/unknown-field',
    ],
    [
      'a missing field in a list',
      `${POLICY}spec:\n  ingress:\n  - «protocol: TCP»\n`,
      'resource/missing-field',
    ],
    [
      'a missing field under a key',
      'apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: x}\n«spec»:\n  interfaceName: eth0\n',
      'resource/missing-field',
    ],
    [
      'an entry of a list',
      `${POLICY}spec:\n  ingress:\n  - action: Deny\n    source: {nets: [10.0.0.0/8, «10.0.0.1»]}\n`,
      'resource/invalid',
    ],
    [
      'a list as a whole',
      `${POLICY}spec: {egress: [{action: Deny, protocol: ICMP, source: {«ports»: [a]}}]}\n`,
      'resource/invalid',
    ],
    [
      'a duplicate entry',
      `${POLICY}spec:\n  types:\n  - Ingress\n  - «Ingress»\n`,
      'resource/duplicate-entry',
    ],
    [
      'a name',
      'apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata:\n  name: «"a.b"»\n',
      'resource/invalid',
    ],
    [
      'a kind',
      'apiVersion: projectcalico.org/v3\nkind: «Teir»\nmetadata: {name: x}\n',
      'resource/unknown-kind',
    ],
    [
      'an apiVersion',
      'apiVersion: «extensions/v1beta1»\nkind: NetworkPolicy\nmetadata: {name: x}\n',
      'resource/api-version',
    ],
    ['a duplicate key', `${POLICY}spec:\n  order: 1\n  «order»: 2\n`, 'yaml/duplicate-key'],
    ['a missing bracket', `${POLICY}spec:\n  types: [Ingress«»\n---\n`, 'yaml/syntax'],
    ['a stray bracket', `${POLICY}spec: «}»\n`, 'yaml/syntax'],
    ['a missing tier', `${POLICY}spec: {tier: «platform»}\n`, 'policy/missing-tier'],
    ['a value that YAML reads as a boolean', POLICY.replace('name: x', 'name: «no»'), 'resource/type'],
    ['a quoted duplicate key', `${POLICY}spec: {order: 1, «"order"»: 2}\n`, 'yaml/duplicate-key'],
    ['a value under an anchor', `${POLICY}spec:\n  ingress: &r [{action: &a «No»}]\n`, 'resource/value'],
    [
      'something after other line ends',
      `${POLICY.replaceAll('\n', '\r\n')}spec:\r\n  order: «x»\r\n`,
      'resource/type',
    ],
    [
      'something after characters of two units',
      `${POLICY}spec: {performanceHints: [], selector: "a == '😀'", order: «x»}\n`,
      'resource/type',
    ],
  ])('%s', async (_name, marked, code) => {
    const { text, at } = unmark(marked);
    const { problems } = await loadText(text);
    expect(problems.map(spot)).toContain(`${at} ${code}`);
  });

  it.each<[string, string]>([
    ['plain', "selector: a == 'b' && c «d»"],
    ['plain, folded', "selector: a == 'b' &&\n    c == 'd' && e «f»"],
    ['in single quotes', "selector: 'a == ''b'' && c «d»'"],
    ['in double quotes', 'selector: "a == \\"b\\" && \\x63 == \'\\u00e9\' && c «d»"'],
    ['in double quotes over two lines', 'selector: "a == \\"b\\" && \\\n    c «d»"'],
    ['in double quotes, with a line break in it', 'selector: "a == \\"b\\" &&«»\n\n    c == \'d\'"'],
    ['at its end', 'selector: "a == \'b\' &&«»"'],
    ['in a block: the key', '«selector»: >-\n    a ==\n    b'],
    ['in a literal block: the key', '«selector»: |\n    a == "b"'],
  ])('a selector %s', async (_name, marked) => {
    const { text, at } = unmark(`${POLICY}spec:\n  ${marked}\n`);
    const { problems } = await loadText(text);
    expect(problems.map(spot)).toEqual([`${at} selector/syntax`]);
  });

  it('in JSON', async () => {
    const { text, at } = unmark(
      '{"apiVersion": "v1", "kind": "List", "items": [\n  {"apiVersion": "projectcalico.org/v3", "kind": "Tier",\n' +
        '   "metadata": {"name": "a"}, "spec": {"order": «"1"»}}]}',
    );
    const { problems } = await loadText(text);
    expect(problems.map(spot)).toEqual([`${at} resource/type`]);
    expect(problems[0]?.path).toEqual(['spec', 'order']);
  });

  it('in JSON: selectors behind escapes, and duplicate keys', async () => {
    const spec = (text: string) =>
      `{"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": {"name": "a"},\n"spec": ${text}}`;
    const { problems } = await loadText(spec('{"selector": "a == \\"b\\" c", "order": 1, "order": 2}'));
    expect(problems.map(spot)).toEqual(['2:50+7 yaml/duplicate-key', '2:34+1 selector/syntax']);
  });

  it('shows the author’s spelling in the hint', async () => {
    const { problems } = await loadText(
      POLICY.replace('name: x', 'name: x, labels: {a: 010, b: yes, c: 1e3}'),
    );
    expect(problems.map(({ hint }) => hint)).toEqual([
      'quote it: "010"',
      'quote it: "yes"',
      'quote it: "1e3"',
    ]);
  });
});

describe('origins', () => {
  const text =
    `# first\n${POLICY}spec:\n  ingress:\n  - action: Allow\n    source:\n      selector: all()\n  - action: Deny\n---\n` +
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: projectcalico.org/v3\n  kind: Tier\n  metadata:\n    name: t\n';

  it('locates fields of resources when asked', async () => {
    const { origins, problems } = await loadText(text);
    expect(problems).toEqual([]);
    const at = (key: string, ...path: (string | number)[]) => {
      const place = origins.locate(key, path);
      return place && `${place.file}:${place.line}:${place.column}`;
    };
    expect(at('NetworkPolicy/prod/x', 'spec', 'ingress', 1)).toBe('-:10:5');
    expect(at('NetworkPolicy/prod/x', 'spec', 'ingress', 0, 'source', 'selector')).toBe('-:9:17');
    expect(at('NetworkPolicy/prod/x', 'spec', 'ingress', 0, 'destination')).toBe('-:7:5');
    expect(at('Tier/t', 'metadata', 'name')).toBe('-:18:11');
    expect(at('Tier/t', 'spec', 'order')).toBe('-:15:3');
    expect(at('Tier/default', 'spec')).toBeUndefined();
    expect(origins.locate('NetworkPolicy/prod/x')?.line).toBe(4);
  });

  it('follows aliases and merge keys', async () => {
    const { origins, problems } = await loadText(
      `${POLICY}spec:\n  ingress:\n  - &r\n    action: Allow\n  egress: [*r, {<<: *r, protocol: TCP}]\n`,
    );
    expect(problems).toEqual([]);
    expect(origins.locate('NetworkPolicy/prod/x', ['spec', 'egress', 0, 'action'])).toMatchObject({
      line: 7,
      column: 13,
    });
    expect(origins.locate('NetworkPolicy/prod/x', ['spec', 'egress', 1, 'action'])).toMatchObject({
      line: 7,
      column: 13,
    });
  });
});
