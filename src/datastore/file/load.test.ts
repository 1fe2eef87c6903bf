import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resourceKey } from '../../resources/index.ts';
import { type LoadResult, loadFiles } from './index.ts';
import { inDirectory, loadText, spot } from './testing.ts';

const tier = (name: string, more = '') =>
  `apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: ${name}}\n${more}`;
const policy = (name: string, spec: string) =>
  `apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

const BUILTIN = [
  'Tier/kube-admin',
  'Tier/default',
  'Tier/kube-baseline',
  'Profile/projectcalico-default-allow',
];
function keys({ resources }: LoadResult): string[] {
  const all = resources.map(({ kind, metadata }) => resourceKey(kind, metadata.namespace, metadata.name));
  return all.filter((key) => !BUILTIN.includes(key));
}
const codes = ({ problems }: LoadResult) => problems.map(({ code, severity }) => `${severity} ${code}`);

describe('inputs', () => {
  it('are files and directories, gone through by name', async () => {
    const files = {
      'b/z.yml': tier('z'),
      'b/a.JSON': '{"apiVersion":"projectcalico.org/v3","kind":"Tier","metadata":{"name":"a"}}',
      'a.yaml': `${tier('one')}---\n# nothing\n---\n${tier('two')}`,
      '.hidden.yaml': tier('hidden'),
      '.git/x.yaml': tier('hidden'),
      'notes.txt': 'no: [yaml',
      'explicit.conf': tier('explicit'),
    };
    await inDirectory(files, async (directory) => {
      const result = await loadFiles([directory, join(directory, 'explicit.conf')]);
      expect(result.problems).toEqual([]);
      expect(keys(result)).toEqual(['Tier/one', 'Tier/two', 'Tier/a', 'Tier/z', 'Tier/explicit']);
      expect(result.sources(join(directory, 'a.yaml'))).toBe(files['a.yaml']);
      expect(result.origins.locate('Tier/two')).toMatchObject({
        file: join(directory, 'a.yaml'),
        line: 9,
        column: 18,
      });
    });
  });

  it('are each read once, through links and loops', async () => {
    await inDirectory({ 'd/a.yaml': tier('a'), 'other/b.yaml': tier('b') }, async (directory) => {
      await symlink('..', join(directory, 'd', 'loop'));
      await symlink('../other/b.yaml', join(directory, 'd', 'b.yaml'));
      const result = await loadFiles([join(directory, 'd'), join(directory, 'd', 'a.yaml'), directory]);
      expect(result.problems).toEqual([]);
      expect(keys(result)).toEqual(['Tier/a', 'Tier/b']);
    });
  });

  it('may be missing, empty, unreadable, too large or no text', async () => {
    const files = {
      'large.yaml': `# ${'x'.repeat(200)}\n${tier('large')}`,
      'latin.yaml': Buffer.from(`${tier('l')}# caf\xe9\n`, 'latin1'),
      'comment/c.yaml': '# only\n---\n',
      'fine.yaml': tier('fine'),
    };
    await inDirectory(files, async (directory) => {
      await mkdir(join(directory, 'empty'));
      const inputs = ['nowhere', 'empty', 'large.yaml', 'latin.yaml', 'comment', 'fine.yaml'];
      const result = await loadFiles(
        inputs.map((name) => join(directory, name)),
        { maxBytes: 200 },
      );
      expect(keys(result)).toEqual(['Tier/fine']);
      const found = result.problems.map((p) => [
        p.code,
        p.place?.file.slice(directory.length + 1),
        p.place?.line,
      ]);
      expect(found).toEqual([
        ['file/missing', 'nowhere', undefined],
        ['file/too-large', 'large.yaml', undefined],
        ['file/not-utf8', 'latin.yaml', 4],
        ['file/empty', 'empty', undefined],
        ['file/empty', 'comment', undefined],
      ]);
      expect(result.problems[1]?.hint).toContain('--max-file-size');
      const raised = await loadFiles([join(directory, 'large.yaml')], { maxBytes: 1000 });
      expect(keys(raised)).toEqual(['Tier/large']);
    });
  });

  it('may be a directory that holds a link to nowhere', async () => {
    await inDirectory({}, async (directory) => {
      await symlink('nowhere', join(directory, 'a.yaml'));
      expect(codes(await loadFiles([directory]))).toEqual(['error file/missing']);
    });
  });

  it('may not be readable', async () => {
    // Opens for everyone, root included, and reads for nobody.
    expect(codes(await loadFiles(['/proc/self/mem']))).toEqual(['error file/unreadable']);
  });

  it('may be standard input, also an empty one', async () => {
    expect(keys(await loadText(tier('a')))).toEqual(['Tier/a']);
    expect(codes(await loadText(''))).toEqual(['error file/empty']);
    expect(codes(await loadText(tier('a'), { maxBytes: 10 }))).toEqual(['error file/too-large']);
    const failing = await loadFiles(['-'], { stdin: () => Promise.reject(new Error('closed')) });
    expect(codes(failing)).toEqual(['error file/unreadable']);
  });
});

