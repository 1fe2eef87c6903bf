// Whatever the text, loading neither throws nor hides: of two independent errors both are reported, and what was
// reported for a document is reported still when another one stands beside it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatProblems } from '../../errors/index.ts';
import { BUILTINS } from '../../resources/index.ts';
import { loadText } from './testing.ts';

const runs = Number(process.env['TORTIE_FUZZ_RUNS'] ?? 5000);
const parameters = { numRuns: runs };
/** Generous: other work may share the machine. */
const timeout = Math.max(60_000, runs * 20);

interface Fault {
  /** Code and path of the problem that it must cause. */
  readonly expect: string;
  apply(document: Document): void;
}

interface Document {
  [field: string]: unknown;
  metadata: Record<string, unknown>;
  spec: Record<string, unknown> & { ingress: Record<string, Record<string, unknown>>[] };
}

function good(): Document {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'prod', labels: { app: 'x' } },
    spec: {
      selector: "app == 'x'",
      order: 10,
      types: ['Ingress'],
      ingress: [
        {
          action: 'Allow' as never,
          protocol: 'TCP' as never,
          source: { nets: ['10.0.0.0/8'] },
          destination: { ports: [80] },
        },
      ],
    },
  };
}

const rule = (document: Document) => document.spec.ingress[0] as Record<string, Record<string, unknown>>;
function side(document: Document, name: 'source' | 'destination'): Record<string, unknown> {
  return rule(document)[name] as Record<string, unknown>;
}

/** Independent of each other: no two touch one field, and none makes another moot. */
const FAULTS: readonly Fault[] = [
  { expect: 'resource/invalid metadata.name', apply: (d) => (d.metadata['name'] = 'Web') },
  { expect: 'resource/unknown-field metadata.lables', apply: (d) => (d.metadata['lables'] = {}) },
  { expect: 'resource/invalid metadata.labels.app', apply: (d) => (d.metadata['labels'] = { app: 'a b' }) },
  { expect: 'resource/unknown-field sepc', apply: (d) => (d['sepc'] = 1) },
  { expect: 'selector/syntax spec.selector', apply: (d) => (d.spec['selector'] = 'a ==') },
  { expect: 'resource/type spec.order', apply: (d) => (d.spec['order'] = 'first') },
  { expect: 'resource/value spec.types.0', apply: (d) => (d.spec['types'] = ['In']) },
  { expect: 'policy/missing-tier spec.tier', apply: (d) => (d.spec['tier'] = 'gone') },
  {
    expect: 'resource/invalid spec.ingress.0.protocol',
    apply: (d) => (rule(d)['protocol'] = 'tcp' as never),
  },
  { expect: 'resource/missing-field spec.ingress.0.action', apply: (d) => delete rule(d)['action'] },
  {
    expect: 'resource/invalid spec.ingress.0.source.nets.0',
    apply: (d) => (side(d, 'source')['nets'] = ['10.0.0.1']),
  },
  {
    expect: 'resource/type spec.ingress.0.source.selector',
    apply: (d) => (side(d, 'source')['selector'] = true),
  },
  {
    expect: 'resource/invalid spec.ingress.0.source.namespaceSelector',
    apply: (d) => (side(d, 'source')['namespaceSelector'] = 'global() || all()'),
  },
  {
    expect: 'resource/invalid spec.ingress.0.destination.ports.0',
    apply: (d) => (side(d, 'destination')['ports'] = [0]),
  },
  {
    expect: 'resource/invalid spec.ingress.0.destination.services',
    apply: (d) => (side(d, 'destination')['services'] = { name: 's' }),
  },
  { expect: 'resource/unknown-field spec.ingress.0.srouce', apply: (d) => (rule(d)['srouce'] = {}) },
  { expect: 'resource/value spec.ingress.0.ipVersion', apply: (d) => (rule(d)['ipVersion'] = 5 as never) },
  { expect: 'resource/invalid spec.ingress.0.icmp.type', apply: (d) => (rule(d)['icmp'] = { type: 300 }) },
  { expect: 'resource/type spec.egress', apply: (d) => (d.spec['egress'] = 'all') },
];

async function found(text: string): Promise<string[]> {
  const { problems } = await loadText(text);
  for (const { place } of problems) expect(place?.file).toBe('-');
  return problems.map(({ code, path }) => `${code} ${(path ?? []).join('.')}`);
}

describe('loading any text', () => {
  it('has nothing against the document that the faults are put into', async () => {
    expect(await found(stringify(good()))).toEqual([]);
  });

  it.each(FAULTS)('finds $expect alone', async (fault) => {
    const document = good();
    fault.apply(document);
    const text = stringify(document);
    const all = await found(text);
    expect(all).toContain(fault.expect);
  });

  it('reports every fault, however many others there are, in YAML and JSON', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...FAULTS], { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        async (faults, json) => {
          const document = good();
          for (const fault of faults) fault.apply(document);
          const text = json ? JSON.stringify(document) : stringify(document);
          const all = await found(text);
          for (const fault of faults) expect(all).toContain(fault.expect);
        },
      ),
      { numRuns: Math.ceil(runs / 5) },
    );
  });

  const fragments = fc.constantFrom(
    ...(
      'apiVersion: projectcalico.org/v3|kind: NetworkPolicy|kind: List|items:|metadata:|name: x|spec:|selector: "a == |' +
      'ingress:|- action: Allow|source:|nets: [10.0.0.0/8]|ports: [80, a]|---|...|\n|\n  |\n    | |- |{|}|[|]|: |, |"|' +
      "'|&a |*a|<<: *a|!!set |!!binary |? |>-|%YAML 1.2|# c|\t|\r\n|\0|\u2028|😀|__proto__: 1|constructor: x|~|0x1F|1:20"
    ).split('|'),
    '|',
  );
  const soup = fc.array(
    fc.oneof({ weight: 8, arbitrary: fragments }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) }),
    {
      maxLength: 40,
    },
  );

  it('never throws: fragments of YAML', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(soup, async (pieces) => {
        const { problems, sources, origins, resources } = await loadText(pieces.join(''));
        expect(formatProblems(problems, { source: sources })).toBeTypeOf('string');
        for (const { kind, metadata } of resources)
          origins.locate(`${kind}/${metadata.name}`, ['spec', 'ingress', 0]);
      }),
      parameters,
    );
  });

  it('never throws: documents with a few characters changed', { timeout }, async () => {
    const base = `${stringify(good())}---\n${JSON.stringify(good())}\n`;
    const edit = fc.tuple(
      fc.nat({ max: base.length }),
      fc.nat({ max: 4 }),
      fc.oneof(fragments, fc.string({ maxLength: 2 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let text = base;
        for (const [at, length, piece] of edits) text = text.slice(0, at) + piece + text.slice(at + length);
        const { problems, sources } = await loadText(text);
        expect(formatProblems(problems, { source: sources })).toBeTypeOf('string');
      }),
      parameters,
    );
  });

  it('never throws: any JSON value', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        await loadText(JSON.stringify({ ...good(), spec: value }));
        const { resources } = await loadText(JSON.stringify(value));
        expect(resources).toHaveLength(BUILTINS.length);
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
  });

  it('never lets one document hide the problems of another', { timeout }, async () => {
    const bad = stringify({ ...good(), spec: { order: 'first' } });
    await fc.assert(
      fc.asyncProperty(soup, async (pieces) => {
        // A quote or bracket that is left open ends with its document; a directive has to be followed by one.
        const before = pieces.join('').replace(/%/g, '');
        expect(await found(`${before}\n---\n${bad}`)).toContain('resource/type spec.order');
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
  });
});
