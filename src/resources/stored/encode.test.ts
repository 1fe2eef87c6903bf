// What Calico stored, recorded, against what we make of the same input and what becomes of it when it is written again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  type ApiObject,
  encodeMetadata,
  encodeObject,
  type ObjectMeta,
  prepareForCreate,
  prepareForUpdate,
} from '../api-object.ts';
import { parseResource } from '../parse.ts';

const lines = (file: string) => text(file).trimEnd().split('\n');
const text = (file: string) => readFileSync(join(import.meta.dirname, 'testing', file), 'utf8');
const inputs = (file: string) => parseAllDocuments(text(file)).map((document) => document.toJS() as unknown);

function created(raw: unknown): ApiObject {
  const { value, problems } = prepareForCreate(raw);
  if (!value) throw new Error(JSON.stringify(problems));
  return value;
}

const ETCD = lines('etcd-values.txt').flatMap((line, index, all): [string, string][] =>
  index % 2 === 0 ? [[line, all[index + 1] ?? '']] : [],
);

describe('values of etcd', () => {
  it.each(ETCD)('%s is written again as it is', (_key, stored) => {
    const object = JSON.parse(stored) as ApiObject;
    expect(encodeObject(object)).toBe(stored);
    const read = { ...object, metadata: { ...object.metadata, resourceVersion: '7' } };
    const { value, problems } = prepareForUpdate(read);
    expect(problems).toEqual([]);
    expect(value && encodeObject(value)).toBe(stored);
    expect(parseResource(object).problems).toEqual([]);
  });

  const applied = inputs('etcd-input.yaml') as ApiObject[];
  it.each(applied.map((raw) => [`${raw.kind} ${raw.metadata.name}`, raw] as const))(
    'are made of %s',
    (_name, raw) => {
      const [, stored] = ETCD.find(([, value]) => isOf(value, raw)) ?? [];
      const { uid, creationTimestamp, annotations } = (JSON.parse(stored ?? '') as ApiObject).metadata;
      const object = created(raw);
      const metadata = {
        ...object.metadata,
        ...(uid === undefined ? {} : { uid }),
        ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
        ...(annotations === undefined ? {} : { annotations }),
      };
      expect(encodeObject({ ...object, metadata })).toBe(stored);
    },
  );
});

function isOf(value: string, { kind, metadata }: ApiObject): boolean {
  const other = JSON.parse(value) as ApiObject;
  return other.kind === kind && other.metadata.name === metadata.name;
}

describe('custom resources', () => {
  const stored = lines('kubernetes-values.txt');
  const recorded = stored.flatMap((line, index): [string, string, string][] =>
    index % 3 === 0 ? [[line, stored[index + 1] ?? '', stored[index + 2] ?? '']] : [],
  );
  const given = inputs('kubernetes-input.yaml') as ApiObject[];

  it('are all in the input, tier security aside', () => {
    expect(recorded).toHaveLength(given.length - 1);
  });

  it.each(recorded)('%s', (name, annotations, spec) => {
    const object = created(given.find(({ kind, metadata }) => `${kind} ${metadata.name}` === name));
    expect(object.spec).toEqual(JSON.parse(spec));
    const { 'projectcalico.org/metadata': inside = '' } = JSON.parse(annotations) as Record<string, string>;
    const { creationTimestamp } = JSON.parse(inside) as ObjectMeta;
    const { name: own, namespace: _, ...metadata } = object.metadata;
    const keepsName = Object.hasOwn(JSON.parse(inside) as object, 'name');
    expect(
      encodeMetadata({
        ...(keepsName ? { name: own } : {}),
        ...metadata,
        ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      }),
    ).toBe(inside);
  });
});