describe('documents', () => {
  it('are unwrapped from lists and arrays', async () => {
    const list = (kind: string, items: string) =>
      `apiVersion: projectcalico.org/v3\nkind: ${kind}\nitems: ${items}\n`;
    const text = [
      list('TierList', '[{metadata: {name: a}}, {metadata: {name: b}}]'),
      list('List', '[{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: c}}]'),
      '[{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: d}}]\n',
      list('List', '[]'),
    ].join('---\n');
    const result = await loadText(text);
    expect(result.problems).toEqual([]);
    expect(keys(result)).toEqual(['Tier/a', 'Tier/b', 'Tier/c', 'Tier/d']);
  });

  it('of lists are checked too', async () => {
    const result = await loadText('apiVersion: v1\nkind: List\nitem: []\n---\nkind: TierList\nitems: 3\n');
    expect(result.problems.map(spot)).toEqual([
      '3:1+4 resource/unknown-field',
      '1:1+14 resource/missing-field',
      '6:8+1 resource/type',
    ]);
  });

  it('survive each other’s errors', async () => {
    const broken = 'a: [1\n';
    const result = await loadText(
      [tier('a'), broken, '- - }\n', tier('b'), 'just text\n', `${tier('c')}...\n`].join('---\n'),
    );
    expect(keys(result)).toEqual(['Tier/a', 'Tier/b', 'Tier/c']);
    expect([...new Set(codes(result))]).toEqual(['error yaml/syntax', 'error resource/type']);
  });

  it('keep their directives, markers and comments', async () => {
    const text = `# c\n%YAML 1.1\n---\n${tier('a')}...\n---  # second\n${tier('b')}`;
    const result = await loadText(text);
    expect(result.problems).toEqual([]);
    expect(keys(result)).toEqual(['Tier/a', 'Tier/b']);
  });

  it('are read as kubectl reads them', async () => {
    const spec =
      '{order: 010, ingress: [{action: Allow, protocol: TCP, destination: {ports: [20:30, 1_000, 0x50]}}, {action: Log, metadata: {annotations: {d: 2001-01-01, e: 12:30:45}}}]}';
    const result = await loadText(policy('x', spec));
    expect(result.problems).toEqual([]);
    const found = result.resources.find((resource) => resource.kind === 'NetworkPolicy');
    if (found?.kind !== 'NetworkPolicy') throw new Error('no policy');
    expect(found.spec.order).toBe(8);
    expect(
      found.spec.ingress[0]?.destination.ports?.map((p) => (p.kind === 'range' ? [p.first, p.last] : p)),
    ).toEqual([
      [20, 30],
      [1000, 1000],
      [80, 80],
    ]);
    expect(found.spec.ingress[1]?.metadata?.annotations).toEqual(
      new Map([
        ['d', '2001-01-01'],
        ['e', '12:30:45'],
      ]),
    );
  });

  it('refuse bombs, loops, depths and special types, and go on', async () => {
    const nines = (name: string) => `[${Array.from({ length: 9 }, () => name).join(', ')}]`;
    const bomb = `a: &a ${nines('x')}\nb: &b ${nines('*a')}\nc: &c ${nines('*b')}\nd: ${nines('*c')}\n`;
    expect(codes(await loadText(`${bomb}---\n${tier('a')}`))).toEqual(['error yaml/alias-bomb']);
    expect(codes(await loadText(`&a [*a]\n`))).toEqual(['error resource/too-deep']);
    expect(codes(await loadText(policy('x', '&a {selector: *a}')))).toContain('error resource/too-deep');
    const deep = await loadText(`${'['.repeat(50_000)}\n---\n${tier('a')}`);
    expect(codes(deep)).toEqual(['error yaml/too-deep']);
    expect(keys(deep)).toEqual(['Tier/a']);
    expect(codes(await loadText(`${'['.repeat(5000)}${']'.repeat(5000)}`))).toContain('error yaml/too-deep');
    expect(
      codes(await loadText(policy('x', '{ingress: [{action: Allow, source: !!set {nets}}]}'))),
    ).not.toEqual([]);
    expect(codes(await loadText(policy('x', '*nowhere')))).toEqual(['error yaml/syntax']);
  });

  it('with a duplicate key tell what else is wrong, and are left out', async () => {
    const result = await loadText(policy('x', '{order: 1, order: x, tier: gone}'));
    expect(codes(result)).toEqual([
      'error yaml/duplicate-key',
      'error resource/type',
      'error policy/missing-tier',
    ]);
    expect(keys(await loadText(policy('x', '{order: 1, order: 2}')))).toEqual([]);
    const json = await loadText(
      '{"apiVersion":"projectcalico.org/v3","kind":"Tier","kind":"Tier","metadata":{"name":"a"}}',
    );
    expect(codes(json)).toEqual(['error yaml/duplicate-key']);
    expect(keys(json)).toEqual([]);
  });
});

describe('the input as a whole', () => {
  it('has each resource once', async () => {
    const result = await loadText(`${tier('a')}---\n${tier('b')}---\n${tier('a', 'spec: {order: 3}\n')}`);
    expect(codes(result)).toEqual(['error resource/duplicate']);
    expect(result.problems.map(spot)).toEqual(['11:18+1 resource/duplicate']);
    expect(result.problems[0]?.notes?.[0]?.place).toMatchObject({ line: 3, column: 18 });
    expect(keys(result)).toEqual(['Tier/a', 'Tier/b']);
  });

  it('has the tiers of its policies, valid or not', async () => {
    const good = `${policy('x', '{tier: late}')}---\n${tier('late')}`;
    expect(codes(await loadText(good))).toEqual([]);
    const bad = `${policy('x', '{tier: lat}')}---\n${tier('late', 'spec: {order: x}\n')}`;
    const result = await loadText(bad);
    expect(codes(result)).toEqual(['error resource/type', 'error policy/missing-tier']);
    expect(result.problems[1]?.hint).toBe('did you mean "late"?');
    const staged = policy('x', '{tier: gone}').replace('kind: ', 'kind: Staged');
    expect(codes(await loadText(staged))).toEqual(['error policy/missing-tier']);
  });

  it('warns of a staged deletion of nothing', async () => {
    const deletion = policy('x', '{stagedAction: Delete}').replace('kind: ', 'kind: Staged');
    expect(codes(await loadText(deletion))).toEqual(['warning policy/staged-delete-of-nothing']);
    expect(codes(await loadText(`${deletion}---\n${policy('x', '{}')}`))).toEqual([]);
  });

  it('warns once of each kind without effect', async () => {
    const head = 'apiVersion: projectcalico.org/v3\n';
    const peer = (name: string) => `${head}kind: BGPPeer\nmetadata: {name: ${name}}\n`;
    const filter = `${head}kind: BGPFilter\nmetadata: {name: x}\n`;
    const staged = policy('x', '{}').replace('kind: ', 'kind: Staged');
    const result = await loadText([peer('a'), peer('b'), filter, staged].join('---\n'));
    expect(result.problems.map(({ message }) => message)).toEqual([
      'BGPPeer is not relevant to policy (2 of them)',
      'BGPFilter is not validated, and not relevant to policy',
    ]);
    expect(codes(result)).toEqual(['warning resource/not-relevant', 'warning resource/not-relevant']);
    expect(keys(result)).toEqual(['BGPPeer/a', 'BGPPeer/b', 'StagedNetworkPolicy/default/x']);
  });

  it('has the built-in resources, given or not', async () => {
    const all = (result: LoadResult) =>
      result.resources.filter(({ kind }) => kind === 'Tier').map((r) => r.metadata.name);
    expect(all(await loadText(tier('a')))).toEqual(['a', 'kube-admin', 'default', 'kube-baseline']);
    expect(all(await loadText(tier('default', 'spec: {order: 1000000}\n')))).toEqual([
      'default',
      'kube-admin',
      'kube-baseline',
    ]);
    expect(codes(await loadText(tier('default', 'spec: {order: 7}\n')))).toEqual(['error resource/builtin']);
  });
});