describe('encoding', () => {
  const spec = (kind: string, given: unknown) =>
    (
      JSON.parse(
        encodeObject({ apiVersion: 'projectcalico.org/v3', kind, metadata: { name: 'x' }, spec: given }),
      ) as ApiObject
    ).spec;

  it('escapes what Go escapes, and nothing else', () => {
    const object = {
      apiVersion: 'v',
      kind: 'NetworkPolicy',
      metadata: { name: 'x' },
      spec: { selector: '<&>\u2028é"\\' },
    };
    expect(encodeObject(object)).toContain(String.raw`"selector":"\u003c\u0026\u003e\u2028é\"\\"`);
  });

  it('leaves out what holds nothing, unless it was said on purpose', () => {
    expect(spec('NetworkPolicy', { order: 0, selector: '', ingress: [], types: [] })).toEqual({ order: 0 });
    expect(spec('BGPPeer', { asNumber: 0, localASNumber: 0, keepOriginalNextHop: false })).toEqual({
      localASNumber: 0,
    });
    expect(spec('FelixConfiguration', { failsafeInboundHostPorts: [], healthTimeoutOverrides: [] })).toEqual({
      failsafeInboundHostPorts: [],
      bpfLogLevel: '',
    });
    const rules = [{ action: 'Allow', source: { selector: '' }, destination: { nets: [] }, icmp: {} }];
    // Go tells a list that is empty from one that is absent.
    expect(spec('Profile', { egress: rules })).toEqual({
      egress: [{ action: 'Allow', icmp: {}, destination: {} }],
    });
  });

  it('writes one spelling of a value', () => {
    const rule = { action: 'Allow', protocol: '6', destination: { ports: ['80', '01:2', '5:5', 'http'] } };
    expect(spec('NetworkPolicy', { ingress: [rule] })).toEqual({
      ingress: [{ action: 'Allow', protocol: 6, destination: { ports: [80, '1:2', 5, 'http'] } }],
    });
    expect(spec('BGPPeer', { asNumber: '1.2', maxRestartTime: '90s' })).toEqual({
      asNumber: 65538,
      maxRestartTime: '1m30s',
    });
  });

  it('keeps what a newer Calico wrote, behind what is known', () => {
    const rule = { tomorrow: { b: 1, a: [] }, action: 'Allow' };
    const object = {
      apiVersion: 'v',
      kind: 'NetworkPolicy',
      metadata: { tomorrow: 1, name: 'x' },
      spec: { soon: null, ingress: [rule], tier: 'default' },
      later: true,
    } as ApiObject;
    expect(encodeObject(object)).toBe(
      '{"kind":"NetworkPolicy","apiVersion":"v","metadata":{"name":"x","tomorrow":1},' +
        '"spec":{"tier":"default","ingress":[{"action":"Allow","tomorrow":{"b":1,"a":[]}}],"soon":null},"later":true}',
    );
  });

  it('passes kinds without a schema as they are', () => {
    const block = { cidr: '10.0.0.0/30', allocations: [null, 0], affinity: null, deleted: false };
    expect(spec('IPAMBlock', block)).toEqual(block);
    const raw = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPAMBlock',
      metadata: { name: 'x' },
      spec: block,
    };
    expect(created(raw).spec).toEqual(block);
  });

  it('keeps labels that are called like parts of JavaScript', () => {
    const metadata = JSON.parse(
      '{"name":"x","labels":{"toString":"b","constructor":"a","__proto__":"c"}}',
    ) as ObjectMeta;
    expect(encodeMetadata(metadata)).toBe(
      '{"name":"x","labels":{"__proto__":"c","constructor":"a","toString":"b"}}',
    );
  });

  it('sorts by bytes where code units differ', () => {
    const annotations = { '\u{1f600}': 'b', '\ufb01': 'a' };
    expect(encodeMetadata({ name: 'x', annotations })).toBe(
      '{"name":"x","annotations":{"\ufb01":"a","\u{1f600}":"b"}}',
    );
  });

  it('sorts labels as Go does, numbers too', () => {
    const labels = { b: '<', 10: 'x', 2: 'y', a: '' };
    expect(encodeMetadata({ name: 'x', labels })).toBe(
      String.raw`{"name":"x","labels":{"10":"x","2":"y","a":"","b":"\u003c"}}`,
    );
  });
});
